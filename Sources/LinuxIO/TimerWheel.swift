/// Where a loop's timers wait: six wheels of 64 slots, each wheel's slot as long as the whole wheel below it.
///
/// Arming and cancelling are O(1) and allocate nothing: the timers are their own list entries. A tick is 2^23
/// nanoseconds (8.4 ms); a timer fires at the first tick at or after its deadline, never before. Knows no clock:
/// the loop (or a test) says what time it is.
final class TimerWheel {
    /// Monotonic nanoseconds.
    var now: UInt64

    private static let tickShift: UInt64 = 23
    private static let levels = 6
    /// Ticks from here on are too far to be told apart (18 years).
    private static let horizon: UInt64 = 1 << 36

    private let start: UInt64
    /// The first tick not yet dealt with.
    private var current: UInt64 = 0
    /// Whether the slot of `current` is being emptied: what is listed meanwhile goes to a later tick.
    private var isFiring = false
    private let slots: UnsafeMutablePointer<Unmanaged<Timer>?>
    /// Bit n of a level is set when its slot n is not empty.
    private let occupied: UnsafeMutablePointer<UInt64>

    init(now: UInt64) {
        self.now = now
        start = now
        slots = .allocate(capacity: Self.levels * 64)
        slots.initialize(repeating: nil, count: Self.levels * 64)
        occupied = .allocate(capacity: Self.levels)
        occupied.initialize(repeating: 0, count: Self.levels)
    }

    // Every timer holds its wheel, so none is listed here any more.
    deinit {
        slots.deallocate()
        occupied.deallocate()
    }

    /// The tick at which a timer of this deadline fires: rounded up.
    func tick(of deadline: UInt64) -> UInt64 {
        guard deadline > start else { return 0 }
        return min((deadline - start - 1) >> Self.tickShift + 1, Self.horizon - 1)
    }

    /// When the loop should look again, in monotonic nanoseconds; nil when nothing is listed.
    var nextDue: UInt64? {
        guard let tick = nextTick() else { return nil }
        return start + tick << Self.tickShift
    }

    /// Lists a timer at its `listedTick`, or at the next tick when that has passed.
    func insert(_ timer: Timer) {
        let tick = max(timer.listedTick, isFiring ? current + 1 : current)
        timer.listedTick = tick
        // The highest group of six bits in which the tick differs from now says in which wheel it waits.
        let difference = tick ^ current
        let level = difference == 0 ? 0 : (63 - difference.leadingZeroBitCount) / 6
        let slot = Int(tick >> UInt64(level * 6)) & 63
        let index = level * 64 + slot
        timer.slot = index
        timer.previous = nil
        timer.next = slots[index]
        let entry = Unmanaged.passUnretained(timer)
        slots[index]?._withUnsafeGuaranteedRef { $0.previous = entry }
        slots[index] = entry
        occupied[level] |= 1 << UInt64(slot)
    }

    /// Takes a listed timer out.
    func remove(_ timer: Timer) {
        let index = timer.slot
        if let previous = timer.previous {
            previous._withUnsafeGuaranteedRef { $0.next = timer.next }
        } else {
            slots[index] = timer.next
            if timer.next == nil { occupied[index / 64] &= ~(1 << UInt64(index & 63)) }
        }
        timer.next?._withUnsafeGuaranteedRef { $0.previous = timer.previous }
        timer.next = nil
        timer.previous = nil
        timer.slot = -1
    }

    /// Fires what is due at `now`.
    ///
    /// A timer armed meanwhile fires in a later call.
    func advance() {
        let last = (now - start) >> Self.tickShift
        while let tick = nextTick(), tick <= last {
            current = tick
            // The slots that begin at this tick hand their timers to the wheels below.
            for level in stride(from: Self.levels - 1, to: 0, by: -1) {
                let index = level * 64 + Int(tick >> UInt64(level * 6)) & 63
                while let entry = slots[index] { entry._withUnsafeGuaranteedRef(relist) }
            }
            let index = Int(tick & 63)
            isFiring = true
            while let entry = slots[index] {
                // Retained: what it calls may drop the last reference.
                let timer = entry.takeUnretainedValue()
                remove(timer)
                timer.due(tick)
            }
            isFiring = false
            current = tick + 1
        }
        current = max(current, last + 1)
    }

    private func relist(_ timer: Timer) {
        remove(timer)
        guard timer.isArmed else { return }
        timer.listedTick = tick(of: timer.deadline)
        insert(timer)
    }

    /// The first tick at which a slot must be fired or handed down.
    private func nextTick() -> UInt64? {
        var first: UInt64?
        // All levels: a higher slot that begins at `current` may hold timers due before those of the lowest level.
        for level in 0..<Self.levels {
            let shift = UInt64(level * 6)
            let position = (current >> shift) & 63
            // Slots before the position belong to a round that the wheel above still holds: they are empty.
            let ahead = occupied[level] >> position
            guard ahead != 0 else { continue }
            let slot = position + UInt64(ahead.trailingZeroBitCount)
            let round = current & ~((64 << shift) - 1)
            first = min(first ?? .max, max(round + slot << shift, current))
        }
        return first
    }
}
