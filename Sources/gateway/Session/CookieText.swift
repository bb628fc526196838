/// Cookies as a person copies them: a Cookie or Set-Cookie line, `name=value`, or a value alone.
struct CookieText {
    /// Each cookie; the name is nil where there is a value alone.
    let pairs: [(name: String?, value: String)]

    /// Whether there is a value alone.
    var isNameless: Bool { pairs.first.map { $0.name == nil } ?? false }

    /// The name a session's cookie has here, where nothing else tells it: that of the one cookie there is, or of two of
    /// which one has the messages; nil when it cannot be told.
    var likelyName: String? {
        let names = pairs.compactMap(\.name)
        if names.count == 1 { return names[0].hasSuffix("_flash") ? String(names[0].dropLast(6)) : names[0] }
        return names.first { names.contains($0 + "_flash") }
    }

    init(_ text: String) {
        var rest = Self.trimmed(text[...])
        var isSetCookie = false
        for (prefix, sets) in [("cookie:", false), ("set-cookie:", true)] where rest.lowercased().hasPrefix(prefix) {
            rest = Self.trimmed(rest.dropFirst(prefix.count))
            isSetCookie = sets
        }
        var pairs: [(name: String?, value: String)] = []
        for part in rest.split(separator: ";") {
            let pair = Self.trimmed(part)
            if let equals = pair.firstIndex(of: "="), !pair[equals...].allSatisfy({ $0 == "=" }) || !pairs.isEmpty {
                pairs.append((String(pair[..<equals]), String(pair[pair.index(after: equals)...])))
            } else if pairs.isEmpty {
                // An equals sign at the end is the padding of a value alone, in gorilla's format.
                pairs.append((nil, String(pair)))
            }
            // Behind the first come a Set-Cookie's attributes.
            if isSetCookie { break }
        }
        self.pairs = pairs
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let front = text.drop { $0.isWhitespace }
        guard let last = front.lastIndex(where: { !$0.isWhitespace }) else { return front.prefix(0) }
        return front[...last]
    }
}
