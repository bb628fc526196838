import CLinux
import Glibc

/// One thread's own world: what its sockets wait for, its clock and its timers.
///
/// A turn is: wait for the kernel, read the clocks, tell the watchers, fire timers, run what was put off with `later`,
/// call `onTurnEnd`. Nothing in a turn of steady state allocates or locks.
///
/// A loop and everything on it is deliberately not `Sendable`: make it on the thread that runs it. The door for other
/// threads is a ``Mailbox``.
public final class EventLoop {
    /// Monotonic nanoseconds, read once a turn.
    public var now: UInt64 { timers.now }
    /// Seconds since 1970, read once a turn.
    public private(set) var wallClock: Int64 = 0
    /// Nanoseconds since 1970: the same instant as `wallClock`.
    public private(set) var wallNanoseconds: Int64 = 0
    /// Called after each turn's events, timers and put-off work; the place to flush what the turn gathered.
    public var onTurnEnd: (() -> Void)?

    /// What the clock says, in monotonic nanoseconds, for tests that move the time by hand; nil: the kernel's.
    ///
    /// Never less than `now` was.
    var heldTime: UInt64? { didSet { readClocks() } }

    let timers: TimerWheel
    private let epoll: Int32
    private static let eventRoom = 512
    private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: eventRoom)
    /// The events of this turn that are still to be told are those in `position..<eventCount`.
    private var position = 0
    private var eventCount = 0
    private var watched: Unmanaged<Watcher>?
    /// No longer watched, but alive until the turn's end: one of them may be the object whose method is running.
    private var leaving: [Watcher] = []
    private var left: [Watcher] = []
    private var inTurn = false
    private var putOff: [() -> Void] = []
    /// Empty but for its memory, which is used again.
    private var doing: [() -> Void] = []
    private var running = false

    /// A loop without anything on it.
    ///
    /// - Throws: ``IOError`` when the process has no descriptors left.
    public init() throws(IOError) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw IOError("epoll_create1") }
        timers = TimerWheel(now: Self.read(CLOCK_MONOTONIC))
        readClocks()
    }

    deinit {
        while let member = watched {
            watched = member._withUnsafeGuaranteedRef { watcher in
                watcher.descriptor = -1
                return watcher.next
            }
            member.release()
        }
        close(epoll)
        events.deallocate()
    }

    // MARK: Watching

    /// Watches for everything, edge-triggered: one registration for the descriptor's whole life.
    ///
    /// A descriptor that is ready already is told in the next turn.
    ///
    /// - Throws: ``IOError``, from `epoll_ctl`.
    public func watch(_ watcher: Watcher, descriptor: Int32) throws(IOError) {
        let interest = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        try control(watcher, descriptor, interest)
    }

    /// Watches level-triggered: for libcurl while it dials, listeners and eventfds.
    ///
    /// Called again, it changes the interest.
    ///
    /// - Parameter exclusive: wake one of the loops that share this descriptor instead of all. Cannot be changed later.
    /// - Throws: ``IOError``, from `epoll_ctl`.
    public func watchLevel(
        _ watcher: Watcher,
        descriptor: Int32,
        readable: Bool,
        writable: Bool,
        exclusive: Bool = false
    ) throws(IOError) {
        var interest: UInt32 = exclusive ? EPOLLEXCLUSIVE.rawValue : 0
        if readable { interest |= EPOLLIN.rawValue }
        if writable { interest |= EPOLLOUT.rawValue }
        try control(watcher, descriptor, interest)
    }

    /// Stops watching; events of this turn still to be told to it are dropped.
    ///
    /// Does not close the descriptor: close it after this call.
    public func unwatch(_ watcher: Watcher) {
        guard watcher.descriptor >= 0 else { return }
        var unused = epoll_event()
        epoll_ctl(epoll, EPOLL_CTL_DEL, watcher.descriptor, &unused)
        watcher.descriptor = -1
        let member = Unmanaged.passUnretained(watcher)
        let key = UInt64(UInt(bitPattern: member.toOpaque()))
        for index in position..<eventCount where events[index].data.u64 == key { events[index].data.u64 = 0 }
        unlink(watcher)
        // Between turns, whoever called holds what it uses.
        if inTurn { leaving.append(watcher) }
        member.release()
    }

    private func control(_ watcher: Watcher, _ descriptor: Int32, _ interest: UInt32) throws(IOError) {
        let member = Unmanaged.passUnretained(watcher)
        var event = epoll_event()
        event.events = interest
        event.data.u64 = UInt64(UInt(bitPattern: member.toOpaque()))
        let known = watcher.descriptor >= 0
        guard !known || watcher.descriptor == descriptor else {
            fatalError("a watcher watches one descriptor at a time")
        }
        guard epoll_ctl(epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event) == 0 else {
            throw IOError("epoll_ctl")
        }
        guard !known else { return }
        watcher.descriptor = descriptor
        _ = member.retain()
        watcher.next = watched
        watched?._withUnsafeGuaranteedRef { $0.previous = member }
        watched = member
    }

    private func unlink(_ watcher: Watcher) {
        if let previous = watcher.previous {
            previous._withUnsafeGuaranteedRef { $0.next = watcher.next }
        } else {
            watched = watcher.next
        }
        watcher.next?._withUnsafeGuaranteedRef { $0.previous = watcher.previous }
        watcher.next = nil
        watcher.previous = nil
    }

    // MARK: Turning

    /// Runs `work` at the end of this turn, or of the next when called outside of one or from other such work.
    public func later(_ work: @escaping () -> Void) { putOff.append(work) }

    /// Takes turns until `stop()`.
    public func run() {
        running = true
        while running { turn(atMost: nil) }
    }

    /// Makes `run()` return after this turn.
    ///
    /// On the loop's thread only.
    public func stop() { running = false }

    /// Takes one turn, waiting for at most the given time: for tests.
    public func runOnce(timeoutNanoseconds: UInt64) { turn(atMost: timeoutNanoseconds) }

    private func turn(atMost limit: UInt64?) {
        let count = epoll_wait(epoll, events, Int32(Self.eventRoom), waitMilliseconds(atMost: limit))
        eventCount = Int(max(count, 0))  // -1 is EINTR: a turn without events
        inTurn = true
        readClocks()
        position = 0
        while position < eventCount {
            let event = events[position]
            position += 1
            // Nil when an earlier watcher of this turn unwatched this one.
            guard let pointer = UnsafeRawPointer(bitPattern: UInt(event.data.u64)) else { continue }
            let readiness = Readiness(events: event.events)
            Unmanaged<Watcher>.fromOpaque(pointer)._withUnsafeGuaranteedRef { $0.ready(readiness) }
        }
        (position, eventCount) = (0, 0)
        timers.advance()
        if !putOff.isEmpty {
            swap(&putOff, &doing)
            for item in doing { item() }
            doing.removeAll(keepingCapacity: doing.count < 1024)
        }
        onTurnEnd?()
        inTurn = false
        if !leaving.isEmpty { letGo() }
    }

    private func letGo() {
        // Through a second list: a watcher that goes may take others with it, and so come back to `unwatch`.
        swap(&leaving, &left)
        left.removeAll(keepingCapacity: left.count < 1024)
    }

    private func waitMilliseconds(atMost limit: UInt64?) -> Int32 {
        guard putOff.isEmpty else { return 0 }
        var wait = limit ?? .max
        if let due = timers.nextDue {
            // `now` is as old as the last turn's work: a timer due meanwhile must not wait that long again.
            let current = heldTime ?? Self.read(CLOCK_MONOTONIC)
            wait = min(wait, due > current ? due - current : 0)
        }
        guard wait != .max else { return -1 }
        // Rounded up, so that a timer is due when the wait is over.
        return Int32(clamping: (wait / 1_000_000) + (wait % 1_000_000 == 0 ? 0 : 1))
    }

    private func readClocks() {
        timers.now = heldTime ?? Self.read(CLOCK_MONOTONIC)
        wallNanoseconds = Int64(clamping: Self.read(CLOCK_REALTIME))
        wallClock = wallNanoseconds / 1_000_000_000
    }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }
}
