/// What a response takes to be saved, for a session that may leave its cookie for a server store.
public enum SpillPlan: Sendable {
    /// It is saved, in the cookie.
    case closed(ClosedSession)
    /// The store has to be asked first, about the session as it is given here.
    case asks(OpenedSession, ServerSave)
    /// Another answer has asked the store to take the session: to be planned again in a few milliseconds.
    case waits
}
