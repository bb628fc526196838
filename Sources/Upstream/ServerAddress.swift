/// One server of an upstream, as the route file writes it: `http://host:port`, `https://host`, `unix:/run/app.sock`.
public struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    /// How bytes get to the server.
    public enum Scheme: Sendable, Hashable { case http, https, unix }

    /// How bytes get to the server.
    public let scheme: Scheme
    /// A name or an address; IPv6 without its brackets.
    ///
    /// `localhost` for a unix socket.
    public let host: String
    /// By default 80, and 443 for https; 0 for a unix socket.
    public let port: Int
    /// The unix socket's path, empty for the others.
    public let path: String
    /// As it was written.
    public let description: String

    /// Reads an address.
    ///
    /// - Throws: ``ServerAddressError``, which says what is wrong.
    public init(parsing text: String) throws(ServerAddressError) {
        description = text
        if text.hasPrefix("unix:") {
            let path = text.dropFirst(5)
            guard path.hasPrefix("/") else {
                throw .init(text, "a unix socket needs an absolute path, as in unix:/run/app.sock")
            }
            guard path.utf8.count < 108 else { throw .init(text, "a unix socket's path has at most 107 bytes") }
            guard !path.utf8.contains(0) else { throw .init(text, "a path has no NUL") }
            (scheme, host, port, self.path) = (.unix, "localhost", 0, String(path))
            return
        }
        guard let separator = text.firstIndex(of: ":"), text[separator...].hasPrefix("://") else {
            throw .init(text, "write http://, https:// or unix: before the server")
        }
        switch text[..<separator].lowercased() {
        case "http": scheme = .http
        case "https": scheme = .https
        default: throw .init(text, "the scheme is http, https or unix")
        }
        var authority = text[separator...].dropFirst(3)
        // One slash at the end says nothing, and many write it.
        if authority.hasSuffix("/") { authority = authority.dropLast() }
        if let wrong = authority.first(where: { "/?#".contains($0) }) {
            let part = wrong == "/" ? "path" : wrong == "?" ? "query" : "fragment"
            throw .init(text, "a server has no \(part): use the route's strip_prefix and add_prefix")
        }
        guard !authority.contains("@") else { throw .init(text, "a server has no user and password") }
        let (host, digits) = try Self.split(authority, of: text)
        self.host = host
        if let digits {
            guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
                let number = Int(digits), (1...65535).contains(number)
            else { throw .init(text, "a port is a number from 1 to 65535") }
            port = number
        } else {
            port = scheme == .https ? 443 : 80
        }
        path = ""
    }

    private static func split(
        _ authority: Substring,
        of text: String
    ) throws(ServerAddressError) -> (host: String, port: Substring?) {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else {
                throw .init(text, "the [ of the address is not closed")
            }
            let host = authority[..<end].dropFirst()
            let isAddress =
                host.contains(":")
                && host.utf8.allSatisfy { byte in
                    byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".") || Self.isHexDigit(byte)
                }
            guard isAddress else { throw .init(text, "in [ ] stands an IPv6 address") }
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw .init(text, "after ] comes a port or nothing") }
            return (String(host), rest.isEmpty ? nil : rest.dropFirst())
        }
        let colon = authority.firstIndex(of: ":")
        let host = authority[..<(colon ?? authority.endIndex)]
        guard colon == nil || authority.lastIndex(of: ":") == colon else {
            throw .init(text, "an IPv6 address stands in brackets, as in http://[::1]:3000")
        }
        guard !host.isEmpty else { throw .init(text, "there is no host") }
        guard host.utf8.allSatisfy(isHostByte) else {
            throw .init(text, "a host has letters, digits, dots, hyphens and underscores")
        }
        return (String(host), colon.map { authority[authority.index(after: $0)...] })
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...102).contains(byte | 32)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...122).contains(byte | 32) || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    /// What libcurl is given: nothing in it comes from a request.
    var url: String {
        let authority = host.contains(":") ? "[\(host)]" : host
        return switch scheme {
        case .http: "http://\(authority):\(port)/"
        case .https: "https://\(authority):\(port)/"
        case .unix: "http://localhost/"
        }
    }
}
