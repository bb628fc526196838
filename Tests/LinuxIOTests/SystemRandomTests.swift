import LinuxIO
import Testing

struct SystemRandomTests {
    @Test func `numbers do not come twice, neither within a filling nor after it`() {
        var random = SystemRandom()
        let numbers = (0..<1000).map { _ in random.next() }
        #expect(Set(numbers).count == numbers.count)
        #expect(!numbers.contains(0))
    }

    @Test func `two sources say different things`() {
        var first = SystemRandom()
        var second = SystemRandom()
        #expect((0..<8).map { _ in first.next() } != (0..<8).map { _ in second.next() })
    }
}
