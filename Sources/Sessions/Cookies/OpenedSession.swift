/// The session and the flash messages a request came with, ready to be sent upstream.
public struct OpenedSession: Sendable {
    /// What came of the session's cookie; of several cookies that do not open, what came of the best.
    public internal(set) var outcome = OpenOutcome.none
    /// The text of `X-Session`: the values as they were stored, `{}` when there is no session.
    public internal(set) var json = OpenedSession.noValues
    /// The text of `X-Session-Id`: 32 hexadecimal digits, empty when there is no session.
    public internal(set) var idText: [UInt8] = []
    /// The text of `X-Flash`, to be sent with page requests only; empty when there are no messages.
    public internal(set) var flashJSON: [UInt8] = []
    /// Whether there were session cookies and none opened; `close` expires them.
    public internal(set) var hasDeadCookie = false
    /// Whether there were flash cookies and none opened; `close` expires them.
    public internal(set) var hasDeadFlash = false
    /// Whether there was more than one cookie of the session's name.
    public internal(set) var hadTwins = false

    var identity: Identity?
    var once: [UInt8] = []
    // Where among the secrets the one stands that sealed each; 0 seals anew.
    var keyIndex = 0
    var flashKeyIndex = 0
    var flashBirth: Int64 = 0
    // Tells the cookie it was opened from, from other versions of the session.
    var mark = CookieMark()
    // Whether the request's cookie is older than the newest version, which was taken instead: the answer brings that.
    var isSuperseded = false
    // Whether the session was renewed long ago, and this is an old cookie of it: it goes on for itself.
    var isFork = false
    // The numbers of the chunks that the request has, a bit for each.
    var chunkNumbers: UInt32 = 0
    // The session that the request's cookie is of, where it is gone.
    var goneID: SessionID?
    // What gorilla's cookie held; a reference, so that sealed sessions carry no more than a nil for it.
    var gorilla: GorillaContents?
    // What a server store gave, and for which token; nil for sessions that live in their cookie.
    var stored: StoredSession?
    var token: SessionToken?

    /// What a session keeps beside its values.
    struct Identity: Sendable {
        var id: SessionID
        var birth: Int64
        var lastSeen: Int64
        /// When it got its id, or its subject; nil: at its birth.
        var issued: Int64?
    }

    // Shared, so that a request without a session allocates nothing.
    static let noValues = Array("{}".utf8)

    /// No session and no messages.
    public init() {}

    /// Whether its cookies may stay as they are if nobody asks for a change.
    var isSettled: Bool {
        once.isEmpty && flashJSON.isEmpty && !hasDeadCookie && !hasDeadFlash && !isSuperseded
    }

    /// When the session was born, in seconds since 1970; nil without a session.
    public var birth: Int64? { identity?.birth }

    /// When the session was last seen, to the minute, in seconds since 1970; nil without a session.
    public var lastSeen: Int64? { identity?.lastSeen }

    /// The place among the secrets of the one that sealed the session's cookie, from 0; nil without a sealed cookie.
    public var sealedBy: Int? { identity == nil || stored != nil ? nil : keyIndex }

    /// The place among the secrets of the one that sealed the flash cookie, from 0; nil without a cookie of its own.
    public var flashSealedBy: Int? { flashJSON.isEmpty || gorilla != nil ? nil : flashKeyIndex }
}
