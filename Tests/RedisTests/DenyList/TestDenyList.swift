import LinuxIO
import Redis
import Sessions
import Upstream

/// One gateway's deny list and its carrier, on a loop of its own.
final class TestDenyList {
    static let cookie = "c"

    let loop: EventLoop
    let list: DenyList
    let shared: SharedDenials
    private(set) var events: [RedisDenyListEvent] = []
    private(set) var carrier: RedisDenyList
    private let client: RedisClient
    private let upstream: UpstreamClient

    /// - Parameter list: the list of a gateway that goes on, as after a reload.
    init(_ url: String, prefix: String = "test:", list: DenyList = DenyList(), longest: Int64 = 1000) throws {
        loop = try EventLoop()
        upstream = UpstreamClient(loop: loop)
        var settings = try RedisSettings(address: RedisAddress(parsing: url))
        // A sanitizer takes its time.
        settings.timeout = 20_000_000_000
        client = RedisClient(settings: settings, upstream: upstream)
        self.list = list
        guard let shared = list.share([(Self.cookie, url)])[Self.cookie] else { throw TestStore.NoAnswer() }
        self.shared = shared
        carrier = RedisDenyList(
            client: client,
            loop: loop,
            prefix: prefix,
            shared: shared,
            list: list,
            longest: longest
        )
        carrier.onEvent = { [unowned self] in events.append($0) }
    }

    deinit {
        carrier.stop()
        client.close()
    }

    var now: Int64 { loop.wallClock }

    /// Begins a denial of a subject, as a service or an operator asks for.
    func begin(_ subject: String) {
        list.begin(
            Denial(.subject(subject, cookie: Self.cookie), since: now, until: now + 1000),
            of: Self.cookie,
            now: now
        )
        carrier.look()
    }

    func knows(_ subject: String) -> Bool {
        list.all(now: now).contains { $0.target == .subject(subject, cookie: Self.cookie) }
    }

    /// Takes turns until a subject is known to be denied; false when it is not within ten seconds.
    func hears(of subject: String) -> Bool { loop.turn { knows(subject) } }

    /// Takes turns until everything is handed over.
    func isEmptied() -> Bool { loop.turn { !shared.hasUnsent } }
}
