/// How one cookie session behaves: what the route file says under `sessions:`, with its defaults.
public struct SessionSettings: Sendable, Equatable {
    /// The cookie's name; its flash messages travel as `<name>_flash`; default: `_gateway_session`.
    public var name = "_gateway_session"
    /// The secrets, at least 32 bytes each: the first seals, all open; default: none, which `problems` refuses.
    ///
    /// With gorilla's format they are the hash keys, and those after the first may be shorter.
    public var secrets: [[UInt8]] = []
    /// How cookies are written; default: sealed.
    public var format = SessionFormat.sealed
    /// The AES keys of gorilla's cookies, 16, 24 or 32 bytes each, one for each secret; default: none, not encrypted.
    public var blockKeys: [[UInt8]] = []
    /// Where the values live; default: in the cookie.
    public var store = StoreKind.cookie
    /// Where a session goes that does not fit into its cookie, `memory` or `redis`; nil (default): it cannot be saved.
    public var spill: StoreKind?
    /// How much memory a `memory` store, or what spills there, may take, in bytes; default: 64 MiB.
    public var memorySize = MemoryStore.defaultSize
    /// How long a session lives without a request, in seconds; default: 86400 (24 hours).
    public var idleTimeout: Int64 = 86_400
    /// How long a session lives at all, in seconds; default: 2592000 (30 days).
    public var lifetime: Int64 = 2_592_000
    /// The names whose change gives the session a new id (sign-in); default: none.
    public var renewOn: [String] = []
    /// The name of the value that says whose session it is, by which all of somebody's can be revoked; default: none.
    public var subject: String?
    /// The values sent upstream as header fields of their own; default: none.
    public var expose: [ExposedValue] = []
    /// The most cookies that the session may be spread over, 1 to 10; default: 1, not spread.
    public var maxChunks = 1
    /// How long the browser keeps the cookie, in seconds; nil (default): until it is closed.
    public var maxAge: Int64?
    /// Whether other sites' requests carry the cookie; default: lax.
    public var sameSite = SameSite.lax
    /// Whether the cookie is kept to https; default: auto.
    public var secure = SecureMode.auto
    /// The domain the cookie is sent to, with those under it; nil (default): the host that set it alone.
    public var domain: String?
    /// The path under which the cookie is sent; default: `/`.
    public var path = "/"
    /// Whether the cookie is kept apart for each top-level site (CHIPS); default: false.
    public var partitioned = false
    /// Whether upstreams see the sealed cookie; default: false.
    public var forwardCookie = false
    /// What is done about cross-site writes; default: origin.
    public var csrf = CSRFMode.origin
    /// The origins whose cross-site writes are let through, as `https://example.com`; default: none.
    public var trustedOrigins: [String] = []

    /// How what services are told is signed; nil (default): it is not.
    public var handOver: HandOverSettings?

    /// The defaults, without a secret.
    public init() {}

    /// The name of the cookie that carries the flash messages.
    public var flashName: String { name + "_flash" }

    /// The server store that sessions may live in; nil: none but their cookies.
    public var serverStore: StoreKind? { store == .cookie ? spill : store }

    /// Whether browsers take this cookie only with `Secure`, whatever the connection.
    var demandsSecure: Bool {
        partitioned || sameSite == .none || hasPrefix("__Secure-") || hasPrefix("__Host-") || hasPrefix("__Http-")
    }

    /// Whether the name begins so, in any case, as browsers compare it.
    func hasPrefix(_ prefix: String) -> Bool {
        name.lowercased().hasPrefix(prefix.lowercased())
    }
}
