/// Secrets for sealing.
public enum Secret {
    /// The shortest secret that is taken, in bytes: 32.
    public static let shortest = 32

    /// Makes a secret of 256 random bits, as 64 hexadecimal digits.
    public static func generate(random: inout some RandomNumberGenerator) -> String {
        SessionID(random: &random).description + SessionID(random: &random).description
    }
}
