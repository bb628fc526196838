import Synchronization

/// The denials that this process knows of; all its threads ask it when a cookie opens.
///
/// It is in memory, and ends with the process. Another list, say one in Redis that several gateways share, is joined to it:
/// `whenAdded` tells that one of denials which begin here, and `add` takes those which began elsewhere. An empty list
/// costs the reading of one number.
public final class DenyList: Sendable {
    private struct Contents {
        var denials: [Denial.Target: Denial] = [:]
        // In the order they were added.
        var order: [Denial.Target] = []
    }

    /// How many there may be by default: 1,048,576, about 100 MiB; after that the oldest are forgotten.
    public static let defaultMost = 1 << 20

    private let contents = Guarded(Contents())
    private let ids = IDFilter()
    private let subjectCount = Atomic<Int>(0)
    private let most: Int
    private let whenAdded: (@Sendable (Denial) -> Void)?

    /// An empty list.
    public init(most: Int = DenyList.defaultMost, whenAdded: (@Sendable (Denial) -> Void)? = nil) {
        self.most = most
        self.whenAdded = whenAdded
    }

    /// Begins a denial here.
    public func begin(_ denial: Denial, now: Int64) {
        add(denial, now: now)
        whenAdded?(denial)
    }

    /// Takes a denial over; of two with the same target the later times count.
    public func add(_ denial: Denial, now: Int64) {
        contents.withLock { contents in
            shrink(&contents, now: now)
            guard let known = contents.denials[denial.target] else {
                contents.denials[denial.target] = denial
                contents.order.append(denial.target)
                count(denial.target, 1)
                return
            }
            contents.denials[denial.target] = Denial(
                denial.target,
                since: max(known.since, denial.since),
                until: max(known.until, denial.until)
            )
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
        guard contents.order.count >= most || isDue(contents, now: now) else { return }
        let excess = contents.order.count - most + max(1, most / 16)
        var kept: [Denial.Target] = []
        for (place, target) in contents.order.enumerated() {
            guard let denial = contents.denials[target] else { continue }
            if now < denial.until, contents.order.count < most || place >= excess {
                kept.append(target)
            } else {
                contents.denials[target] = nil
                count(target, -1)
            }
        }
        contents.order = kept
    }

    // Looked through whole when the first, nearly the oldest, is over: once in a while.
    private func isDue(_ contents: Contents, now: Int64) -> Bool {
        guard let first = contents.order.first, let denial = contents.denials[first] else { return false }
        return now >= denial.until
    }

    private func count(_ target: Denial.Target, _ change: Int) {
        switch target {
        case .id(let id): if change > 0 { ids.insert(id) } else { ids.remove(id) }
        case .subject: subjectCount.wrappingAdd(change, ordering: .relaxed)
        }
    }
}
