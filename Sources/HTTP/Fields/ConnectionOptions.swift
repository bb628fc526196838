/// Reads Connection lines (RFC 9110 section 7.6.1).
struct ConnectionOptions: Sendable {
    /// The most names that are nominated: each is looked for in every field.
    private static let mostNominated = 64

    private(set) var isClose = false
    private(set) var isKeepAlive = false

    /// Takes one more line in and adds the names it nominates.
    ///
    /// False if a member is not a token, as what it was to remove could not be known, and if there are too many.
    mutating func add(_ value: ByteRange, in bytes: Span<UInt8>, to nominated: inout [ByteRange]) -> Bool {
        let start = Int(value.lower)
        let text = bytes.extracting(value.range)
        var members = ListMembers()
        while let member = members.next(text) {
            let option = text.extracting(member)
            guard option.isEmpty || isToken(option) else { return false }
            if equalsIgnoringCase(option, "keep-alive") {
                isKeepAlive = true
            } else if equalsIgnoringCase(option, "close") {
                isClose = true
            } else if !option.isEmpty {
                guard nominated.count < Self.mostNominated else { return false }
                nominated.append(ByteRange(start + member.lowerBound, start + member.upperBound))
            }
        }
        return true
    }
}
