public import Upstream

/// Where a Redis is and who asks: `redis://[user:password@]host[:port][/db]`, `rediss://…` with TLS, or a unix socket.
///
/// A unix socket is `unix:/run/redis.sock` or `redis+unix://[user:password@]/run/redis.sock[?db=2]`. The password is
/// never part of a text made from it.
public struct RedisAddress: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The server, as the dialling side calls it: http stands for plain bytes, https for TLS.
    public let server: ServerAddress
    /// The ACL user; nil for Redis' default user.
    public let user: String?
    /// The number of the database; by default 0, the only one of a cluster.
    public let database: Int
    /// The address without its password, for logs.
    public let description: String
    let password: String?

    /// The same as `description`: neither shows the password.
    public var debugDescription: String { description }

    /// Whether it is asked over TLS.
    public var usesTLS: Bool { server.scheme == .https }

    /// Reads an address.
    ///
    /// Its port is 6379 by default. User and password may hold `%40` and the like for what a URL cannot.
    /// - Throws: ``RedisAddressError``, which never repeats the text.
    public init(parsing text: String) throws(RedisAddressError) {
        if text.hasPrefix("unix:") {
            self = try Self(scheme: "redis+unix", rest: text.dropFirst(text.hasPrefix("unix://") ? 7 : 5))
            return
        }
        guard let separator = text.firstIndex(of: ":"), text[separator...].hasPrefix("://") else {
            throw .init("write redis://, rediss:// (with TLS) or unix: before the server")
        }
        try self.init(scheme: text[..<separator].lowercased(), rest: text[separator...].dropFirst(3))
    }

    private init(scheme: String, rest: Substring) throws(RedisAddressError) {
        // A path begins with a slash, a user with anything else.
        let at = scheme == "redis+unix" && rest.hasPrefix("/") ? nil : rest.lastIndex(of: "@")
        (user, password) =
            try at.map { end throws(RedisAddressError) in try Self.credentials(rest[..<end]) } ?? (nil, nil)
        let place = at.map { rest[rest.index(after: $0)...] } ?? rest
        switch scheme {
        case "redis": (server, database) = try Self.host(place, "http")
        case "rediss": (server, database) = try Self.host(place, "https")
        case "redis+unix": (server, database) = try Self.socket(place)
        default: throw .init("the scheme is redis, rediss (with TLS) or unix")
        }
        description = Self.describe(scheme, server, user: user, hasPassword: password != nil, database)
    }

    private static func credentials(_ text: Substring) throws(RedisAddressError) -> (String?, String?) {
        guard let colon = text.firstIndex(of: ":") else {
            throw .init("before @ stands user:password, or :password for the default user")
        }
        guard let user = decoded(text[..<colon]), let password = decoded(text[text.index(after: colon)...]) else {
            throw .init("in user and password, % is followed by two hexadecimal digits; % itself is %25")
        }
        guard !password.isEmpty else { throw .init("the password is empty") }
        return (user.isEmpty ? nil : user, password)
    }

    private static func host(_ place: Substring, _ scheme: String) throws(RedisAddressError) -> (ServerAddress, Int) {
        guard !place.contains("?"), !place.contains("#") else {
            throw .init("after the server comes the database's number and nothing else")
        }
        let slash = place.firstIndex(of: "/")
        let authority = place[..<(slash ?? place.endIndex)]
        let database = try slash.map { start throws(RedisAddressError) in
            try number(place[place.index(after: start)...])
        }
        // A port stands behind the last colon, unless that belongs to an IPv6 address.
        let end = authority.lastIndex(of: "]") ?? authority.startIndex
        let hasPort = authority[end...].contains(":")
        do throws(ServerAddressError) {
            let server = try ServerAddress(parsing: "\(scheme)://\(authority)\(hasPort ? "" : ":6379")")
            return (server, database ?? 0)
        } catch {
            throw .init(error.reason.replacing("http://[::1]:3000", with: "redis://[::1]:6379"))
        }
    }

    private static func socket(_ place: Substring) throws(RedisAddressError) -> (ServerAddress, Int) {
        let parts = place.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var database = 0
        if parts.count > 1 {
            guard parts[1].hasPrefix("db=") else { throw .init("after ? comes db= and the database's number") }
            database = try number(parts[1].dropFirst(3))
        }
        do throws(ServerAddressError) {
            return (try ServerAddress(parsing: "unix:\(parts[0])"), database)
        } catch {
            throw .init(error.reason.replacing("app.sock", with: "redis.sock"))
        }
    }

    private static func number(_ digits: Substring) throws(RedisAddressError) -> Int {
        if digits.isEmpty { return 0 }
        guard digits.utf8.count <= 5, digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(digits)
        else {
            throw .init("a database is a number, as in redis://localhost:6379/2")
        }
        return number
    }

    /// The text with each `%xx` replaced; nil when one is not whole, or the result no text.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70, 97...102: (byte | 32) - 87
        default: nil
        }
    }

    private static func describe(
        _ scheme: String,
        _ server: ServerAddress,
        user: String?,
        hasPassword: Bool,
        _ database: Int
    ) -> String {
        let who = hasPassword ? "\(user ?? ""):***@" : ""
        if server.scheme == .unix { return "\(scheme)://\(who)\(server.path)\(database == 0 ? "" : "?db=\(database)")" }
        let host = server.host.contains(":") ? "[\(server.host)]" : server.host
        return "\(scheme)://\(who)\(host):\(server.port)\(database == 0 ? "" : "/\(database)")"
    }
}
