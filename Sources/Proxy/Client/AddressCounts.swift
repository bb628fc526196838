import LinuxIO
import Synchronization

/// How many connections each client address has, over all workers (`limits.per_address`).
///
/// IPv6 is counted by its first 64 bits: one client has them all. Asked only when a connection comes and goes; sharded, so
/// that workers seldom wait for each other.
final class AddressCounts: Sendable {
    private struct Key: Hashable {
        let high: UInt64
        let low: UInt64

        init(_ address: SocketAddress) {
            let isV4 = address.ipHigh == 0 && address.ipLow >> 32 == 0xffff
            high = address.ipHigh
            low = isV4 ? address.ipLow : 0
        }
    }

    private final class Shard: Sendable {
        let counts = Mutex<[Key: Int]>([:])
    }

    private let shards = (0..<64).map { _ in Shard() }

    /// Counts one more; false, and does not, when the address has as many as it may.
    func enter(_ address: SocketAddress, limit: Int) -> Bool {
        let key = Key(address)
        return shard(of: key).counts.withLock { counts in
            let count = counts[key, default: 0]
            guard count < limit else { return false }
            counts[key] = count + 1
            return true
        }
    }

    /// Counts one less.
    func leave(_ address: SocketAddress) {
        let key = Key(address)
        shard(of: key).counts.withLock { counts in
            let count = counts[key, default: 0]
            counts[key] = count > 1 ? count - 1 : nil
        }
    }

    /// How many connections the address has.
    func count(of address: SocketAddress) -> Int {
        let key = Key(address)
        return shard(of: key).counts.withLock { $0[key, default: 0] }
    }

    private func shard(of key: Key) -> Shard { shards[Int(UInt(bitPattern: key.hashValue) % UInt(shards.count))] }
}
