/// Secrets for sealing.
public enum Secret {
    /// The shortest secret that is taken, in bytes: 32.
    public static let shortest = 32

    /// The bytes that `hex:…` or `base64:…` (with padding) says; nil when what follows is neither, the text itself else.
    ///
    /// For the keys of applications that made theirs of random bytes.
    public static func bytes(of text: String) -> [UInt8]? {
        if text.hasPrefix("hex:") {
            let digits = text.utf8.dropFirst(4).map(hexValue)
            guard digits.count % 2 == 0 else { return nil }
            var bytes: [UInt8] = []
            for place in stride(from: 0, to: digits.count, by: 2) {
                guard let high = digits[place], let low = digits[place + 1] else { return nil }
                bytes.append(high << 4 | low)
            }
            return bytes
        }
        if text.hasPrefix("base64:") { return Base64.decode(String(text.dropFirst(7))) }
        return Array(text.utf8)
    }

    /// Makes a secret of 256 random bits, as 64 hexadecimal digits.
    public static func generate(random: inout some RandomNumberGenerator) -> String {
        SessionID(random: &random).description + SessionID(random: &random).description
    }
}
