/// The hosts a route matches, lower case and without port and trailing dot.
public enum HostPattern: Sendable, Equatable, Hashable {
    /// One host.
    case exact(String)
    /// Every host with at least one more label in front: `*.example.com` is `.wildcard(".example.com")`.
    case wildcard(String)

    /// Why a text is no pattern for hosts.
    struct ParseError: Error, Equatable {
        let message: String
        var hint: String?
    }

    /// Reads `example.com`, `*.example.com`, `192.0.2.1` or `[::1]`.
    init(parsing text: String) throws(ParseError) {
        var host = text.lowercased()
        if host == "*" { throw ParseError(message: "`*` is no host", hint: "leave `host` out to match any host") }
        if host.contains("://") || host.contains("/") {
            throw ParseError(message: "`\(text)` is not a host alone", hint: "the path goes under `path`")
        }
        if host.hasPrefix("[") {
            let inside = String(host.dropFirst().dropLast())
            guard host.hasSuffix("]"), inside.contains(":"), AddressRange.bytes(of: inside) != nil else {
                throw ParseError(
                    message: "`\(text)` is not a host",
                    hint: "an IPv6 address is written `[::1]`, without a port"
                )
            }
            self = .exact(host)
            return
        }
        if host.contains(":") {
            throw ParseError(message: "`host` is matched without a port", hint: "write the host alone: `example.com`")
        }
        if host.hasSuffix(".") { host.removeLast() }
        let isWildcard = host.hasPrefix("*.")
        let name = isWildcard ? String(host.dropFirst(2)) : host
        guard !name.contains("*") else {
            throw ParseError(
                message: "`*` stands for the first labels of a host, and for nothing else",
                hint: "write `*.example.com`"
            )
        }
        guard name.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw ParseError(message: "`\(text)` is not ASCII", hint: "write the host in its `xn--` form")
        }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.count <= 253, labels.allSatisfy(Self.isLabel) else {
            throw ParseError(message: "`\(text)` is not a host")
        }
        self = isWildcard ? .wildcard("." + name) : .exact(name)
    }

    /// The pattern as it is written in a route file.
    public var description: String {
        switch self {
        case .exact(let host): host
        case .wildcard(let suffix): "*" + suffix
        }
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count)
            && label.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
    }
}
