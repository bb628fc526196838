/// What the Transfer-Encoding lines of a message say together (RFC 9112 sections 6.1 and 7).
struct TransferCodings: Sendable {
    enum Verdict {
        /// There is no Transfer-Encoding.
        case absent
        /// `chunked` and nothing else.
        case chunked
        /// Other codings, then `chunked`.
        case chunkedOverOther
        /// The last coding is one that is known but not `chunked`.
        case unframed
        /// A coding nobody knows.
        case unknown
        /// Not a list of plain tokens, or `chunked` twice or before another coding.
        case malformed
    }

    private(set) var verdict = Verdict.absent
    private var isChunkedSeen = false

    /// Takes the value of one more Transfer-Encoding line in.
    mutating func add(_ value: Span<UInt8>) {
        var members = ListMembers()
        while let member = members.next(value) {
            add(coding: value.extracting(member))
        }
    }

    private mutating func add(coding: Span<UInt8>) {
        guard !coding.isEmpty, !isChunkedSeen, verdict != .malformed else {
            verdict = .malformed
            return
        }
        for index in coding.indices where !coding[index].isToken {
            verdict = .malformed
            return
        }
        if equalsIgnoringCase(coding, "chunked") {
            isChunkedSeen = true
            if verdict == .absent {
                verdict = .chunked
            } else if verdict == .unframed {
                verdict = .chunkedOverOther
            }
        } else if !Self.isRegistered(coding) || verdict == .unknown {
            verdict = .unknown
        } else {
            verdict = .unframed
        }
    }

    private static func isRegistered(_ coding: Span<UInt8>) -> Bool {
        equalsIgnoringCase(coding, "gzip") || equalsIgnoringCase(coding, "deflate")
            || equalsIgnoringCase(coding, "compress") || equalsIgnoringCase(coding, "identity")
            || equalsIgnoringCase(coding, "x-gzip") || equalsIgnoringCase(coding, "x-compress")
    }
}
