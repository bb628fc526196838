/// One configured cookie session: opens what requests bring and closes it into what responses carry.
///
/// The values live in the browser's cookie, sealed; there is no state here but the keys, which are made once, and the
/// `SessionMemory` it may be given.
public struct CookieSessions: Sendable {
    /// The browser's limit for a cookie's name and value together, in bytes (RFC 6265bis section 5.6).
    public static let largestCookie = 4096
    /// The most cookies that one session is spread over.
    public static let mostChunks = 10
    /// How far ahead of the clock a cookie may have been made, in seconds: other gateways' clocks differ.
    static let clockSkew: Int64 = 300
    /// How often last-seen is moved at most, in seconds.
    static let touchInterval: Int64 = 60

    /// The settings this was made from.
    public let settings: SessionSettings
    /// The name of the cookie that carries the flash messages: `<name>_flash`.
    public let flashName: String

    /// What tells the secrets apart in logs and counters, in their order: eight hexadecimal digits each, which tell nothing
    /// of the secret.
    public var keyFingerprints: [String] { sealer.keys.map(\.fingerprint) }

    /// What this process remembers between requests; nil: nothing, each cookie speaks for itself.
    let memory: SessionMemory?
    let sealer: Sealer
    // Nil for sealed sessions.
    let securecookie: Securecookie?
    let setCookie: SetCookieText
    let nameBytes: [UInt8]
    let flashNameBytes: [UInt8]
    // The settings' `subject`.
    let subjectKey: ExposedKey?
    // A minute, or half of a shorter idle timeout: a visitor who keeps coming must not be taken for an idle one.
    let touchAfter: Int64

    /// Makes the keys (HKDF, some microseconds a secret).
    ///
    /// The settings must have no `problems`; without a secret nothing
    /// opens and saving fails. All that share a `memory` know of each other's sessions; without one parallel requests
    /// overwrite each other's changes. Where the times are longer than those of the ones before with this name, what
    /// was revoked stays so for longer.
    public init(_ settings: SessionSettings, memory: SessionMemory? = nil) {
        self.settings = settings
        self.memory = memory
        flashName = settings.flashName
        sealer = Sealer(secrets: settings.secrets, sessionName: settings.name, flashName: settings.flashName)
        securecookie =
            settings.format == .gorilla
            ? Securecookie(hashKeys: settings.secrets, blockKeys: settings.blockKeys, name: settings.name) : nil
        setCookie = SetCookieText(settings)
        nameBytes = Array(settings.name.utf8)
        flashNameBytes = Array(settings.flashName.utf8)
        subjectKey = settings.subject.map(ExposedKey.init)
        touchAfter = min(CookieSessions.touchInterval, max(1, settings.idleTimeout / 2))
        memory?.denyList.goBy(settings)
    }
}
