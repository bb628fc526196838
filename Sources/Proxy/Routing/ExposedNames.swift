import HTTP

/// The fields of `expose:`: a client's are removed, and other spellings of them refused.
struct ExposedNames: Sendable {
    private let names: [[UInt8]]

    init(_ names: [String]) {
        self.names = names.map { [UInt8]($0.utf8) }
    }

    func contains(_ name: Span<UInt8>) -> Bool {
        for candidate in names where equalsIgnoringCase(name, candidate.span) { return true }
        return false
    }

    /// Not spelled like one of them, but read like it by services that fold names (`X_User_Id` and `X-User-Id` in CGI).
    func isTwin(_ name: Span<UInt8>) -> Bool {
        for candidate in names {
            if FieldName.isFolded(name, equalTo: candidate.span), !equalsIgnoringCase(name, candidate.span) {
                return true
            }
        }
        return false
    }
}
