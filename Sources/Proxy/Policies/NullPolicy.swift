import HTTP

/// `sessions.Null`: session cookies do not get in, do not get out, and are never issued (DESIGN section 3.2).
final class NullPolicy: Sendable {
    let names: CookieNames
    /// `strip_cookies: all`.
    let stripsAll: Bool

    init(names: CookieNames, stripsAll: Bool) {
        self.names = names
        self.stripsAll = stripsAll
    }

    func open(
        _ visit: SessionVisit,
        _ head: borrowing RequestHead,
        _ bytes: Span<UInt8>,
        _ facts: RequestFacts,
        counters: inout Counters
    ) {
        guard facts.cookieLines > 0 else { return }
        if stripsAll {
            visit.cutsCookies = true
        } else {
            for index in head.fields.indices where head.fields[index].id == .cookie {
                if CookieField.holds(bytes.extracting(head.fields[index].value.range), names) {
                    visit.cutsCookies = true
                }
            }
        }
        if visit.cutsCookies { counters.strippedIn += 1 }
    }

    /// Changes a service asks for are removed from the response and ignored, as `Null`'s `save` ignores them.
    func close(
        _ visit: SessionVisit,
        _ response: borrowing ResponseHead,
        counters: inout Counters
    ) -> SessionEffect {
        for index in response.fields.indices where response.fields[index].id.isReserved {
            counters.ignoredChanges += 1
            visit.outcome = .ignored
            break
        }
        return SessionEffect(cut: stripsAll ? .all : .names(names))
    }
}
