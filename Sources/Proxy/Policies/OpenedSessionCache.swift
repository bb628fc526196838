import Glibc
import Sessions

/// What a worker opened lately, by the cookie's very bytes: a browser sends the same cookie with every request of a
/// page.
///
/// A cookie that is found here was opened before, with the same key, by this worker: the whole value is compared, not
/// its hash alone. What time decides is decided anew at each request. Each slot holds one session, and a newer one
/// takes an older one's place, so memory is bounded by `slots` cookies of at most 4 KiB and what they hold. Only
/// sessions that opened are kept: whoever sends forged cookies neither fills it nor learns anything from it. The slot
/// of a value hangs on its authentication code, which nobody can choose who has not the key.
struct OpenedSessionCache {
    /// How many sessions are kept for each worker.
    static let slots = 512

    private struct Entry {
        let session: Int
        let hash: UInt64
        let cookie: [UInt8]
        let opened: OpenedSession
        let validUntil: Int64
    }

    private var entries = [Entry?](repeating: nil, count: slots)

    /// A value's place among the slots, and the hash that is compared before the value is.
    struct Key {
        fileprivate let session: Int
        fileprivate let hash: UInt64
        fileprivate var slot: Int { Int(truncatingIfNeeded: hash >> 32) & (OpenedSessionCache.slots - 1) }

        /// - Parameter session: which of the configured sessions the cookie belongs to.
        init(session: Int, value: Span<UInt8>) {
            // The end of every format is its authentication code in base64.
            var word = UInt64(truncatingIfNeeded: session)
            for index in max(0, value.count - 16)..<value.count { word = word &* 67 &+ UInt64(value[index]) }
            self.session = session
            hash = word &* 0x9E37_79B9_7F4A_7C15
        }
    }

    /// The session this value was opened as, when it is kept and still in time.
    func find(_ key: Key, _ value: Span<UInt8>, now: Int64) -> OpenedSession? {
        guard let entry = entries[key.slot], entry.hash == key.hash, entry.session == key.session,
            now < entry.validUntil,
            isSame(entry.cookie, value)
        else { return nil }
        return entry.opened
    }

    /// Keeps a session that opened.
    mutating func keep(_ opened: OpenedSession, _ key: Key, _ value: Span<UInt8>, settings: SessionSettings) {
        guard let birth = opened.birth, let lastSeen = opened.lastSeen else { return }
        entries[key.slot] = Entry(
            session: key.session,
            hash: key.hash,
            cookie: value.withUnsafeBufferPointer { [UInt8]($0) },
            opened: opened,
            validUntil: min(birth + settings.lifetime, lastSeen + settings.idleTimeout)
        )
    }

    private func isSame(_ cookie: [UInt8], _ value: Span<UInt8>) -> Bool {
        value.withUnsafeBytes { value in
            cookie.withUnsafeBytes { cookie in
                guard let left = cookie.baseAddress, let right = value.baseAddress else { return false }
                return cookie.count == value.count && memcmp(left, right, value.count) == 0
            }
        }
    }
}
