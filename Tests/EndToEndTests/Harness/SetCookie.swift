/// A `Set-Cookie` line, read as a browser reads it.
struct SetCookie: Sendable {
    /// The line's value, byte for byte.
    let raw: String
    let name: String
    let value: String
    /// Attribute names in lower case and their values, in order.
    let attributes: [(name: String, value: String)]

    init(_ raw: String) {
        self.raw = raw
        let parts = raw.split(separator: ";", omittingEmptySubsequences: false).map { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (
                name: pair[0].trimmingPrefix { $0 == " " }.description,
                value: pair.count > 1 ? String(pair[1]) : ""
            )
        }
        name = parts[0].name
        value = parts[0].value
        attributes = parts.dropFirst().map { ($0.name.lowercased(), $0.value) }
    }

    /// An attribute's value; "" when it has none, nil when it is not there.
    subscript(_ attribute: String) -> String? { attributes.last { $0.name == attribute.lowercased() }?.value }

    /// Whether it tells the browser to forget the cookie.
    var isDeletion: Bool { self["max-age"] == "0" }

    /// `name=value`, as a browser sends it back.
    var pair: String { "\(name)=\(value)" }
}
