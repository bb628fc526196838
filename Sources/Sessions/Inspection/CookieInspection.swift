/// What is in a cookie, and whether a request with it would have a session: for somebody who looks for a mistake.
///
/// Other than opening, it also shows what expired cookies hold.
public struct CookieInspection: Sendable {
    /// Whether it is the cookie of flash messages, and not of a session.
    public internal(set) var isFlash = false
    /// Whether it is the token of a session whose values are in a server store, which is not asked.
    public internal(set) var isToken = false
    /// What came of it; `opened` alone is a session, or messages.
    public internal(set) var outcome = OpenOutcome.malformed
    /// Why it is not taken, in one sentence without a full stop; nil when it is.
    public internal(set) var refusal: String?
    /// The place of its key among the secrets, from 0; nil when none of them made it.
    public internal(set) var key: Int?
    /// The fingerprint of the key that sealed it, also of one that is not known; nil where the cookie does not say.
    public internal(set) var keyFingerprint: String?
    /// The session's id; nil for messages, and where nothing could be read.
    public internal(set) var id: SessionID?
    /// When the session was born, or the youngest message added, in seconds since 1970.
    public internal(set) var birth: Int64?
    /// When the session was last seen, in seconds since 1970.
    public internal(set) var lastSeen: Int64?
    /// The session's values, as the text of `X-Session`; empty where nothing could be read, and for messages.
    public internal(set) var json: [UInt8] = []
    /// The names of the values that are handed out once.
    public internal(set) var onceNames: [String] = []
    /// The messages, as the text of `X-Flash`; empty where there are none.
    public internal(set) var flashJSON: [UInt8] = []
    /// Values of gorilla's that stay in the cookie unread: name and Go type.
    public internal(set) var unread: [(name: String, type: String)] = []

    /// When it is over, should nobody come by any more, in seconds since 1970.
    public internal(set) var end: Int64?
}
