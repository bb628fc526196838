/// How a session's cookies are written.
public enum SessionFormat: Sendable, Equatable {
    /// The gateway's own: encrypted and authenticated, the flash messages in a cookie of their own.
    case sealed
    /// That of Go's gorilla/securecookie and Buffalo: authenticated, encrypted if there are block keys, one cookie for all.
    case gorilla
}
