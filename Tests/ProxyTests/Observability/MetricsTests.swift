import Synchronization
import Testing

@testable import Proxy

/// What workers have counted, added up and written.
struct MetricsTests {
    private func session(_ name: String, opened: UInt64, keys: [SessionMetrics.Key]) -> SessionMetrics {
        var events = [UInt64](repeating: 0, count: SessionEvent.allCases.count)
        events[Int(SessionEvent.opened.rawValue)] = opened
        return SessionMetrics(name: name, events: events, keys: keys)
    }

    @Test func `the last worker to answer hands on the sum of all`() {
        let sums = Mutex<[Metrics]>([])
        let report = MetricsReport(workers: 3) { sum in sums.withLock { $0.append(sum) } }
        for number in 1...3 {
            #expect(sums.withLock(\.count) == 0)
            var counters = Counters()
            counters.requests = UInt64(number)
            counters.droppedOut = 1
            let key = SessionMetrics.Key(name: "k", place: number == 1 ? nil : 0, opened: 2)
            report.add(Metrics(counters, [session("s", opened: UInt64(number), keys: [key])]))
        }
        let sum = sums.withLock { $0 }
        #expect(sum.count == 1)
        #expect(sum[0].workers == 3)
        #expect(sum[0].counters.requests == 6)
        #expect(sum[0].counters.droppedOut == 3)
        #expect(sum[0].sessions.count == 1)
        #expect(sum[0].sessions[0].events[Int(SessionEvent.opened.rawValue)] == 6)
        #expect(sum[0].sessions[0].keys.map(\.opened) == [6])
    }

    @Test func `keys in use come first, and a session's name breaks no JSON`() {
        let keys = [
            SessionMetrics.Key(name: "aa", place: nil, opened: 1), SessionMetrics.Key(name: "bb", place: 1, opened: 2),
            SessionMetrics.Key(name: "cc", place: 0, opened: 3),
        ]
        let text = Metrics(Counters(), [session("a\"\\\n\u{1}", opened: 1, keys: keys)]).json(time: 7)
        #expect(text.hasPrefix(#"{"counters":{"time":7,"workers":1,"connections":0,"refused":0,"requests":0,"#))
        #expect(text.contains(#""sessions":{"a\"\\\u000a\u0001":{"none":0,"opened":1,"#))
        let listed =
            #"{"key":"cc","place":1,"opened":3},{"key":"bb","place":2,"opened":2},"#
            + #"{"key":"aa","place":null,"opened":1}]}}}}"#
        #expect(text.hasSuffix(listed))
        #expect(!text.contains("\n"))
    }
}
