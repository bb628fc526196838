import Sessions

/// What an exchange keeps of a session that lives in a server store, between its questions to the store.
struct StoredVisit {
    /// Whether anything below is in use.
    var isUsed = false
    /// How many of the request's session cookies were looked up.
    var tried = 0
    /// The tokens to be looked up, where others than all of the request's cookies are.
    var tokens: [SessionToken] = []
    /// The token that was looked up last.
    var token: SessionToken?
    /// What the response's changes come to, once its head is there.
    var save: ServerSave?
    /// The store's answer to that, when it had to be awaited.
    var answer: StoreAnswer?
}
