import Glibc
import LinuxIO
import Testing

/// Two connected sockets, closed with the test.
private final class Pair {
    let left: Int32
    let right: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &ends) == 0 else {
            throw IOError("socketpair")
        }
        (left, right) = (ends[0], ends[1])
    }

    deinit {
        close(left)
        close(right)
    }

    func write(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { Sockets.send(right, $0) } }
}

private func read(_ descriptor: Int32) -> Transfer {
    withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 1) { Sockets.receive(descriptor, into: $0) }
}

struct EventLoopTests {
    @Test func `an edge is told once, and again only after news`() throws {
        let loop = try EventLoop()
        let pair = try Pair()
        let probe = Probe()
        pair.write("a")
        try loop.watch(probe, descriptor: pair.left)
        loop.runOnce(timeoutNanoseconds: 0)
        #expect(probe.seen == [[.readable, .writable]])
        loop.runOnce(timeoutNanoseconds: 0)
        #expect(probe.seen.count == 1)
        pair.write("b")
        loop.runOnce(timeoutNanoseconds: 0)
        #expect(probe.seen.count == 2)
        #expect(read(pair.left) == .bytes(2))
        #expect(read(pair.left) == .wouldBlock)
        loop.unwatch(probe)
        #expect(probe.descriptor == -1)
    }

    @Test func `the peer's end and a broken connection are told apart`() throws {
        let loop = try EventLoop()
        let pair = try Pair()
        let probe = Probe()
        try loop.watch(probe, descriptor: pair.left)
        loop.runOnce(timeoutNanoseconds: 0)
        Sockets.shutdownWrite(pair.right)
        loop.runOnce(timeoutNanoseconds: 0)
        #expect(probe.seen.last?.contains(.peerClosed) == true)
        #expect(probe.seen.last?.contains(.failed) == false)
        #expect(read(pair.left) == .closed)
        Sockets.shutdownWrite(pair.left)
        loop.runOnce(timeoutNanoseconds: 0)
        #expect(probe.seen.last?.contains(.failed) == true)
        loop.unwatch(probe)
    }

    @Test func `a level is told in every turn, and the interest can be changed`() throws {
        let loop = try EventLoop()
        let pair = try Pair()
        let probe = Probe()
        pair.write("a")
        try loop.watchLevel(probe, descriptor: pair.left, readable: true, writable: false)
        loop.runOnce(timeoutNanoseconds: 0)
        loop.runOnce(timeoutNanoseconds: 0)
        #expect(probe.seen == [.readable, .readable])
        try loop.watchLevel(probe, descriptor: pair.left, readable: false, writable: true)
        loop.runOnce(timeoutNanoseconds: 0)
        #expect(probe.seen.last == .writable)
        loop.unwatch(probe)
        loop.runOnce(timeoutNanoseconds: 0)
        #expect(probe.seen.count == 3)
    }

    @Test func `a watcher removed by another in the same turn is not told`() throws {
        let loop = try EventLoop()
        let pairs = try (0..<4).map { _ in try Pair() }
        let probes = pairs.map { _ in Probe() }
        for (pair, probe) in zip(pairs, probes) {
            pair.write("x")
            try loop.watch(probe, descriptor: pair.left)
            probe.react = { _ in
                for other in probes where other !== probe { loop.unwatch(other) }
            }
        }
        loop.runOnce(timeoutNanoseconds: 0)
        #expect(probes.map(\.seen.count).reduce(0, +) == 1)
        for probe in probes { probe.react = { _ in } }
        for probe in probes { loop.unwatch(probe) }
    }

    @Test func `a watcher that removes and forgets itself lives until the turn's end`() throws {
        final class Once: Watcher {
            let loop: EventLoop
            let gone: () -> Void
            var told = 0

            init(_ loop: EventLoop, gone: @escaping () -> Void) {
                self.loop = loop
                self.gone = gone
            }

            deinit { gone() }

            override func ready(_ readiness: Readiness) {
                loop.unwatch(self)  // the last reference was the loop's
                told += 1
            }
        }
        let loop = try EventLoop()
        let pair = try Pair()
        var isGone = false
        try loop.watch(Once(loop) { isGone = true }, descriptor: pair.left)
        #expect(!isGone)
        loop.later { #expect(!isGone) }
        loop.runOnce(timeoutNanoseconds: 0)
        #expect(isGone)
    }

    @Test func `a watcher that goes at the turn's end may take others with it`() throws {
        final class Chain: Watcher {
            let loop: EventLoop
            var next: Chain?

            init(_ loop: EventLoop, _ next: Chain?) {
                self.loop = loop
                self.next = next
            }

            deinit { if let next { loop.unwatch(next) } }

            override func ready(_ readiness: Readiness) { loop.unwatch(self) }
        }
        let loop = try EventLoop()
        let pairs = try (0..<3).map { _ in try Pair() }
        weak var last: Chain?
        do {
            let third = Chain(loop, nil)
            let second = Chain(loop, third)
            last = third
            try loop.watchLevel(third, descriptor: pairs[2].left, readable: true, writable: false)
            try loop.watchLevel(second, descriptor: pairs[1].left, readable: true, writable: false)
            try loop.watch(Chain(loop, second), descriptor: pairs[0].left)
        }
        #expect(last != nil)
        loop.runOnce(timeoutNanoseconds: 0)
        #expect(last == nil)
    }

    @Test func `a watcher removed between turns is let go at once`() throws {
        let loop = try EventLoop()
        let pair = try Pair()
        weak var weakly: Probe?
        do {
            let probe = Probe()
            weakly = probe
            try loop.watch(probe, descriptor: pair.left)
            loop.unwatch(probe)
        }
        #expect(weakly == nil)
    }

    @Test func `a loop that goes lets go of what it watched`() throws {
        weak var weakly: Probe?
        let pair = try Pair()
        do {
            let loop = try EventLoop()
            let probe = Probe()
            weakly = probe
            try loop.watch(probe, descriptor: pair.left)
        }
        #expect(weakly == nil)
    }

    @Test func `work put off runs at the turn's end, and what it puts off runs in the next`() throws {
        let loop = try EventLoop()
        var order: [String] = []
        loop.onTurnEnd = { order.append("end") }
        loop.later {
            order.append("first")
            loop.later { order.append("second") }
        }
        loop.runOnce(timeoutNanoseconds: 1_000_000_000)
        #expect(order == ["first", "end"])
        loop.runOnce(timeoutNanoseconds: 1_000_000_000)
        #expect(order == ["first", "end", "second", "end"])
        loop.onTurnEnd = nil
    }

    @Test func `a timer ends the wait, after its time and not much later`() throws {
        let loop = try EventLoop()
        var firedAt: UInt64 = 0
        let timer = Timer(loop) { firedAt = loop.now }
        let start = loop.now
        timer.arm(after: 30_000_000)
        #expect(loop.turn { firedAt != 0 })
        #expect(firedAt - start >= 30_000_000)
        #expect(firedAt - start < 1_000_000_000)
    }

    @Test func `run returns after stop`() throws {
        let loop = try EventLoop()
        var turns = 0
        loop.onTurnEnd = {
            turns += 1
            if turns == 3 { loop.stop() } else { loop.later {} }
        }
        loop.later {}
        loop.run()
        #expect(turns == 3)
        loop.onTurnEnd = nil
    }

    @Test func `the clocks say the same instant`() throws {
        let loop = try EventLoop()
        loop.runOnce(timeoutNanoseconds: 0)
        #expect(abs(Int(loop.wallClock) - time(nil)) <= 2)
        #expect(loop.wallNanoseconds / 1_000_000_000 == loop.wallClock)
        let before = loop.now
        loop.runOnce(timeoutNanoseconds: 2_000_000)
        #expect(loop.now > before)
    }
}
