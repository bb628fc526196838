/// A one-shot timer of a loop, made to be armed and cancelled with every request.
///
/// Arming it later than before, and cancelling, cost a store: the wheel looks at the deadline when the old one comes
/// due. Dropping the timer cancels it. Resolution is 8.4 ms; it never fires early.
public final class Timer {
    /// Monotonic nanoseconds at which it fires, or fired.
    public private(set) var deadline: UInt64 = 0
    /// Whether it is going to fire.
    public private(set) var isArmed = false

    private let wheel: TimerWheel
    private let fired: () -> Void

    /// The wheel's part: the slot it is listed in (-1: none) and the tick it is listed for.
    var slot = -1
    var listedTick: UInt64 = 0
    var next: Unmanaged<Timer>?
    var previous: Unmanaged<Timer>?

    /// A timer that is not armed yet.
    ///
    /// `fired` should hold its owner `unowned`: the owner holds the timer.
    public convenience init(_ loop: EventLoop, _ fired: @escaping () -> Void) { self.init(loop.timers, fired) }

    init(_ wheel: TimerWheel, _ fired: @escaping () -> Void) {
        self.wheel = wheel
        self.fired = fired
    }

    deinit { if slot >= 0 { wheel.remove(self) } }

    /// Fires once, this many nanoseconds after the time of this turn; an earlier deadline is forgotten.
    public func arm(after nanoseconds: UInt64) {
        let (sum, overflow) = wheel.now.addingReportingOverflow(nanoseconds)
        deadline = overflow ? .max : sum
        isArmed = true
        let tick = wheel.tick(of: deadline)
        if slot >= 0 {
            guard tick < listedTick else { return }
            wheel.remove(self)
        }
        listedTick = tick
        wheel.insert(self)
    }

    /// Does not fire any more.
    public func cancel() { isArmed = false }

    /// The tick it is listed for has come, and the wheel has taken it out.
    func due(_ tick: UInt64) {
        guard isArmed else { return }
        let deadlineTick = wheel.tick(of: deadline)
        guard deadlineTick <= tick else {
            listedTick = deadlineTick
            return wheel.insert(self)
        }
        isArmed = false
        fired()
    }
}
