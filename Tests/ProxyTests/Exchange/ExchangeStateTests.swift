import Testing

@testable import Proxy

struct ExchangeStateTests {
    private func begun(hasBody: Bool) -> ExchangeState {
        var state = ExchangeState()
        state.requestHead(hasBody: hasBody)
        return state
    }

    @Test func `a request without a body is complete with its head`() {
        let state = begun(hasBody: false)
        #expect(state.request == .complete)
        #expect(state.response == .waiting)
        #expect(state.mayAnswer)
        #expect(!state.isFinished)
    }

    @Test func `a request and its response end the exchange together`() {
        var state = begun(hasBody: true)
        state.requestEnd()
        let outcome1 = state.responseHead()
        #expect(outcome1)
        #expect(!state.isFinished)
        state.responseEnd()
        #expect(state.isFinished)
        #expect(state.request == .complete)
    }

    @Test func `a response that ends first gives up the rest of the request`() {
        var state = begun(hasBody: true)
        let outcome2 = state.responseHead()
        #expect(outcome2)
        state.responseEnd()
        #expect(state.request == .abandoned)
        #expect(state.isFinished)
        state.requestEnd()
        #expect(state.request == .abandoned)
    }

    @Test func `only one head goes to the client`() {
        var state = begun(hasBody: false)
        let outcome3 = state.ownAnswer()
        #expect(outcome3)
        let outcome4 = state.ownAnswer()
        #expect(!outcome4)
        let outcome5 = state.responseHead()
        #expect(!outcome5)
        #expect(!state.mayAnswer)
        var other = begun(hasBody: false)
        let outcome6 = other.responseHead()
        #expect(outcome6)
        let outcome7 = other.ownAnswer()
        #expect(!outcome7)
        let outcome8 = other.responseHead()
        #expect(!outcome8)
    }

    @Test func `a failure before the head is answered, and may be answered only once`() {
        var state = begun(hasBody: true)
        let outcome9 = state.fail()
        #expect(outcome9 == .answer)
        let outcome10 = state.ownAnswer()
        #expect(outcome10)
        state.responseEnd()
        #expect(state.isFinished)
        let outcome11 = state.fail()
        #expect(outcome11 == .nothing)
    }

    @Test func `a failure behind the head breaks the response off`() {
        var state = begun(hasBody: true)
        let outcome12 = state.responseHead()
        #expect(outcome12)
        let outcome13 = state.fail()
        #expect(outcome13 == .abort)
        #expect(state.response == .aborted)
        #expect(state.request == .abandoned)
        #expect(state.isFinished)
        state.responseEnd()
        #expect(state.response == .aborted)
        let outcome14 = state.fail()
        #expect(outcome14 == .nothing)
    }

    @Test func `nothing can be sent to a client that is gone`() {
        var state = begun(hasBody: true)
        state.clientGone()
        #expect(state.isFinished)
        let outcome15 = state.responseHead()
        #expect(!outcome15)
        let outcome16 = state.ownAnswer()
        #expect(!outcome16)
        let outcome17 = state.fail()
        #expect(outcome17 == .nothing)
    }

    @Test func `an exchange without a head does not fail and does not end`() {
        var state = ExchangeState()
        let outcome18 = state.fail()
        #expect(outcome18 == .nothing)
        state.requestEnd()
        state.responseEnd()
        #expect(state == ExchangeState())
        let outcome19 = state.responseHead()
        #expect(!outcome19)
    }

    @Test func `after a 101 each direction ends by itself, and the exchange with the second`() {
        for requestFirst in [true, false] {
            var state = begun(hasBody: false)
            let early = state.switchProtocols()
            #expect(!early && !state.isTunnel)
            let head = state.responseHead()
            let switched = state.switchProtocols()
            #expect(head && switched && state.isTunnel && state.isRequestFlowing && !state.mayAnswer)
            if requestFirst { state.requestEnd() } else { state.responseEnd() }
            #expect(state.isTunnel && !state.isFinished && state.isRequestFlowing == !requestFirst)
            if requestFirst { state.responseEnd() } else { state.requestEnd() }
            #expect(state.isFinished && state.response == .complete && state.request == .complete)
        }
    }

    @Test func `a tunnel that fails is broken off, never answered`() {
        for ended in ["neither", "the request", "the response"] {
            var state = begun(hasBody: false)
            _ = state.responseHead()
            _ = state.switchProtocols()
            if ended == "the request" { state.requestEnd() }
            if ended == "the response" { state.responseEnd() }
            let outcome = state.fail()
            #expect(outcome == .abort && state.isFinished && state.response == .aborted)
        }
    }

    /// Every sequence of six events: what has been sent is never sent again, and what is over stays over.
    @Test func `no order of events sends two heads or revives what is over`() {
        let count = 7
        var total = 0
        for number in 0..<(count * count * count * count * count * count) {
            var state = begun(hasBody: number % 2 == 0)
            var heads = 0
            var rest = number
            for _ in 0..<6 {
                let before = state
                switch rest % count {
                case 0: state.requestEnd()
                case 1: heads += state.responseHead() ? 1 : 0
                case 2: heads += state.ownAnswer() ? 1 : 0
                case 3: state.responseEnd()
                case 4: _ = state.fail()
                case 5: _ = state.switchProtocols()
                default: state.clientGone()
                }
                rest /= count
                if before.isFinished, !state.isFinished { Issue.record("\(before) came back as \(state)") }
                if before.response == .aborted, state.response != .aborted { Issue.record("\(before) → \(state)") }
            }
            if heads > 1 { Issue.record("\(heads) heads in \(number)") }
            total += heads
        }
        #expect(total > 0)
    }
}
