/// One reply of Redis: a value, or an array of them, laid out flat.
///
/// Node 0 is the reply itself; an array's elements follow it, each with what is in it. The memory is used again for the
/// next reply: whoever wants to keep something copies it.
public final class RedisReply {
    /// What a node is.
    public enum Kind: Sendable, Equatable {
        /// A string of any bytes.
        case string
        /// A short word such as `OK`.
        case status
        /// What went wrong, in Redis' words: `NOSCRIPT No matching script.`.
        case error
        case integer
        /// No value.
        case null
        /// As many values as its number says.
        case array
    }

    /// One value of a reply.
    public struct Node: Sendable {
        /// What it is.
        public let kind: Kind
        /// An integer's value, or how many elements an array has.
        public let number: Int
        fileprivate let start: Int
        fileprivate let end: Int
    }

    private var nodes: [Node] = []
    private var bytes: [UInt8] = []

    init() {}

    /// How many nodes there are, those of nested arrays included.
    public var count: Int { nodes.count }

    /// The node at this place; its place must be less than `count`.
    public subscript(_ index: Int) -> Node { nodes[index] }

    /// What the reply itself is.
    public var kind: Kind { nodes.first?.kind ?? .null }

    /// Calls `body` with the bytes of a string, a status or an error; with none for other kinds.
    public func withBytes<Result>(of index: Int, _ body: (Span<UInt8>) -> Result) -> Result {
        let bytes = bytes
        return body(bytes.span.extracting(nodes[index].start..<nodes[index].end))
    }

    /// The text of a string, a status or an error, for people.
    public func text(of index: Int = 0) -> String {
        String(decoding: bytes[nodes[index].start..<nodes[index].end], as: UTF8.self)
    }

    /// Whether the reply is an error that begins with this word.
    public func isError(_ code: StaticString) -> Bool {
        guard kind == .error else { return false }
        return withBytes(of: 0) { text in
            guard text.count >= code.utf8CodeUnitCount else { return false }
            for index in 0..<code.utf8CodeUnitCount where text[index] != code.utf8Start[index] { return false }
            return text.count == code.utf8CodeUnitCount || text[code.utf8CodeUnitCount] == UInt8(ascii: " ")
        }
    }

    // MARK: For the reader

    func clear() {
        nodes.removeAll(keepingCapacity: nodes.capacity <= 4096)
        bytes.removeAll(keepingCapacity: bytes.capacity <= 256 * 1024)
    }

    func append(_ kind: Kind, _ text: UnsafeRawBufferPointer) {
        let start = bytes.count
        bytes.append(contentsOf: text)
        nodes.append(Node(kind: kind, number: 0, start: start, end: bytes.count))
    }

    func append(_ kind: Kind, _ number: Int = 0) { nodes.append(Node(kind: kind, number: number, start: 0, end: 0)) }
}
