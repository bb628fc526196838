import Redis
import Testing

struct RedisReplyReaderTests {
    private func feed(_ reader: RedisReplyReader, _ text: String) {
        Array(text.utf8).withUnsafeBytes { reader.feed($0) }
    }

    private func describe(_ reply: RedisReply) -> String {
        (0..<reply.count).map { index in
            switch reply[index].kind {
            case .string: "\"\(reply.text(of: index))\""
            case .status: "+\(reply.text(of: index))"
            case .error: "-\(reply.text(of: index))"
            case .integer: "\(reply[index].number)"
            case .null: "null"
            case .array: "[\(reply[index].number)]"
            }
        }.joined(separator: " ")
    }

    private static let stream =
        "+OK\r\n:-42\r\n$5\r\na\r\nbc\r\n$-1\r\n*0\r\n*4\r\n$1\r\nx\r\n:1\r\n*2\r\n+y\r\n$0\r\n\r\n$-1\r\n-ERR no\r\n*-1\r\n"
    private static let replies = [
        "+OK", "-42", "\"a\r\nbc\"", "null", "[0]", "[4] \"x\" 1 [2] +y \"\" null", "-ERR no", "null",
    ]

    @Test(arguments: 1...20)
    func `reads the same replies from pieces of every size`(size: Int) {
        let reader = RedisReplyReader(largest: 1000)
        var found: [String] = []
        var rest = Substring(Self.stream)
        while !rest.isEmpty {
            let part = String(decoding: rest.utf8.prefix(size), as: UTF8.self)
            feed(reader, part)
            rest = Substring(decoding: rest.utf8.dropFirst(size), as: UTF8.self)
            while reader.next() == .reply { found.append(describe(reader.reply)) }
        }
        #expect(found == Self.replies)
        #expect(reader.next() == .incomplete)
    }

    @Test(arguments: [
        "!\r\n", "$x\r\n", ":1x\r\n", "*-2\r\n", "*65537\r\n", "HTTP/1.1 200 OK\r\n",
        String(repeating: "*1\r\n", count: 10),
    ])
    func `what is not the protocol breaks it for good`(text: String) {
        let reader = RedisReplyReader(largest: 1000)
        feed(reader, text)
        guard case .broken(let what) = reader.next() else {
            Issue.record("\(text) was read")
            return
        }
        #expect(!what.isEmpty)
        feed(reader, "+OK\r\n")
        guard case .broken = reader.next() else {
            Issue.record("it goes on after \(text)")
            return
        }
    }

    @Test func `a reply over the limit is refused before it is whole, one below it is not`() {
        let reader = RedisReplyReader(largest: 1000)
        feed(reader, "$2000\r\n" + String(repeating: "x", count: 900))
        #expect(reader.next() == .incomplete)
        feed(reader, String(repeating: "x", count: 200))
        #expect(reader.next() == .broken("a reply of more than 1000 bytes"))
        let array = RedisReplyReader(largest: 1000)
        feed(array, "*65536\r\n")
        for _ in 0..<99 {
            feed(array, ":1234567\r\n")
            #expect(array.next() == .incomplete)
        }
        feed(array, ":1234567\r\n")
        #expect(array.next() == .broken("a reply of more than 1000 bytes"))
    }

    @Test func `many replies in one piece are not one over the limit`() {
        let reader = RedisReplyReader(largest: 100)
        feed(reader, String(repeating: "+OK\r\n", count: 1000) + "$3\r\nab")
        var count = 0
        while reader.next() == .reply { count += 1 }
        #expect(count == 1000)
        #expect(reader.next() == .incomplete)
    }
}
