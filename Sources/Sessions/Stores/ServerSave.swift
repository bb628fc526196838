/// What is to be done when a response has come, for a session in a server store.
public struct ServerSave: Sendable {
    /// What to ask of the store; nil: nothing.
    public internal(set) var request: StoreRequest?

    // The new token, for a session that is new or gets a new id.
    var token: SessionToken?
    // What became of the session if the store says `done`.
    var outcome = CloseOutcome.unchanged
    // Whether only last-seen moves.
    var isTouch = false
    // Of a session that is renewed.
    var birth: Int64?
    var flashCookies: [[UInt8]] = []
    // Of a session that comes from its cookie, or is followed by one there.
    var spill: SpillEnd?
    // Begins when the store has answered.
    var denial: Denial?

    /// Whether other sessions end with it, so that the store's answer counts whether or not anybody waits for the response.
    public var endsOthers: Bool { denial != nil }

    /// Nothing to do.
    public init() {}

    init(request: StoreRequest, token: SessionToken? = nil, outcome: CloseOutcome, birth: Int64? = nil) {
        self.request = request
        self.token = token
        self.outcome = outcome
        self.birth = birth
    }
}
