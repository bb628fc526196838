/// What `X-Session-Revoke` asks for.
enum Revocation: Sendable {
    /// `1`: this session ends, and no copy of its cookie opens any more.
    case this
    /// `others`: all other sessions of its subject end; this one gets a new id.
    case others
    /// `all`: all sessions of its subject end; this one too, unless the answer renews it.
    case all
}
