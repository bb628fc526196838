import Harness
import Redis

/// The replies found in some bytes, read piece by piece.
struct Reading {
    /// The most a reply may have.
    static let largest = 2000

    private(set) var replies: [String] = []
    private(set) var isBroken = false

    /// - Parameter size: how long the next piece of the rest is.
    init(_ bytes: UnsafeRawBufferPointer, size: (UnsafeRawBufferPointer) -> Int) {
        let reader = RedisReplyReader(largest: Self.largest)
        var rest = bytes
        while !rest.isEmpty, !isBroken {
            let count = size(rest)
            // The reader must not look at a piece after it was given.
            let piece = [UInt8](rest[..<count])
            piece.withUnsafeBytes { reader.feed($0) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            read(reader)
        }
    }

    private mutating func read(_ reader: RedisReplyReader) {
        while true {
            switch reader.next() {
            case .incomplete: return
            case .broken(let what):
                must(!what.isEmpty, "it is said what is wrong")
                isBroken = true
                return
            case .reply: replies.append(describe(reader.reply))
            }
        }
    }

    /// The whole reply in text, checked on the way.
    private func describe(_ reply: RedisReply) -> String {
        must(reply.count > 0, "a reply has a node")
        var text = ""
        // How many values the arrays around still want.
        var wanted = 1
        for index in 0..<reply.count {
            must(wanted > 0, "no node is behind the end")
            wanted -= 1
            let node = reply[index]
            text += "\(node.kind) "
            switch node.kind {
            case .array:
                must(node.number >= 0, "an array has no fewer than no values")
                wanted += node.number
                text += "\(node.number) "
            case .integer: text += "\(node.number) "
            case .null: break
            case .string, .status, .error:
                reply.withBytes(of: index) { bytes in
                    must(bytes.count <= Self.largest, "no string is over the limit")
                    for index in bytes.indices { text += "\(bytes[index])." }
                }
            }
        }
        must(wanted == 0, "arrays have as many values as they say")
        return text
    }
}
