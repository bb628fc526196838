public import LinuxIO
public import Sessions
public import Upstream

/// Everything a route file says, checked and complete: a snapshot is made from it.
public struct Settings: Sendable {
    /// Where to listen; at least one.
    public var listen: [ListenSettings] = []
    /// How many workers, default one for each usable core.
    public var workers: WorkerCount = .auto
    /// Whose `X-Forwarded-*` and `Forwarded` are believed, default nobody's.
    public var trustedProxies: [AddressRange] = []
    /// Which clients' answers carry `Gateway-Debug`, default none's.
    public var debugClients: [AddressRange] = []
    /// Cookies of the services that count as session cookies on Null routes, besides those of `sessions`.
    public var sessionCookies: [String] = []
    /// The unix socket at which `gateway session revoke` reaches the running gateway, default none.
    public var control: SocketAddress?
    /// The form of the access log, default JSON.
    public var accessLog: AccessLogFormat = .json
    /// How long the client's side may take.
    public var timeouts = Timeouts()
    /// How much the client's side may take.
    public var limits = Limits()
    /// The cookie sessions, in the order of the file.
    ///
    /// With `dev` one may have no secrets: the server makes a key.
    public var sessions: [NamedSession] = []
    /// The pools of servers, in the order of the file.
    public var upstreams: [UpstreamSettings] = []
    /// The routes, in the order of the file.
    public var routes: [RouteSettings] = []

    /// Settings that listen nowhere and route nothing.
    public init() {}

    /// The secret that stands in gateway.conf.example.
    static let exampleSecret = "only-an-example-never-use-this-one-for-real"

    /// Whether a session is sealed with the secret of gateway.conf.example, so that anyone could forge it.
    ///
    /// `gateway check` only warns of it; `gateway run` without `--dev` refuses to start.
    public var usesExampleSecret: Bool {
        sessions.contains { $0.settings.secrets.contains(Array(Self.exampleSecret.utf8)) }
    }
}

/// One place to listen at.
public struct ListenSettings: Sendable, Equatable {
    /// The address and port, or the unix socket.
    ///
    /// Port 0 is any free port.
    public var address: SocketAddress

    /// Listens at an address.
    public init(address: SocketAddress) { self.address = address }
}

/// How many workers, each a thread with its own event loop.
public enum WorkerCount: Sendable, Equatable {
    /// One for each usable core; a container's quota counts.
    case auto
    /// So many, 1 to 1024.
    case count(Int)
}

/// The form of the access log.
public enum AccessLogFormat: String, Sendable, CaseIterable { case json, combined, off }

/// A session and the name by which routes call it.
public struct NamedSession: Sendable {
    /// The name under `sessions`.
    public var name: String
    /// What the file says of it.
    public var settings: SessionSettings
    /// The Redis of `store: redis`, `spill: redis` and `deny_list: redis`; nil where neither is.
    public var redis: RedisStoreSettings?
    /// Where its revoked sessions are listed, default in this gateway's memory.
    public var denyList: DenyListPlace

    /// Names a session.
    public init(
        name: String,
        settings: SessionSettings,
        redis: RedisStoreSettings? = nil,
        denyList: DenyListPlace = .memory
    ) {
        self.name = name
        self.settings = settings
        self.redis = redis
        self.denyList = denyList
    }
}
