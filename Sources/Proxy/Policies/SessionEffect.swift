import HTTP

/// What a policy does to a response on its way to the client.
struct SessionEffect {
    /// Whole values of `Set-Cookie` lines to add.
    var setCookies: [[UInt8]] = []
    /// Whether the response depended on the request's cookie.
    var variesByCookie = false
    var cut: Cut

    enum Cut {
        case all
        case names(CookieNames)
    }

    /// Whether this `Set-Cookie` of the upstream must not reach the client.
    func cuts(setCookie value: Span<UInt8>) -> Bool {
        switch cut {
        case .all: true
        case .names(let names):
            if let name = setCookieName(value) { names.contains(value.extracting(name)) } else { false }
        }
    }
}
