/// A request or response as it was on the wire, read strictly.
struct Message: Sendable {
    /// One field line.
    struct Field: Sendable, Equatable {
        var name: String
        var value: String
    }

    /// The request line or status line.
    var startLine: String
    /// Field lines in order, names as they were written, values without the white space around them.
    var fields: [Field]
    /// The head, byte for byte, with its empty line.
    var raw: [UInt8]
    /// The content, unchunked.
    var body: [UInt8] = []
    /// The trailer section's lines.
    var trailers: [Field] = []
    /// Interim responses that came before this one.
    var interim: [Message] = []

    /// Reads a head that ends with its empty line.
    init(head: [UInt8]) throws(HarnessError) {
        raw = head
        var lines = try Self.lines(head[...])
        guard lines.count >= 2, lines.removeLast().isEmpty else { throw .malformed("head without empty line") }
        startLine = lines.removeFirst()
        fields = []
        for line in lines { fields.append(try Self.field(line)) }
    }

    /// Splits at CRLF; a bare CR or LF is an error, because a gateway must never send one.
    static func lines(_ bytes: ArraySlice<UInt8>) throws(HarnessError) -> [String] {
        var lines: [String] = []
        var from = bytes.startIndex
        for at in bytes.indices where bytes[at] == 0x0a {
            guard at > from, bytes[at - 1] == 0x0d else { throw .malformed("bare LF in \(Latin1.text(bytes))") }
            let line = bytes[from..<at - 1]
            guard !line.contains(0x0d) else { throw .malformed("bare CR in \(Latin1.text(bytes))") }
            lines.append(Latin1.text(line))
            from = at + 1
        }
        guard from == bytes.endIndex else { throw .malformed("no CRLF at the end of \(Latin1.text(bytes))") }
        return lines
    }

    static func field(_ line: String) throws(HarnessError) -> Field {
        guard let colon = line.firstIndex(of: ":"), colon > line.startIndex, !line.hasPrefix(" "), !line.hasPrefix("\t")
        else { throw .malformed("field line \(line)") }
        let name = String(line[..<colon])
        guard !name.contains(" "), !name.contains("\t") else { throw .malformed("field name \(name)") }
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        return Field(name: name, value: String(String(value.reversed().drop { $0 == " " || $0 == "\t" }).reversed()))
    }

    /// The first value of that name, whatever its case.
    func field(_ name: String) -> String? { fields(name).first }

    /// All values of that name, in order.
    func fields(_ name: String) -> [String] {
        fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    /// Whether there is such a field.
    func has(_ name: String) -> Bool { !fields(name).isEmpty }

    /// Names in the order they came, in lower case.
    var names: [String] { fields.map { $0.name.lowercased() } }

    /// The body as text.
    var text: String { Latin1.text(body) }

    private func word(_ index: Int) -> String {
        let words = startLine.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        return index < words.count ? String(words[index]) : ""
    }

    /// A request's method.
    var method: String { word(0) }
    /// A request's target.
    var target: String { word(1) }
    /// A request's version.
    var requestVersion: String { word(2) }
    /// A response's version.
    var version: String { word(0) }
    /// A response's status, 0 if it is none.
    var status: Int { Int(word(1)) ?? 0 }

    /// The `Set-Cookie` lines, read.
    var setCookies: [SetCookie] { fields("set-cookie").map(SetCookie.init) }

    /// The line that sets the cookie of that name.
    func setCookie(_ name: String) -> SetCookie? { setCookies.first { $0.name == name } }
}
