import HTTP

/// The names of cookies that are the gateway's own, or count as such: exactly these, and their chunks (`name.1`,
/// `name.2`, …).
final class CookieNames: Sendable {
    private struct Name: Sendable {
        let bytes: [UInt8]
        /// Browsers read the prefixes `__Host-` and `__Secure-` in any case, so every spelling of such a name is the
        /// same cookie.
        let foldsCase: Bool
    }

    private let names: [Name]

    init(_ names: [String]) {
        self.names = names.map { name in
            Name(bytes: [UInt8](name.utf8), foldsCase: name.hasPrefix("__"))
        }
    }

    var isEmpty: Bool { names.isEmpty }

    func contains(_ candidate: Span<UInt8>) -> Bool {
        for name in names where matches(candidate, name) { return true }
        return false
    }

    private func matches(_ candidate: Span<UInt8>, _ name: Name) -> Bool {
        let count = name.bytes.count
        guard candidate.count >= count else { return false }
        for index in 0..<count {
            let byte = candidate[index]
            if byte == name.bytes[index] { continue }
            guard name.foldsCase, Self.folded(byte) == Self.folded(name.bytes[index]) else { return false }
        }
        guard candidate.count > count else { return true }
        guard candidate[count] == UInt8(ascii: "."), candidate.count > count + 1 else { return false }
        for index in (count + 1)..<candidate.count {
            guard (0x30...0x39).contains(candidate[index]) else { return false }
        }
        return true
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
    }
}
