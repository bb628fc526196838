/// What becomes of the flash messages at the end of a request.
///
/// ```
///                 page, below 300 or 4xx        page, 3xx; no page at all        5xx
/// came with it    used up, unless kept          kept                             kept
/// added by it     for the next page             added to those                   dropped
/// ```
enum FlashFate {
    /// The cookie stays as it is.
    case unchanged
    /// A cookie with these messages replaces it; without a birth it is born now.
    case stored([UInt8], birth: Int64?)
    /// The cookie is expired.
    case expired

    /// Decides from the messages that came with the request, those the answer adds, and whether it keeps the former.
    init(_ opened: OpenedSession, _ added: FlashMessages, keeps: Bool, status: Int, isPage: Bool) {
        let isError = status >= 500
        let isUsedUp = isPage && !keeps && (status < 300 || (400..<500).contains(status))
        let came = opened.flashJSON
        if !added.isEmpty, !isError {
            guard !isUsedUp, !came.isEmpty, var messages = try? FlashMessages(json: came.span, field: "X-Flash") else {
                self = .stored(added.json, birth: nil)
                return
            }
            messages.add(added)
            self = .stored(messages.json, birth: nil)
        } else if opened.hasDeadFlash || (isUsedUp && !came.isEmpty) {
            self = .expired
        } else if !isError, !came.isEmpty, opened.flashKeyIndex != 0 {
            // They are kept, and an older secret sealed them: they move to the first.
            self = .stored(came, birth: opened.flashBirth)
        } else {
            self = .unchanged
        }
    }
}
