import HTTP
import LinuxIO
import Sessions

/// The immutable, compiled form of a route file.
///
/// Workers share it; a reload makes a new one.
final class Snapshot: Sendable {
    let settings: Settings
    let headLimits: HeadLimits
    let table: RouteTable
    let routes: [Route]
    /// Fields that `expose:` sends to services: nobody else may say them.
    let exposedNames: ExposedNames
    /// The sessions in the order of the file, with the fingerprints of their keys.
    let sessionKeys: [(name: String, keys: [String])]
    /// The values of sessions with `store: memory`.
    let memoryStores: MemoryStores
    /// What the sessions of this process remember between requests.
    let memory: SessionMemory
    /// The deny lists that sessions share with other gateways.
    let denyLists: [SharedDenyList]

    /// Compiles settings; what memory stores of `earlier` hold, and what is remembered of sessions, stays.
    init(_ settings: Settings, replacing earlier: Snapshot? = nil) {
        self.settings = settings
        memoryStores = MemoryStores(settings, keeping: earlier?.memoryStores)
        memory = earlier?.memory ?? SessionMemory()
        denyLists = SharedDenyList.all(of: settings.sessions, in: memory.denyList)
        headLimits = HeadLimits(
            requestLine: settings.limits.requestLine,
            fields: settings.limits.fields,
            fieldCount: settings.limits.fieldCount
        )
        table = RouteTable(settings.routes)
        exposedNames = ExposedNames(settings.sessions.flatMap { $0.settings.expose.map(\.header) })
        let compiler = RouteCompiler(settings, memory: memory)
        sessionKeys = compiler.sessionKeys
        routes = settings.routes.map(compiler.compile)
    }

    /// Whether what this peer says about the client is believed.
    func isTrusted(_ peer: SocketAddress) -> Bool {
        !peer.isUnix && settings.trustedProxies.contains { $0.contains(high: peer.ipHigh, low: peer.ipLow) }
    }

    /// The last address of the `X-Forwarded-For` lines that is no trusted proxy: the first that none of them vouches
    /// for.
    ///
    /// When all are trusted it is the first. What stands before a text that is no address is not believed; nil when there
    /// is none to believe.
    func client(forwardedFor head: borrowing RequestHead, _ bytes: Span<UInt8>) -> String? {
        var addresses: [String] = []
        for index in head.fields.indices where head.fields[index].id == .xForwardedFor {
            var list: [UInt8] = []
            for offset in head.fields[index].value.range { list.append(bytes[offset]) }
            addresses += String(decoding: list, as: UTF8.self).split(separator: ",").map { $0.trimmingSpaces }
        }
        addresses.removeAll(where: \.isEmpty)
        var client: String?
        for text in addresses.reversed() {
            // Some proxies add the port, or the brackets alone.
            let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
            let address =
                SocketAddress(parsing: text).map { String(decoding: $0.ipText, as: UTF8.self) }
                ?? (isBracketed ? String(text.dropFirst().dropLast()) : text)
            guard let bytes = AddressRange.bytes(of: address) else { break }
            client = address
            if !settings.trustedProxies.contains(where: { $0.contains(bytes.span) }) { break }
        }
        return client
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}

extension AddressRange {
    /// Whether an address written as text lies in the range; a text that is no address lies in none.
    func contains(address: String) -> Bool {
        guard let bytes = Self.bytes(of: address) else { return false }
        return contains(bytes.span)
    }
}
