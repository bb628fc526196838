/// Writes `Set-Cookie` values (RFC 6265bis section 4.1) for the cookies of one session.
struct SetCookieText: Sendable {
    private let front: [UInt8]
    private let domain: [UInt8]
    private let partitioned: [UInt8]
    private let secure: SecureMode
    private let demandsSecure: Bool

    /// Prepares the attributes that are the same each time.
    init(_ settings: SessionSettings) {
        let sameSite =
            switch settings.sameSite {
            case .lax: "Lax"
            case .strict: "Strict"
            case .none: "None"
            }
        front = Array("; Path=\(settings.path); HttpOnly; SameSite=\(sameSite)".utf8)
        domain = settings.domain.map { Array("; Domain=\($0)".utf8) } ?? []
        partitioned = settings.partitioned ? Array("; Partitioned".utf8) : []
        secure = settings.secure
        demandsSecure = settings.demandsSecure
    }

    /// Appends the attributes of a cookie to its `name=value`.
    func appendAttributes(maxAge: Int64?, secureConnection: Bool, to text: inout [UInt8]) {
        text.append(contentsOf: front)
        if isSecure(secureConnection) { text.append(contentsOf: "; Secure".utf8) }
        text.append(contentsOf: domain)
        if let maxAge { text.append(contentsOf: "; Max-Age=\(maxAge)".utf8) }
        text.append(contentsOf: partitioned)
    }

    /// The whole value that makes browsers forget a cookie; they find it by name, domain, path and `Partitioned`.
    func expiring(_ name: [UInt8], secureConnection: Bool) -> [UInt8] {
        var text = name
        text.append(UInt8(ascii: "="))
        text.append(contentsOf: front)
        if isSecure(secureConnection) { text.append(contentsOf: "; Secure".utf8) }
        text.append(contentsOf: domain)
        text.append(contentsOf: "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT".utf8)
        text.append(contentsOf: partitioned)
        return text
    }

    private func isSecure(_ secureConnection: Bool) -> Bool {
        switch secure {
        case .auto: secureConnection || demandsSecure
        case .always: true
        case .never: false
        }
    }
}
