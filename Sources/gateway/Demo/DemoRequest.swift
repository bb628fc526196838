import Sessions

/// A request as the demo's service reads it.
struct DemoRequest {
    /// A field line.
    struct Field {
        let name: String
        let value: String
    }

    let method: String
    let path: String
    /// The field lines as they came, the gateway's among them.
    let fields: [Field]
    var body: [UInt8] = []

    /// Reads a head, up to and with its empty line; nil if it is none.
    init?(head: [UInt8]) {
        let lines = head.split(separator: UInt8(ascii: "\n")).map { line in
            String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
        }
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3 else { return nil }
        method = String(words[0])
        path = words[1].split(separator: "?", omittingEmptySubsequences: false).first.map(String.init) ?? "/"
        fields = lines.dropFirst().compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            return Field(name: String(line[..<colon]), value: String(value))
        }
    }

    /// The value of the first field of this name, in any case.
    func field(_ name: String) -> String? {
        fields.first { $0.name.lowercased() == name }?.value
    }

    /// The session's values, which the gateway sends in `X-Session`.
    var session: Members { object("x-session") }

    /// The messages for this page, which the gateway sends in `X-Flash`: kind → list of texts.
    var flash: Members { object("x-flash") }

    private func object(_ name: String) -> Members {
        let text = [UInt8]((field(name) ?? "").utf8)
        guard case .object(let members)? = try? JSON.parse(text.span) else { return Members() }
        return members
    }

    /// A field of a form that was sent in the body (`application/x-www-form-urlencoded`).
    func form(_ name: String) -> String? {
        for pair in body.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, Self.decoded(parts[0]) == name { return Self.decoded(parts[1]) }
        }
        return nil
    }

    private static func decoded(_ text: ArraySlice<UInt8>) -> String {
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"),
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
