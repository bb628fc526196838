import HTTP
import LinuxIO
import Sessions

/// `X-Session-Signature`: says to a service that the session's fields came from here.
///
/// Costs nothing where a session has no `sign`.
extension CookiePolicy {
    /// The fields that are signed, by the names of the protected header; what `expose` adds comes behind them.
    static let signedFields = ["x-session-policy", "x-session-id", "x-session", "x-flash"]

    private static let lineFeed: UInt8 = 0x0A

    /// Writes the signature over what `writeFields` wrote.
    ///
    /// - Parameters:
    ///   - method: The request's method, as it is sent.
    ///   - target: The request's target, as it is sent.
    ///   - number: A random number of this request's own.
    func writeSignature(
        _ visit: SessionVisit,
        method: Span<UInt8>,
        target: Span<UInt8>,
        now: Int64,
        number: UInt64,
        into out: ByteBuffer
    ) {
        guard let signer else { return }
        var content: [UInt8] = []
        content.reserveCapacity(256 + visit.opened.json.count + visit.opened.flashJSON.count)
        for index in method.indices { content.append(method[index]) }
        content.append(Self.lineFeed)
        for index in target.indices { content.append(target[index]) }
        content.append(contentsOf: "\ncookie\n".utf8)
        content.append(contentsOf: visit.opened.idText)
        content.append(Self.lineFeed)
        if visit.opened.json.isEmpty { content.append(contentsOf: "{}".utf8) }
        content.append(contentsOf: visit.opened.json)
        content.append(Self.lineFeed)
        if visit.isPage { content.append(contentsOf: visit.opened.flashJSON) }
        content.append(Self.lineFeed)
        let json = visit.opened.json
        for (_, key) in exposed {
            if case .text(let value) = key.find(in: json.span) { content.append(contentsOf: value) }
            content.append(Self.lineFeed)
        }
        var signature: [UInt8] = []
        signer.sign(content, time: now, number: number, into: &signature)
        guard !signature.isEmpty else { return }
        out.append("X-Session-Signature: ")
        out.append(signature)
        out.append("\r\n")
    }
}
