import HTTP

/// What one look over a request's fields tells the gateway, so that no later step looks for a field again.
struct RequestFacts {
    /// How often a request may come by before it is taken for a loop (H6).
    static let mostTimesThroughHere = 8

    private(set) var cookieLines = 0
    private(set) var accept: ByteRange?
    private(set) var origin: ByteRange?
    private(set) var secFetchMode: ByteRange?
    private(set) var secFetchSite: ByteRange?
    private var hasSecFetchDest = false
    /// How many `X-Forwarded-For` lines a trusted proxy in front sent; 0 from anybody else.
    private(set) var forwardedForLines = 0
    /// What a trusted proxy in front says; nil from anybody else, and when it says nothing.
    private(set) var forwardedHost: ByteRange?
    private(set) var forwardedProto: ByteRange?
    private(set) var keptRequestID: ByteRange?
    private(set) var maxForwards: UInt64?
    private(set) var timesThroughHere = 0
    private(set) var hasUnknownExpectation = false
    /// The client can take a trailer section (`TE: trailers`, RFC 9110 §10.1.4).
    private(set) var takesTrailers = false
    /// The client asks to switch to a protocol that may be offered upstream (RFC 9110 §7.8).
    private(set) var wantsUpgrade = false
    /// The client came over https, as far as it can be known.
    private(set) var isSecure = false
    /// Whether every field may be forwarded as it is, but for the framing ones.
    private(set) var isTrusted = false
    /// For the log.
    private(set) var userAgent: ByteRange?

    init() {}

    init(
        _ head: borrowing RequestHead,
        _ bytes: Span<UInt8>,
        exposedNames: ExposedNames,
        isTrusted: Bool
    ) throws(GatewayError) {
        self.isTrusted = isTrusted
        for index in head.fields.indices {
            let line = head.fields[index]
            switch line.id {
            case .cookie: cookieLines += 1
            case .accept: accept = line.value
            case .origin: origin = line.value
            case .secFetchMode: secFetchMode = line.value
            case .secFetchSite: secFetchSite = line.value
            case .secFetchDest: hasSecFetchDest = true
            case .userAgent: userAgent = line.value
            case .ownedTwin: throw .refusedFieldName
            case .expect: hasUnknownExpectation = head.version == .http11 && !head.expectsContinue
            case .maxForwards: maxForwards = decimal(bytes.extracting(line.value.range))
            case .te: takesTrailers = takesTrailers || fieldListContains(bytes.extracting(line.value.range), "trailers")
            case .upgrade: wantsUpgrade = wantsUpgrade || UpgradeOffer.offersAny(of: bytes.extracting(line.value.range))
            case .via: timesThroughHere += Via.count(in: bytes.extracting(line.value.range))
            case .xForwardedFor where isTrusted: forwardedForLines += 1
            case .xForwardedHost where isTrusted && !line.value.isEmpty: forwardedHost = line.value
            case .xForwardedProto where isTrusted && !line.value.isEmpty:
                forwardedProto = line.value
                isSecure = equalsIgnoringCase(bytes.extracting(line.value.range), "https")
            case .xRequestID where isTrusted: keptRequestID = line.value
            case .other where exposedNames.isTwin(bytes.extracting(line.name.range)): throw .refusedFieldName
            default: break
            }
        }
        if wantsUpgrade { wantsUpgrade = mayUpgrade(head, bytes) }
    }

    /// Whether the rest of the head lets the client switch protocols.
    ///
    /// A request with a body is answered as if it had not asked: what follows its head would have two meanings.
    private func mayUpgrade(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Bool {
        head.version == .http11 && (head.body == .none || head.body == .length(0))
            && head.isNominated("upgrade".utf8Span.span, in: bytes)
    }

    /// The id a trusted proxy gave the request, when it is one that can be logged and forwarded: up to 128 visible
    /// characters.
    func requestID(in bytes: Span<UInt8>, _ head: borrowing RequestHead) -> RequestID? {
        guard let kept = keptRequestID, (1...128).contains(kept.count) else { return nil }
        for index in kept.range where !(0x21...0x7e).contains(bytes[index]) { return nil }
        return RequestID(kept: kept)
    }

    /// A page, not a background request: a navigation, or, without any `Sec-Fetch-*`, something that takes HTML
    /// (DESIGN section 3.3).
    func isPage(_ bytes: Span<UInt8>) -> Bool {
        if let secFetchMode { return equalsIgnoringCase(bytes.extracting(secFetchMode.range), "navigate") }
        if secFetchSite != nil || hasSecFetchDest { return false }
        guard let accept else { return false }
        return MediaRanges.name("text/html", in: bytes.extracting(accept.range))
    }

    /// Whether a name is `X-Forwarded-…`: a proxy's word, believed from trusted ones only.
    static func isForwarded(_ name: Span<UInt8>) -> Bool {
        name.count > 12 && name[0] | 0x20 == UInt8(ascii: "x")
            && FieldName.isFolded(name.extracting(0..<12), equalTo: "x-forwarded-".utf8Span.span)
    }

    private func decimal(_ bytes: Span<UInt8>) -> UInt64? {
        guard (1...18).contains(bytes.count) else { return nil }
        var value: UInt64 = 0
        for index in bytes.indices {
            guard (0x30...0x39).contains(bytes[index]) else { return nil }
            value = value * 10 + UInt64(bytes[index] - 0x30)
        }
        return value
    }
}
