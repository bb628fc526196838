/// A request head read in the plainest way: cut into lines, lines into words, each checked against lists.
///
/// Slow, whole heads only, and written apart from the parser, so that the two are unlikely to err alike.
struct NaiveRequest: Equatable {
    var method = ""
    var target = ""
    var minor = 0
    var fields: [[String]] = []
    var host: String?
    var length: UInt64?
    var isChunked = false
    var isClosed = false

    private static let token = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
    private static let hostBytes = Set(
        "-._~!$&'()*+;=0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8
    )
}

extension NaiveRequest {
    /// Nil for what is not a whole, valid head of the kinds the mutation test makes: origin-form, no IPv6.
    init?(_ bytes: [UInt8]) {
        var bytes = bytes[...]
        if bytes.starts(with: [13, 10]) { bytes = bytes.dropFirst(2) }
        guard let lines = Self.lines(bytes), let first = lines.first else { return nil }
        guard takeLine(first) else { return nil }
        for line in lines.dropFirst() { guard takeField(line) else { return nil } }
        guard finish() else { return nil }
    }

    private static func lines(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
        var rest = bytes
        var lines: [ArraySlice<UInt8>] = []
        while let end = rest.firstIndex(of: 10) {
            guard end > rest.startIndex, rest[end - 1] == 13 else { return nil }
            let line = rest[rest.startIndex..<(end - 1)]
            if line.isEmpty { return lines }
            lines.append(line)
            rest = rest[(end + 1)...]
        }
        return nil
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private mutating func takeLine(_ line: ArraySlice<UInt8>) -> Bool {
        let words = line.split(separator: 32, omittingEmptySubsequences: false)
        guard words.count == 3, !words[0].isEmpty, words[0].count <= 32, words[0].allSatisfy(Self.token.contains),
            words[1].first == 47, words[1].allSatisfy({ (33...126).contains($0) && $0 != 35 })
        else { return false }
        method = Self.text(words[0])
        target = Self.text(words[1])
        guard method != "CONNECT", method != "TRACE" else { return false }
        guard ["HTTP/1.0", "HTTP/1.1"].contains(Self.text(words[2])) else { return false }
        minor = words[2].last == 49 ? 1 : 0
        return true
    }

    private mutating func takeField(_ line: ArraySlice<UInt8>) -> Bool {
        guard let colon = line.firstIndex(of: 58) else { return false }
        let name = line[line.startIndex..<colon]
        guard !name.isEmpty, name.allSatisfy(Self.token.contains) else { return false }
        var value = line[(colon + 1)...]
        guard value.allSatisfy({ $0 == 9 || ($0 >= 32 && $0 != 127) }) else { return false }
        while let byte = value.first, byte == 32 || byte == 9 { value = value.dropFirst() }
        while let byte = value.last, byte == 32 || byte == 9 { value = value.dropLast() }
        fields.append([Self.text(name), Self.text(value)])
        return true
    }

    private mutating func finish() -> Bool {
        func values(_ name: String) -> [String] { fields.filter { $0[0].lowercased() == name }.map { $0[1] } }
        let hosts = values("host")
        guard hosts.count <= 1, minor == 0 || hosts.count == 1 else { return false }
        if let value = hosts.first {
            let parts = value.utf8.split(separator: 58, omittingEmptySubsequences: false).map(Array.init)
            guard parts.count <= 2, !parts[0].isEmpty, parts[0].allSatisfy(Self.hostBytes.contains) else {
                return false
            }
            if parts.count == 2, !parts[1].isEmpty {
                guard parts[1].count <= 5, let port = Int(String(decoding: parts[1], as: UTF8.self)), port <= 65535,
                    parts[1].allSatisfy({ (48...57).contains($0) })
                else { return false }
            }
            host = value
        }
        let lengths = values("content-length")
        let codings = values("transfer-encoding")
        guard lengths.count <= 1, lengths.isEmpty || codings.isEmpty else { return false }
        if let value = lengths.first {
            guard !value.isEmpty, value.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int64(value) else {
                return false
            }
            length = UInt64(number)
        }
        if !codings.isEmpty {
            guard minor == 1, codings.count == 1, codings[0].lowercased() == "chunked" else { return false }
            isChunked = true
        }
        for option in values("connection").joined(separator: ",").utf8.split(separator: 44) {
            let option = Self.text(Array(option)[...]).trimming()
            guard option.utf8.allSatisfy(Self.token.contains) else { return false }
            if option.lowercased() == "close", minor == 1 { isClosed = true }
        }
        return true
    }
}

extension String {
    fileprivate func trimming() -> String {
        var text = self[...]
        while let first = text.first, first == " " || first == "\t" { text = text.dropFirst() }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return String(text)
    }
}
