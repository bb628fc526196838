import Testing

@testable import LinuxIO

/// Nanoseconds of one tick of the wheel.
private let tick: UInt64 = 1 << 23

struct TimerTests {
    @Test func `fires once, at the first tick at or after its deadline and never before`() {
        let wheel = TimerWheel(now: 1000)
        var fired: [UInt64] = []
        let timer = Timer(wheel) { fired.append(wheel.now) }
        timer.arm(after: 50_000_000)
        wheel.now = 1000 + 49_999_999
        wheel.advance()
        #expect(fired.isEmpty && timer.isArmed)
        wheel.now = 1000 + 50_000_000 + tick
        wheel.advance()
        #expect(fired == [wheel.now] && !timer.isArmed)
        wheel.now += 1 << 40
        wheel.advance()
        #expect(fired.count == 1)
    }

    @Test func `armed later than before, it waits for the later deadline`() {
        let wheel = TimerWheel(now: 0)
        var fired = 0
        let timer = Timer(wheel) { fired += 1 }
        timer.arm(after: 10 * tick)
        wheel.now = 5 * tick
        timer.arm(after: 100 * tick)
        wheel.now = 104 * tick
        wheel.advance()
        #expect(fired == 0)
        wheel.now = 105 * tick
        wheel.advance()
        #expect(fired == 1)
    }

    @Test func `armed earlier than before, it does not wait for the old deadline`() {
        let wheel = TimerWheel(now: 0)
        var fired = 0
        let timer = Timer(wheel) { fired += 1 }
        timer.arm(after: 5000 * tick)
        timer.arm(after: 2 * tick)
        wheel.now = 2 * tick
        wheel.advance()
        #expect(fired == 1)
        wheel.now = 6000 * tick
        wheel.advance()
        #expect(fired == 1)
    }

    @Test func `a cancelled timer is silent, and can be armed again`() {
        let wheel = TimerWheel(now: 0)
        var fired = 0
        let timer = Timer(wheel) { fired += 1 }
        timer.arm(after: tick)
        timer.cancel()
        wheel.now = 10 * tick
        wheel.advance()
        #expect(fired == 0 && wheel.nextDue == nil)
        timer.arm(after: tick)
        wheel.now = 11 * tick
        wheel.advance()
        #expect(fired == 1)
    }

    @Test func `a callback may arm itself again, and fires in a later call only`() {
        let wheel = TimerWheel(now: 0)
        var fired = 0
        var timer: Timer?
        timer = Timer(wheel) {
            fired += 1
            timer?.arm(after: 0)
        }
        timer?.arm(after: tick)
        for round in 1...5 {
            wheel.now = UInt64(round) * tick
            wheel.advance()
            #expect(fired == round)
        }
        timer = nil
    }

    @Test func `a callback may cancel and drop others that are due in the same tick`() {
        let wheel = TimerWheel(now: 0)
        var fired: [Int] = []
        var timers: [Timer?] = []
        for index in 0..<3 {
            timers.append(
                Timer(wheel) {
                    fired.append(index)
                    for other in timers.indices where other != index {
                        if other == 0 { timers[other]?.cancel() } else { timers[other] = nil }
                    }
                }
            )
        }
        for timer in timers { timer?.arm(after: tick) }
        wheel.now = tick
        wheel.advance()
        #expect(fired.count == 1)
        timers = []
    }

    @Test func `a callback may drop its own timer`() {
        let wheel = TimerWheel(now: 0)
        var fired = 0
        var timer: Timer?
        timer = Timer(wheel) {
            timer = nil
            fired += 1
        }
        timer?.arm(after: tick)
        wheel.now = tick
        wheel.advance()
        #expect(fired == 1 && timer == nil && wheel.nextDue == nil)
    }

    @Test func `dropping an armed timer takes it off the wheel`() {
        let wheel = TimerWheel(now: 0)
        var timer: Timer? = Timer(wheel) { Issue.record("fired after it was dropped") }
        timer?.arm(after: 3 * tick)
        timer = nil
        #expect(wheel.nextDue == nil)
        wheel.now = 10 * tick
        wheel.advance()
    }

    @Test func `deadlines beyond counting are kept`() {
        let wheel = TimerWheel(now: 123)
        let timer = Timer(wheel) { Issue.record("fired") }
        timer.arm(after: .max)
        #expect(timer.isArmed && timer.deadline == .max)
        wheel.now = 1 << 50
        wheel.advance()
        #expect(timer.isArmed)
    }

    /// Every timer fires exactly when the model says: at the first look at or after its deadline's tick.
    @Test(arguments: [1, 2, 3]) func `a hundred thousand random operations agree with a model`(seed: UInt64) {
        var random = FastRandom(state: (seed, seed << 20, 77, 99))
        let wheel = TimerWheel(now: 5_000_000)
        var deadlines: [Int: UInt64] = [:]
        var fired: [Int] = []
        let timers = (0..<200).map { index in Timer(wheel) { fired.append(index) } }
        var mistakes = 0
        for _ in 0..<100_000 {
            let index = Int.random(in: 0..<200, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let reach = UInt64(1) << UInt64.random(in: 10..<42, using: &random)
                let delay = UInt64.random(in: 0..<reach, using: &random)
                timers[index].arm(after: delay)
                deadlines[index] = wheel.now + delay
            case 5..<7:
                timers[index].cancel()
                deadlines[index] = nil
            default:
                let reach = UInt64(1) << UInt64.random(in: 10..<38, using: &random)
                wheel.now += UInt64.random(in: 0..<reach, using: &random)
                fired = []
                wheel.advance()
                // Due is what a whole tick, counted from the wheel's start, has passed.
                let boundary = 5_000_000 + (wheel.now - 5_000_000) / tick * tick
                let due = deadlines.filter { $0.value <= boundary }.keys.sorted()
                // A deadline that was already passed when it was armed may wait for the next tick.
                let waiting = due.filter { !fired.contains($0) }
                for index in waiting where !timers[index].isArmed || wheel.now - timers[index].deadline > 2 * tick {
                    mistakes += 1
                }
                for index in fired where (deadlines[index] ?? .max) > wheel.now { mistakes += 1 }
                if Set(fired).count != fired.count { mistakes += 1 }
                for index in fired { deadlines[index] = nil }
                // Nothing armed may be forgotten: the wheel looks again in time for the first of them.
                if let first = deadlines.values.min() {
                    if (wheel.nextDue ?? .max) > max(first, wheel.now) + tick { mistakes += 1 }
                }
            }
        }
        #expect(mistakes == 0)
        for (index, timer) in timers.enumerated() where timer.isArmed != (deadlines[index] != nil) {
            Issue.record("timer \(index) is armed: \(timer.isArmed)")
        }
    }

    @Test func `a clock held by hand moves timers when it is moved`() throws {
        let loop = try EventLoop()
        let start = loop.now
        loop.heldTime = start
        loop.runOnce(timeoutNanoseconds: 20_000_000)
        #expect(loop.now == start)
        var fired = 0
        let timer = Timer(loop) { fired += 1 }
        timer.arm(after: 60_000_000_000)
        loop.runOnce(timeoutNanoseconds: 0)
        #expect(fired == 0 && timer.isArmed)
        loop.heldTime = start + 61_000_000_000
        loop.runOnce(timeoutNanoseconds: 0)
        #expect(fired == 1)
    }
}
