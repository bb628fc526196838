internal import Crypto
internal import Harness
public import Sessions

/// A session in gorilla's format whose keys the fuzzers have: its signature is no door to them.
public struct GorillaSite: Sendable {
    public static let plain = GorillaSite(blockKeys: [])
    public static let encrypted = GorillaSite(blockKeys: [Array("0123456789abcdef".utf8)])
    public static let now: Int64 = 1_900_000_000

    public let sessions: CookieSessions
    private static let name = "s"
    private static let key = [UInt8](repeating: 7, count: 32)

    private init(blockKeys: [[UInt8]]) {
        var settings = SessionSettings()
        settings.name = Self.name
        settings.format = .gorilla
        settings.secrets = [Self.key]
        settings.blockKeys = blockKeys
        settings.idleTimeout = settings.lifetime
        sessions = CookieSessions(settings)
    }

    /// A cookie of any content, dated and signed as gorilla does.
    public static func cookie(of content: [UInt8], date: Int64 = now) -> [UInt8] {
        cookie(ofDated: Array("\(date)|".utf8) + base64(content))
    }

    /// A cookie of whatever stands where date, bar and content should, signed.
    public static func cookie(ofDated dated: [UInt8]) -> [UInt8] {
        let message = Array("\(name)|".utf8) + dated
        let code = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key))
        return base64(dated + [UInt8(ascii: "|")] + Array(code))
    }

    /// Opens a cookie as a request brings it.
    public func open(_ cookie: [UInt8], now: Int64 = now) -> OpenedSession {
        sessions.open(cookie.span, candidates: [0..<cookie.count], flashCandidates: [], now: now)
    }

    /// Applies changes and gives the cookie that results; nil when there is nothing to say, or it cannot be said.
    public func close(
        _ opened: OpenedSession,
        _ changes: SessionChanges,
        isPage: Bool = false,
        now: Int64 = now
    ) -> [UInt8]? {
        var random = Sequence64(seededBy: [1].span)
        do {
            let closed = try sessions.close(
                opened,
                changes: changes,
                status: 200,
                isPage: isPage,
                secureConnection: true,
                now: now,
                random: &random
            )
            must(closed.setCookies.count <= 1, "there is one cookie")
            guard let cookie = closed.setCookies.first else { return nil }
            let pair = cookie.prefix { $0 != UInt8(ascii: ";") }
            must(pair.count <= CookieSessions.largestCookie + 1, "browsers keep the cookie")
            return Array(pair.drop { $0 != UInt8(ascii: "=") }.dropFirst())
        } catch {
            if case .tooLarge = error { return nil }
            if case .unrepresentable = error { return nil }
            fatalError("saving fails for size, or for a value Go has no type for: \(error)")
        }
    }

    /// Go's `URLEncoding`.
    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let bits = part.reduce(0) { $0 << 8 | Int($1) } << ((3 - part.count) * 8)
            for place in 0..<4 {
                text.append(place <= part.count ? alphabet[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return text
    }
}
