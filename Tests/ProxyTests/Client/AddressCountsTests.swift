import LinuxIO
import Testing

@testable import Proxy

struct AddressCountsTests {
    private func address(_ text: String) throws -> SocketAddress { try #require(SocketAddress(parsing: text)) }

    @Test func `an address gets in as often as it may, and again when it has left`() throws {
        let counts = AddressCounts()
        let peer = try address("203.0.113.9:1")
        #expect(counts.enter(peer, limit: 2))
        #expect(counts.enter(try address("203.0.113.9:2"), limit: 2))
        #expect(!counts.enter(peer, limit: 2))
        #expect(counts.enter(try address("203.0.113.10:1"), limit: 2))
        counts.leave(peer)
        #expect(counts.enter(peer, limit: 2))
        #expect(counts.count(of: peer) == 2)
        counts.leave(peer)
        counts.leave(peer)
        counts.leave(peer)
        #expect(counts.count(of: peer) == 0)
    }

    @Test func `of IPv6 the first 64 bits count, and mapped IPv4 counts as IPv4`() throws {
        let counts = AddressCounts()
        #expect(counts.enter(try address("[2001:db8:1:2::1]:1"), limit: 1))
        #expect(!counts.enter(try address("[2001:db8:1:2:ffff::9]:1"), limit: 1))
        #expect(counts.enter(try address("[2001:db8:1:3::1]:1"), limit: 1))
        #expect(counts.enter(try address("203.0.113.9:1"), limit: 1))
        #expect(!counts.enter(try address("[::ffff:203.0.113.9]:1"), limit: 1))
        #expect(counts.enter(try address("[::ffff:203.0.113.8]:1"), limit: 1))
    }

    @Test func `threads that come and go at once leave nothing behind`() async throws {
        let counts = AddressCounts()
        let peer = try address("203.0.113.9:1")
        let entered = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var entered = 0
                    for _ in 0..<2000 where counts.enter(peer, limit: 3) {
                        entered += 1
                        counts.leave(peer)
                    }
                    return entered
                }
            }
            return await group.reduce(0, +)
        }
        #expect(counts.count(of: peer) == 0)
        #expect(entered > 0)
    }
}
