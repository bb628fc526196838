import LinuxIO

/// A command being written, argument by argument, straight into what is sent: an array of strings of Redis' protocol.
///
/// hiredis' formatter would make each command in memory of its own, to be copied from there.
public struct RedisCommand: ~Copyable {
    private let out: ByteBuffer
    private var left: Int

    init(arguments count: Int, into out: ByteBuffer) {
        self.out = out
        left = count
        out.append(UInt8(ascii: "*"))
        out.appendDecimal(UInt64(count))
        out.append("\r\n")
    }

    /// Whether as many arguments were added as were announced.
    var isWhole: Bool { left == 0 }

    /// Adds a literal.
    public mutating func add(_ text: StaticString) {
        text.withUTF8Buffer { add(UnsafeRawBufferPointer($0)) }
    }

    /// Adds any bytes.
    public mutating func add(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBytes { add($0) }
    }

    /// Adds any bytes.
    public mutating func add(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { add($0) }
    }

    /// Adds a number in decimal digits.
    public mutating func add(_ number: Int64) {
        begin(Self.digits(of: number))
        out.appendDecimal(Int(number))
        out.append("\r\n")
    }

    private mutating func add(_ bytes: UnsafeRawBufferPointer) {
        begin(bytes.count)
        out.append(bytes)
        out.append("\r\n")
    }

    private mutating func begin(_ count: Int) {
        left -= 1
        out.append(UInt8(ascii: "$"))
        out.appendDecimal(UInt64(count))
        out.append("\r\n")
    }

    private static func digits(of number: Int64) -> Int {
        var (digits, rest) = (number < 0 ? 2 : 1, number.magnitude)
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        return digits
    }
}
