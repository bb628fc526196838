import HTTP
import LinuxIO

/// An exchange's way from its target to a route, and to the target that goes upstream; keeps its memory from one
/// request to the next.
final class TargetScratch {
    private var normal = NormalPath()
    private var rewritten: [UInt8] = []
    private static let root: [UInt8] = [UInt8(ascii: "/")]

    func decide(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, in table: RouteTable) -> RouteDecision {
        let query = bytes.extracting(head.query?.range ?? 0..<0)
        let host = bytes.extracting(head.host.range)
        let method = bytes.extracting(head.methodName.range)
        guard !head.path.isEmpty, head.form != .asterisk else {
            // `OPTIONS *` asks about the server, and an absolute target may have no path: both stand for the root.
            return table.decide(
                host: host,
                path: Self.root.span,
                query: query,
                method: method,
                head: head,
                bytes: bytes,
                scratch: &normal
            )
        }
        return table.decide(
            host: host,
            path: bytes.extracting(head.path.range),
            query: query,
            method: method,
            head: head,
            bytes: bytes,
            scratch: &normal
        )
    }

    /// Writes the target that goes upstream: byte for byte what came, unless the route rewrites it (H8).
    func write(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ route: Route, into out: ByteBuffer) {
        // `OPTIONS http://host`, without so much as a `?`, means the server, too (RFC 9112 §3.2.4).
        if head.form == .asterisk || (head.path.isEmpty && head.query == nil && head.method == .options) {
            out.append("*")
        } else if route.rewrite.isIdentity {
            if head.path.isEmpty { out.append("/") }
            out.append(bytes.extracting(head.path.range))
            if let query = head.query {
                out.append("?")
                out.append(bytes.extracting(query.range))
            }
        } else {
            rewrite(head, bytes, route)
            out.append(rewritten)
        }
    }

    /// The `Location` of a redirect.
    func redirect(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ route: Route) -> [UInt8] {
        rewrite(head, bytes, route)
        return rewritten
    }

    private func rewrite(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ route: Route) {
        rewritten.removeAll(keepingCapacity: true)
        let path = head.path.isEmpty ? Self.root.span : bytes.extracting(head.path.range)
        if let query = head.query {
            route.rewrite.rewritten(path: path, query: bytes.extracting(query.range), into: &rewritten)
        } else {
            route.rewrite.rewritten(path: path, query: nil, into: &rewritten)
        }
    }
}
