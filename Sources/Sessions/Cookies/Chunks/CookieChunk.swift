/// One of the cookies `<name>.1`, `<name>.2`, … in a request, which go on where the cookie `<name>` ends.
public struct CookieChunk: Sendable {
    /// The number behind the name, from 1.
    public let number: Int
    /// Where the value stands in the request.
    public let value: Range<Int>

    /// Numbers under this one are known; cookies with others are none of ours.
    static let endOfNumbers = 32

    /// Describes a cookie that was found.
    public init(number: Int, value: Range<Int>) {
        self.number = number
        self.value = value
    }

    /// The number in a cookie's name; nil when it is no chunk of the cookie `name`.
    public static func number(_ candidate: Span<UInt8>, of name: [UInt8]) -> Int? {
        let digits = candidate.count - name.count - 1
        guard (1...2).contains(digits), candidate[name.count] == UInt8(ascii: ".") else { return nil }
        for place in name.indices where candidate[place] != name[place] { return nil }
        var number = 0
        for place in name.count + 1..<candidate.count {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(candidate[place]) else { return nil }
            number = number * 10 + Int(candidate[place] - UInt8(ascii: "0"))
        }
        // Only the spelling that the gateway writes.
        let isSpelledOut = digits == 2 && number < 10
        return (1..<endOfNumbers).contains(number) && !isSpelledOut ? number : nil
    }

    /// The name of a chunk; of the first, which has no number, `name` itself.
    static func name(_ number: Int, of name: [UInt8]) -> [UInt8] {
        number == 0 ? name : name + Array(".\(number)".utf8)
    }
}
