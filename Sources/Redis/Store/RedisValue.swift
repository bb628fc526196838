import Sessions

/// How a session's values stand in a hash, and back: see ``RedisScript``.
enum RedisValue {
    private static let markCount = 18
    private static let bang = UInt8(ascii: "!")

    /// What stands before a value that is to be handed out once.
    static func mark(_ stamp: UInt64) -> [UInt8] {
        var mark = [bang]
        for shift in stride(from: UInt64(60), through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: stamp >> shift & 15)
            mark.append(digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10))
        }
        mark.append(bang)
        return mark
    }

    /// How many bytes a value has in Redis.
    static func count(_ entry: StoredValues.Entry) -> Int { entry.text.count + (entry.stamp == 0 ? 0 : markCount) }

    /// What `HGETALL` gave: `absent` also when the session has ended, or no gateway can have written it.
    static func opened(_ reply: RedisReply, _ key: StoreKey, now: Int64, _ times: StoreTimes) -> StoreAnswer {
        guard reply.kind == .array, reply.count > 2 else { return .absent }
        var values = StoredValues()
        var (birth, lastSeen, issued, movedUntil): (Int64?, Int64?, Int64?, Int64?)
        for index in stride(from: 1, to: reply.count - 1, by: 2) {
            let isFine = reply.withBytes(of: index) { name in
                reply.withBytes(of: index + 1) { value in
                    guard name.count == 1 else { return append(name, value, to: &values) }
                    switch name[0] {
                    case UInt8(ascii: "b"): birth = number(value)
                    case UInt8(ascii: "s"): lastSeen = number(value)
                    case UInt8(ascii: "i"): issued = number(value)
                    case UInt8(ascii: "u"): movedUntil = number(value)
                    default: break
                    }
                    return true
                }
            }
            guard isFine else { return .absent }
        }
        if let movedUntil { return now < movedUntil ? .moved : .absent }
        guard let birth, let lastSeen, !values.isEmpty, now < times.end(birth: birth, lastSeen: lastSeen) else {
            return .absent
        }
        return .opened(StoredSession(key: key, values: values, birth: birth, lastSeen: lastSeen, issued: issued))
    }

    private static func append(_ name: Span<UInt8>, _ value: Span<UInt8>, to values: inout StoredValues) -> Bool {
        guard value.count > 0, value[0] == bang else { return values.append(name: name, text: value, stamp: 0) }
        guard value.count > markCount, value[markCount - 1] == bang else { return false }
        var stamp: UInt64 = 0
        for index in 1..<markCount - 1 {
            switch value[index] {
            case let digit where (48...57).contains(digit): stamp = stamp << 4 | UInt64(digit - 48)
            case let digit where (97...102).contains(digit): stamp = stamp << 4 | UInt64(digit - 87)
            default: return false
            }
        }
        return values.append(name: name, text: value.extracting(markCount..<value.count), stamp: stamp)
    }

    /// A decimal number of at most 15 digits, which Redis' Lua keeps exactly.
    private static func number(_ text: Span<UInt8>) -> Int64? {
        guard (1...15).contains(text.count) else { return nil }
        var number: Int64 = 0
        for index in text.indices {
            guard (48...57).contains(text[index]) else { return nil }
            number = number * 10 + Int64(text[index] - 48)
        }
        return number
    }
}
