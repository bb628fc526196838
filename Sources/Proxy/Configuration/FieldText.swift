internal import HTTP

/// What may stand in a header field that the route file writes, matches or removes.
enum FieldText {
    /// Fields that frame a message, belong to one connection or count its way: the gateway writes them, nobody else.
    private static let framing = [
        "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "keep-alive",
        "proxy-connection", "http2-settings", "via", "max-forwards",
    ]

    /// Whether a text is a token (RFC 9110 section 5.6.2), as names of fields, methods and cookies are.
    static func isToken(_ text: String) -> Bool { HTTP.isToken(text.utf8Span.span) }

    /// Whether a text can be a field's value: no control characters but the tab, no space at its ends.
    static func isValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7f) || $0 == 0x09 }
            && ![" ", "\t"].contains { text.hasPrefix($0) || text.hasSuffix($0) }
    }

    /// Whether a name is one the gateway keeps for itself between it and the services (DESIGN section 4).
    static func isReserved(_ name: String) -> Bool {
        folded(name).hasPrefix("x-session") || folded(name).hasPrefix("x-flash")
    }

    /// Why the route file may not edit a field; nil: it may.
    static func objection(to name: String) -> String? {
        if !isToken(name) { return "`\(name)` is not a header field's name" }
        if isReserved(name) { return "`\(name)` is reserved: the gateway alone speaks of sessions to the services" }
        if framing.contains(folded(name)) {
            return "`\(name)` is the gateway's own: it frames messages and connections"
        }
        return nil
    }

    /// The name with case folded and every byte that is not a letter or digit read as `-`.
    static func folded(_ name: String) -> String {
        String(name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    }
}
