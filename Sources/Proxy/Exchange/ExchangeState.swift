/// Which step of an exchange is legal now.
///
/// Pure: it decides, `Exchange` acts.
///
/// ```
///            requestHead              requestEnd
///   request:  idle ───▶ receiving ───────────▶ complete
///                          │ requestAbandoned, an early responseEnd, fail
///                          ▼
///                      abandoned
///
///             requestHead    responseHead         responseEnd
///   response: idle ───▶ waiting ───▶ streaming ───────────▶ complete
///                          │ fail        │ fail
///                          ▼             ▼
///                     answering       aborted
///                          │ responseEnd
///                          ▼
///                       complete
/// ```
///
/// A 101 makes both sides `tunnelling`, from `complete` and `streaming`: each ends by itself, the request with
/// `requestEnd`, the response with `responseEnd`.
struct ExchangeState: Equatable {
    enum Request: Equatable {
        case idle
        case receiving
        case complete
        /// The client's bytes in a protocol that is not ours.
        case tunnelling
        /// The rest of the body is of no use: it is read and dropped, or the connection is closed.
        case abandoned
    }

    enum Response: Equatable {
        case idle
        /// Nothing final has been sent: an error can still be answered.
        case waiting
        /// The upstream's head is on its way to the client.
        case streaming
        /// The gateway's own answer is on its way to the client.
        case answering
        /// The upstream's bytes in a protocol that is not ours.
        case tunnelling
        case complete
        case aborted
    }

    /// What is left to do for an exchange that failed.
    enum Failure: Equatable {
        /// Send the client an error answer.
        case answer
        /// A head is out: the client must see a broken message, never a clean end (RFC 9112 §8).
        case abort
        /// It is over already.
        case nothing
    }

    private(set) var request = Request.idle
    private(set) var response = Response.idle

    var isFinished: Bool {
        response == .aborted || (response == .complete && !isRequestFlowing)
    }

    /// Whether bytes from the client are wanted.
    var isRequestFlowing: Bool { request == .receiving || request == .tunnelling }

    /// Whether a 101 is out and one of the two directions has not ended.
    var isTunnel: Bool { request == .tunnelling || response == .tunnelling }

    /// Whether nothing has been sent to the client that could not be taken back.
    var mayAnswer: Bool { response == .waiting }

    mutating func requestHead(hasBody: Bool) {
        request = hasBody ? .receiving : .complete
        response = .waiting
    }

    mutating func requestEnd() {
        if isRequestFlowing { request = .complete }
    }

    /// The upstream's final head goes out.
    ///
    /// False when an answer is out already.
    mutating func responseHead() -> Bool {
        guard response == .waiting else { return false }
        response = .streaming
        return true
    }

    /// The upstream's 101 is out.
    ///
    /// False unless its head was what `responseHead` let through, and the request had come to its end.
    mutating func switchProtocols() -> Bool {
        guard request == .complete, response == .streaming else { return false }
        request = .tunnelling
        response = .tunnelling
        return true
    }

    /// Nobody takes the client's bytes any more.
    mutating func requestAbandoned() {
        if isRequestFlowing { request = .abandoned }
    }

    /// The gateway's own answer goes out.
    ///
    /// False when a head is out already.
    mutating func ownAnswer() -> Bool {
        guard response == .waiting else { return false }
        response = .answering
        return true
    }

    /// The last byte of the response has been handed to the client's connection.
    mutating func responseEnd() {
        if response == .tunnelling {
            response = .complete
            return
        }
        guard response == .streaming || response == .answering else { return }
        response = .complete
        if request == .receiving { request = .abandoned }
    }

    mutating func fail() -> Failure {
        switch response {
        case .waiting:
            return .answer
        case .streaming, .answering, .tunnelling:
            response = .aborted
            requestAbandoned()
            return .abort
        case .complete where request == .tunnelling:
            // The upstream had ended its side; the client's goes nowhere now.
            response = .aborted
            requestAbandoned()
            return .abort
        case .idle, .complete, .aborted:
            return .nothing
        }
    }

    /// The client's connection is gone: nothing can be sent any more.
    mutating func clientGone() {
        response = .aborted
        requestAbandoned()
    }
}
