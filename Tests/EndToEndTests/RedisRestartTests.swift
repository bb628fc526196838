import Foundation
import RedisServer
import Testing

/// What a load sees of a Redis that goes away and comes back.
struct RedisRestartTests {
    private struct Answer {
        let target: String
        let sent: ContinuousClock.Instant
        let arrived: ContinuousClock.Instant
        let status: Int
        /// Whether the service saw what this visitor had set last; nil when it saw no request.
        let isRemembered: Bool?
    }

    private static let visitors = 8
    /// Eight visitors with a request every 40 ms are 200 a second; every fifth goes to a Null route.
    private static let pace = Duration.milliseconds(40)

    @Test func `killed and started again under load, it costs 503s while it is away, and nothing after`() throws {
        let server = try RedisServer()
        try withRedis(server) { gateway, origin, _ in
            let answers = Board<[Answer]>([])
            let cameBack = Board<ContinuousClock.Instant?>(nil)
            let ended = Board<[String?]>([])
            let start = ContinuousClock.now
            let endpoint = gateway.endpoints[0]
            for place in 1...Self.visitors {
                // A thread each: all of them are to be at it, however few cores there are.
                Thread.detachNewThread {
                    var failure: String?
                    do {
                        try Self.visit(
                            place,
                            endpoint,
                            origin,
                            start: start,
                            until: { Self.isOver(cameBack) }
                        ) { answer in
                            answers.change { $0.append(answer) }
                        }
                    } catch {
                        failure = "visitor \(place): \(error)"
                    }
                    ended.change { [failure] in $0.append(failure) }
                }
            }
            // Whatever goes wrong here, the visitors end.
            defer { cameBack.change { $0 = $0 ?? .now } }
            // Two seconds of the load with Redis, and two without.
            _ = answers.wait { $0.count >= 400 ? true : nil }
            let killed = ContinuousClock.now
            server.kill()
            _ = answers.wait { $0.count >= 800 ? true : nil }
            try server.start()
            let back = ContinuousClock.now
            cameBack.change { $0 = back }
            let failures = ended.wait { $0.count == Self.visitors ? $0.compactMap(\.self) : nil }
            #expect(failures == [])
            let all = answers.current
            #expect(all.count > 800)
            let stored = all.filter { $0.target == "/" }
            for answer in all where answer.target != "/" { #expect(answer.status == 200, "another route") }
            for answer in stored where answer.arrived < killed {
                #expect(answer.status == 200 && answer.isRemembered == true, "before")
            }
            for answer in stored {
                #expect([200, 503].contains(answer.status))
                #expect(answer.arrived - answer.sent < .milliseconds(1500), "nothing hangs")
            }
            let away = stored.filter { $0.sent > killed && $0.arrived < back }
            #expect(!away.isEmpty && away.allSatisfy { $0.status == 503 && $0.isRemembered == nil })
            // The pause after a failure is a second at most.
            let after = stored.filter { $0.sent > back + .milliseconds(1300) }
            #expect(after.count > 100)
            #expect(after.allSatisfy { $0.status == 200 })
            // Redis came back empty: a visitor's first request after it finds nothing, all others what was set.
            for answer in after.filter({ $0.sent > back + .milliseconds(1700) }) {
                #expect(answer.isRemembered == true)
            }
            #expect(gateway.log.split(separator: "\n").filter { $0.contains("redis can") }.count == 2)
        }
    }

    /// Four seconds of the load after Redis came back.
    private static func isOver(_ cameBack: Board<ContinuousClock.Instant?>) -> Bool {
        cameBack.current.map { ContinuousClock.now > $0 + .seconds(4) } ?? false
    }

    /// A visitor that counts in its session.
    private static func visit(
        _ place: Int,
        _ endpoint: Endpoint,
        _ origin: ObedientOrigin,
        start: ContinuousClock.Instant,
        until isOver: () -> Bool,
        _ note: (Answer) -> Void
    ) throws {
        var browser = Browser(try Wire(to: endpoint), origin)
        var last: Int?
        var number = 0
        while true {
            let due = start + pace * number + .milliseconds(5 * place)
            if isOver() { return }
            let left = due - ContinuousClock.now
            // Nothing is waited for here: the load's pace is part of what is tried.
            if left > .zero { Thread.sleep(forTimeInterval: Double(left.components.attoseconds) / 1e18) }
            number += 1
            let sent = ContinuousClock.now
            let target = number % 5 == 0 ? "/api/x" : "/"
            let orders = target == "/" ? [#"X-Session-Set: {"n":\#(number)}"#] : []
            let fields = "Do-Status: 200\r\n" + browser.jar.line
            let visit = try browser.bare(target, fields, orders: orders)
            browser.jar.take(visit.response)
            var isRemembered: Bool?
            if target == "/", visit.status == 200 {
                isRemembered = JSONValue(visit.session)?["n"] == last.map { .number(Double($0)) } || last == nil
                last = number
            }
            note(
                Answer(
                    target: target,
                    sent: sent,
                    arrived: .now,
                    status: visit.status,
                    isRemembered: isRemembered
                )
            )
        }
    }
}
