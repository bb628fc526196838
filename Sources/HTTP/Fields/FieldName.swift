/// The field names the gateway knows, owns or acts on; every other name is `.other` and passes untouched.
///
/// Names are compared whatever their case. Services behind CGI, WSGI or Rack read `X_Forwarded_For` as
/// `X-Forwarded-For`, so spellings that fold to an owned name have cases of their own.
public enum FieldName: UInt8, Sendable, CaseIterable {
    /// A name that is none of the others.
    case other
    /// The field of that name, with hyphens where the case has capitals; `spelling` is the name.
    case accept, authorization, cacheControl, cdnLoop, connection, contentLength, cookie, date, earlyData, expect
    /// The field of that name, with hyphens where the case has capitals; `spelling` is the name.
    case forwarded, host, http2Settings, keepAlive, location, maxForwards, origin, proxyAuthenticate
    /// The field of that name, with hyphens where the case has capitals; `spelling` is the name.
    case proxyAuthorization, proxyConnection, proxyStatus, referer, secFetchDest, secFetchMode, secFetchSite, server
    /// The field of that name, with hyphens where the case has capitals; `spelling` is the name.
    case setCookie, te, trailer, traceparent, transferEncoding, upgrade, userAgent, vary, via, xForwardedFor
    /// The field of that name, with hyphens where the case has capitals; `spelling` is the name.
    case xForwardedHost, xForwardedProto, xRealIP, xRequestID
    /// What services ask of the session, in exactly this spelling but for case.
    case xSessionClear, xSessionDelete, xSessionSet, xSessionSetOnce, xSessionRenew, xSessionRevoke
    /// What services ask of the flash, in exactly this spelling but for case.
    case xFlashAdd, xFlashKeep
    /// Any other name that, folded, begins with `x-session` or `x-flash`.
    case reserved
    /// Not spelled like, but folded equal to a name the gateway owns or acts on, as `X_Forwarded_For`.
    case ownedTwin

    /// Which field a name is.
    ///
    /// Costs one look into a table and one comparison.
    public static func classify(_ name: Span<UInt8>) -> FieldName {
        name.isEmpty ? .other : classify(name, ByteRange(0, name.count))
    }

    /// Which field the name at a range is; the range is not empty.
    static func classify(_ bytes: Span<UInt8>, _ name: ByteRange) -> FieldName {
        let known = FieldNameTable.find(bytes, Int(name.lower), name.count)
        guard known == .other else { return known }
        // Most unknown names are ordinary: no twin of another, and no x name.
        if bytes[Int(name.lower)] | 0x20 != 0x78, ByteScan.isLettersAndHyphens(bytes, Int(name.lower), name.count) {
            return .other
        }
        return classifyUnknown(bytes.extracting(name.range))
    }

    /// Whether the field belongs to the gateway and its services alone: `x-session*` and `x-flash*`, however spelled.
    public var isReserved: Bool {
        switch self {
        case .xSessionClear, .xSessionDelete, .xSessionSet, .xSessionSetOnce, .xSessionRenew, .xSessionRevoke,
            .xFlashAdd, .xFlashKeep, .reserved:
            true
        default: false
        }
    }

    /// Whether two names are equal with case folded and every byte that is not a letter or digit read as `-`.
    public static func isFolded(_ name: Span<UInt8>, equalTo other: Span<UInt8>) -> Bool {
        guard name.count == other.count else { return false }
        for index in name.indices where name[index].folded != other[index].folded { return false }
        return true
    }

    private static func classifyUnknown(_ name: Span<UInt8>) -> FieldName {
        if name[0] | 0x20 == 0x78, hasPrefix(name, "x-session") || hasPrefix(name, "x-flash") { return .reserved }
        // A name of letters, digits and hyphens folds to itself, and is not known.
        for index in name.indices where name[index] != 0x2D && !name[index].isLetter && !name[index].isDigit {
            return FieldNameTable.findFolded(name).hasTwins ? .ownedTwin : .other
        }
        return .other
    }

    /// Whether folded twins of the name are refused.
    ///
    /// A service that mistakes one for a browser's name harms no one.
    private var hasTwins: Bool { self != .other && self != .userAgent }

    private static func hasPrefix(_ name: Span<UInt8>, _ prefix: String) -> Bool {
        let prefix = prefix.utf8Span.span
        guard name.count >= prefix.count else { return false }
        return isFolded(name.extracting(first: prefix.count), equalTo: prefix)
    }
}
