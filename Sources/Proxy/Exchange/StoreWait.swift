/// What an exchange waits for while a server store is asked.
enum StoreWait {
    case nothing
    /// The request's session: nothing has gone upstream, and no body is read.
    case opening
    /// That the response's changes are saved: its head is held.
    case saving
    /// That another answer's session has come to its store: the head is held, and tried again now and then.
    case retrying
}
