import Synchronization

/// The denials that this process knows of; all its threads ask it when a cookie opens.
///
/// It is in memory, and ends with the process. Other lists, say those in Redis that several gateways share, are joined to
/// it: what begins here for a session that is shared waits in its `SharedDenials`, and `add` takes what began elsewhere. An
/// empty list costs the reading of one number.
public final class DenyList: Sendable {
    private struct Contents {
        var denials: [Denial.Target: Denial] = [:]
        // Each once, in the order they were added; the oldest stands at `first`, those before it are gone.
        var order: [Place] = []
        var first = 0
        // By the cookie's name: for how many seconds denials of its sessions count.
        var times: [String: Int64] = [:]

        /// A denial, until the sessions' times of now are over, where those are longer than they were when it began.
        func lengthened(_ denial: Denial, of cookie: String?) -> Denial {
            guard let cookie, let seconds = times[cookie] else { return denial }
            return Denial(denial.target, since: denial.since, until: max(denial.until, denial.since + seconds))
        }
    }

    private struct Place {
        let target: Denial.Target
        // As it was when it took this place; the denial's own may be later by now.
        let until: Int64
    }

    /// How many there may be by default: 1,048,576, about 100 MiB; after that the oldest are forgotten.
    public static let defaultMost = 1 << 20

    private let contents = Guarded(Contents())
    private let ids = IDFilter()
    private let subjectCount = Atomic<Int>(0)
    private let most: Int
    // By the cookie's name.
    private let shared = Guarded<[String: SharedDenials]>([:])
    private let carrier = Guarded<(@Sendable () -> Void)?>(nil)

    /// An empty list.
    public init(most: Int = DenyList.defaultMost) {
        self.most = most
    }

    /// Begins a denial of a cookie's sessions here, and has it carried to who shares them.
    public func begin(_ denial: Denial, of cookie: String, now: Int64) {
        let denial = add(denial, of: cookie, now: now)
        let isShared = shared.withLock { shared in
            // Within, so that it goes along when the place changes.
            shared[cookie]?.add(denial)
            return shared[cookie] != nil
        }
        if isShared { carrier.withLock { $0 }?() }
    }

    /// Shares the denials of these cookies' sessions from now on, each at its place, and of no others.
    ///
    /// What is shared at the same place already goes on; what was not handed over to another place goes to the new one.
    public func share(_ places: [(cookie: String, place: String)]) -> [String: SharedDenials] {
        shared.withLock { shared in
            var next: [String: SharedDenials] = [:]
            for (cookie, place) in places {
                let known = shared[cookie]
                next[cookie] =
                    known?.place == place
                    ? known : SharedDenials(cookie: cookie, place: place, unsent: known?.unsent() ?? [])
            }
            shared = next
            return next
        }
    }

    /// Who carries denials: called by any thread when there is one to be handed over.
    public func whenThereIsOneToShare(_ carrier: @escaping @Sendable () -> Void) {
        self.carrier.withLock { $0 = carrier }
    }

    /// Takes a denial over; of two with the same target the later times count.
    public func add(_ denial: Denial, now: Int64) {
        _ = add(denial, of: denial.cookie, now: now)
    }

    /// Takes it over for as long as the cookie's sessions may last now; returns it with that time.
    private func add(_ denial: Denial, of cookie: String?, now: Int64) -> Denial {
        contents.withLock { contents in
            shrink(&contents, now: now)
            let denial = contents.lengthened(denial, of: cookie)
            guard let known = contents.denials[denial.target] else {
                contents.denials[denial.target] = denial
                contents.order.append(Place(target: denial.target, until: denial.until))
                count(denial.target, 1)
                return denial
            }
            contents.denials[denial.target] = Denial(
                denial.target,
                since: max(known.since, denial.since),
                until: max(known.until, denial.until)
            )
            return denial
        }
    }

    /// Goes by a cookie's settings from now on: where its sessions last longer than before, so do the denials there are.
    func goBy(_ settings: SessionSettings) {
        let seconds = Denial.longestTime(settings)
        contents.withLock { contents in
            let known = contents.times.updateValue(seconds, forKey: settings.name)
            guard let known, known < seconds else { return }
            contents.denials = contents.denials.mapValues { denial in
                if let cookie = denial.cookie, cookie != settings.name { return denial }
                // An id does not say whose it is: it is one of this cookie's sessions, or kept longer than need be.
                return contents.lengthened(denial, of: settings.name)
            }
        }
    }

    /// All denials that are in force.
    public func all(now: Int64) -> [Denial] {
        contents.withLock { $0.denials.values.filter { now < $0.until } }
    }

    /// Whether no subject is denied.
    var hasNoSubjects: Bool { subjectCount.load(ordering: .relaxed) == 0 }

    /// Whether a session may be denied, by its id or its subject.
    func mayDeny(_ id: SessionID) -> Bool { !hasNoSubjects || ids.mayContain(id) }

    /// The denial of a session's id.
    func find(_ id: SessionID, now: Int64) -> Denial? {
        ids.mayContain(id) ? find(.id(id), now: now) : nil
    }

    /// The denial of a target.
    func find(_ target: Denial.Target, now: Int64) -> Denial? {
        contents.withLock { contents in
            contents.denials[target].flatMap { now < $0.until ? $0 : nil }
        }
    }

    /// Drops what is too old, and the oldest of what is too much.
    private func shrink(_ contents: inout Contents, now: Int64) {
        // Nearly all end in their order: those behind one that is in force wait for it.
        while contents.first < contents.order.count, now >= contents.order[contents.first].until {
            let target = contents.order[contents.first].target
            contents.first += 1
            guard let denial = contents.denials[target] else { continue }
            if now < denial.until {
                // Said again since, with a later time.
                contents.order.append(Place(target: target, until: denial.until))
            } else {
                drop(target, from: &contents)
            }
        }
        if contents.denials.count >= most { makeRoom(&contents, now: now) }
        guard contents.first > 64, contents.first > contents.order.count / 2 else { return }
        contents.order.removeFirst(contents.first)
        contents.first = 0
    }

    /// Drops all that is too old, and the oldest until a sixteenth is free: the next look through all is far off.
    private func makeRoom(_ contents: inout Contents, now: Int64) {
        var kept: [Place] = []
        for place in contents.order[contents.first...] {
            if let denial = contents.denials[place.target], now < denial.until {
                kept.append(place)
            } else {
                drop(place.target, from: &contents)
            }
        }
        let excess = max(0, kept.count - most + max(1, most / 16))
        for place in kept.prefix(excess) { drop(place.target, from: &contents) }
        contents.order = Array(kept.dropFirst(excess))
        contents.first = 0
    }

    private func drop(_ target: Denial.Target, from contents: inout Contents) {
        if contents.denials.removeValue(forKey: target) != nil { count(target, -1) }
    }

    private func count(_ target: Denial.Target, _ change: Int) {
        switch target {
        case .id(let id): if change > 0 { ids.insert(id) } else { ids.remove(id) }
        case .subject: subjectCount.wrappingAdd(change, ordering: .relaxed)
        }
    }
}
