/// What a server store says to a `StoreRequest`.
public enum StoreAnswer: Sendable {
    /// Here it is.
    case opened(StoredSession)
    /// There is no such session, or none any more.
    case absent
    /// The session has another key since a few seconds: nothing is given, but the browser may be about to hear of it, so
    /// that its cookie must not be expired.
    case moved
    /// It is done.
    case done
    /// It is done to the session under the key it has by now: it was renewed since it was opened.
    case doneElsewhere
    /// It is done, and as no value was left the session is deleted.
    case emptied
    /// The session was deleted, replaced or has ended since it was opened: nothing was written.
    case gone
    /// Nothing was written: the values would take so many bytes, more than one session may (`StoredValues.largest`).
    case tooLarge(size: Int)
    /// The store does not answer, or not in time, or cannot: why, in one line for the log, without any value.
    case failed(why: String)
}
