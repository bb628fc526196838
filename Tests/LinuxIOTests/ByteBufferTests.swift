import LinuxIO
import Testing

struct ByteBufferTests {
    private func text(_ buffer: ByteBuffer) -> String { String(decoding: buffer.readable, as: UTF8.self) }

    @Test func `what is appended in any form is read in order`() {
        let buffer = ByteBuffer(capacity: 16)
        buffer.append("GET ")
        buffer.append(UInt8(ascii: "/"))
        buffer.append(Array("path".utf8))
        buffer.append(Array(" a".utf8).span)
        Array("bc".utf8).withUnsafeBytes { buffer.append($0) }
        Array("de".utf8).withUnsafeBufferPointer { buffer.append($0) }
        buffer.append([])
        #expect(text(buffer) == "GET /path abcde" && buffer.count == 15 && !buffer.isEmpty)
    }

    @Test(
        arguments: [
            (0, "0"), (7, "7"), (10, "10"), (99, "99"), (100, "100"), (1_234_567_890, "1234567890"), (-5, "-5"),
            (.max, "9223372036854775807"), (.min, "-9223372036854775808"),
        ] as [(Int, String)]
    )
    func `numbers are written in decimal`(number: Int, expected: String) {
        let buffer = ByteBuffer()
        buffer.appendDecimal(number)
        #expect(text(buffer) == expected)
    }

    @Test func `numbers are written in hexadecimal, padded on request`() {
        let buffer = ByteBuffer(capacity: 16)
        buffer.appendHex(0)
        buffer.append(" ")
        buffer.appendHex(0xdead_beef)
        buffer.append(" ")
        buffer.appendHex(0xab, padTo: 16)
        buffer.append(" ")
        buffer.appendHex(.max, padTo: 3)
        buffer.append(" ")
        buffer.appendDecimal(UInt64.max)
        #expect(text(buffer) == "0 deadbeef 00000000000000ab ffffffffffffffff 18446744073709551615")
    }

    @Test func `reserve, commit and consume keep the bytes while they move and grow`() {
        let buffer = ByteBuffer(capacity: 64)
        var expected: [UInt8] = []
        var random = FastRandom(state: (1, 2, 3, 4))
        var next: UInt8 = 0
        for _ in 0..<10_000 {
            let wanted = Int.random(in: 1...100, using: &random)
            let room = buffer.reserve(wanted)
            #expect(room.count >= wanted)
            for index in 0..<wanted {
                room[index] = next
                expected.append(next)
                next &+= 1
            }
            buffer.commit(wanted)
            let read = Int.random(in: 0...buffer.count, using: &random)
            #expect(buffer.readable.prefix(read).elementsEqual(expected.prefix(read)))
            buffer.consume(read)
            expected.removeFirst(read)
        }
        #expect(buffer.readable.elementsEqual(expected))
        #expect(buffer.capacity < 4096)
    }

    @Test func `trimming gives memory back once empty`() {
        let buffer = ByteBuffer(capacity: 32)
        buffer.append([UInt8](repeating: 1, count: 10_000))
        buffer.consume(10)
        buffer.trim(to: 32)
        #expect(buffer.capacity >= 10_000)
        buffer.clear()
        buffer.trim(to: 32)
        #expect(buffer.capacity == 32 && buffer.isEmpty)
        buffer.append("still good")
        #expect(text(buffer) == "still good")
    }

    @Test func `consuming more than there is ends the process`() async {
        await #expect(processExitsWith: .failure) {
            let buffer = ByteBuffer()
            buffer.append("abc")
            buffer.consume(4)
        }
    }

    @Test func `a pool gives a buffer again, empty, unless it has grown too large`() {
        let pool = BufferPool(capacity: 64, keep: 1)
        let first = pool.take()
        first.append("used")
        pool.give(first)
        pool.give(ByteBuffer(capacity: 64))  // one more than it keeps
        let second = pool.take()
        #expect(second === first && second.isEmpty)
        #expect(pool.take() !== first)
        second.append([UInt8](repeating: 0, count: 1000))
        pool.give(second)
        #expect(pool.take() !== second)
    }

    @Test func `an account knows what its buffers have room for, and no more of those that are gone`() {
        let account = MemoryAccount(limit: 100_000)
        let pool = BufferPool(capacity: 1024, keep: 2, account: account)
        do {
            let buffer = ByteBuffer(capacity: 100, account: account)
            #expect(account.bytes == 100)
            buffer.append([UInt8](repeating: 1, count: 5000))
            #expect(account.bytes == buffer.capacity && account.bytes >= 5000)
            buffer.clear()
            buffer.trim(to: 200)
            #expect(account.bytes == 200)
            let pooled = pool.take()
            pool.give(pooled)
            #expect(account.bytes == 1224)
        }
        #expect(account.bytes == 1024)
        pool.empty()
        #expect(account.bytes == 0)
    }

    @Test func `an account is tight at three quarters, and full at its limit; then a pool keeps nothing`() {
        let account = MemoryAccount(limit: 4000)
        let pool = BufferPool(capacity: 1000, account: account)
        var buffers = (0..<2).map { _ in pool.take() }
        #expect(!account.isTight && !account.isFull)
        buffers.append(pool.take())
        #expect(account.isTight && !account.isFull)
        buffers.append(pool.take())
        #expect(account.isFull)
        pool.give(buffers.removeLast())
        #expect(account.bytes == 3000)
        let unlimited = MemoryAccount()
        #expect(!unlimited.isTight && !unlimited.isFull)
    }

    @Test func `a pool knows how many of its buffers are out`() {
        let pool = BufferPool(capacity: 64, keep: 1)
        let buffers = [pool.take(), pool.take()]
        #expect(pool.inUse == 2)
        for buffer in buffers { pool.give(buffer) }
        #expect(pool.inUse == 0)
    }
}
