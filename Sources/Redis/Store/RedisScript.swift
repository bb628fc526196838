import Crypto

/// A program that Redis runs in one step, called by its SHA-1 once Redis knows it.
///
/// Every key a script touches is in `KEYS`, and all of them in one slot. A session is a hash: `b` is its birth, `s` when it
/// was last seen, `z` the bytes of its values, `i`, if that is not its birth, when it got its id or its subject, and each
/// value stands under its name's JSON text, whose quote tells it from those. A value to be handed out once has `!`, 16 digits of its stamp and `!` before it. Where a session was before its
/// renewal is a hash of `f`, the hash in the new key, and `u`, until when it leads there; where one was that was replaced
/// has `u` alone.
///
/// Times are the gateway's, in seconds; what Redis expires it counts from when the script ran, by its own clock. A script
/// answers 0: gone, 1: done, 2: emptied; a negative number: as many bytes would be too many; a text: the session moved to
/// the key with this hash, ask there.
struct RedisScript {
    let source: [UInt8]
    /// The SHA-1 of the source, in hexadecimal digits.
    let digest: [UInt8]

    private init(_ body: String) {
        source = [UInt8]((Self.looking + body).utf8)
        digest = Insecure.SHA1.hash(data: source).flatMap { byte in
            [byte >> 4, byte & 15].map { $0 + ($0 < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10) }
        }
    }

    /// ARGV 1 to 3 of every script: now, idle timeout, lifetime.
    private static let looking = """
        local now, idle, lifetime = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
        local function look(key)
            local v = redis.call('HMGET', key, 'b', 's', 'z', 'f', 'u', 'i')
            if v[5] then
                if v[4] and now < tonumber(v[5]) then return nil, v[4] end
                return nil
            end
            local b, s = tonumber(v[1]), tonumber(v[2])
            if b and s and now < math.min(b + lifetime, s + idle) then
                return { b = b, s = s, z = tonumber(v[3]) or 0, own = v[6] and 4 or 3 }
            end
            return nil
        end
        local function keep(key, b, s)
            redis.call('EXPIRE', key, math.max(1, math.min(b + lifetime - now, s + idle - now, 3153600000)))
        end
        local function pieces(command, key, list, from, to)
            while from <= to do
                local last = math.min(from + 3999, to)
                redis.call(command, key, unpack(list, from, last))
                from = last + 1
            end
        end

        """

    /// Makes a session at the last key, and deletes the one at the first key if there are two.
    ///
    /// ARGV 4 is the size of the values; 5 for how many seconds the first key says that the session moved; 6 its birth; 7 when
    /// it is said to have got its id, or nothing; then come names and values.
    static let create = RedisScript(
        """
        if KEYS[2] then
            local _, moved = look(KEYS[1])
            if moved then return moved end
            redis.call('DEL', KEYS[1])
            redis.call('HSET', KEYS[1], 'u', string.format('%.0f', now + tonumber(ARGV[5])))
            redis.call('EXPIRE', KEYS[1], ARGV[5])
        end
        local key = KEYS[#KEYS]
        redis.call('DEL', key)
        redis.call('HSET', key, 'b', ARGV[6], 's', ARGV[1], 'z', ARGV[4])
        if ARGV[7] ~= '' then redis.call('HSET', key, 'i', ARGV[7]) end
        pieces('HSET', key, ARGV, 8, #ARGV)
        keep(key, tonumber(ARGV[6]), now)
        return 1
        """
    )

    /// Changes the session at the first key; with a second one moves it there.
    ///
    /// ARGV 4 is the most its values may take; 5 the second key's hash, and 6 how many seconds the first leads there; 7 and
    /// 8 how many values to consume and names to delete; 9 when the session is said to have got its id, or nothing. Then come the names and stamps to consume, the names to delete, and
    /// the names and values to set.
    static let change = RedisScript(
        """
        local key = KEYS[1]
        local found, moved = look(key)
        if moved then return moved end
        if not found then return 0 end
        local size, removed, isRemoved = found.z, {}, {}
        local at = 10
        for _ = 1, tonumber(ARGV[7]) do
            local name, stamp = ARGV[at], ARGV[at + 1]
            local value = redis.call('HGET', key, name)
            if value and string.sub(value, 1, #stamp) == stamp and not isRemoved[name] then
                removed[#removed + 1], isRemoved[name] = name, true
                size = size - #name - #value - 2
            end
            at = at + 2
        end
        for _ = 1, tonumber(ARGV[8]) do
            local name = ARGV[at]
            local length = redis.call('HSTRLEN', key, name)
            if length > 0 and not isRemoved[name] then
                removed[#removed + 1], isRemoved[name] = name, true
                size = size - #name - length - 2
            end
            at = at + 1
        end
        for i = at, #ARGV, 2 do
            local name = ARGV[i]
            local length = isRemoved[name] and 0 or redis.call('HSTRLEN', key, name)
            if length > 0 then size = size - length else size = size + #name + 2 end
            size = size + #ARGV[i + 1]
        end
        if size > found.z and size > tonumber(ARGV[4]) then return -size end
        pieces('HDEL', key, removed, 1, #removed)
        pieces('HSET', key, ARGV, at, #ARGV)
        if redis.call('HLEN', key) <= found.own then
            redis.call('DEL', key)
            return 2
        end
        local seen = math.max(found.s, now)
        redis.call('HSET', key, 's', string.format('%.0f', seen), 'z', string.format('%.0f', size))
        if ARGV[9] ~= '' then redis.call('HSET', key, 'i', ARGV[9]) end
        if KEYS[2] then
            redis.call('RENAME', key, KEYS[2])
            redis.call('HSET', key, 'f', ARGV[5], 'u', string.format('%.0f', now + tonumber(ARGV[6])))
            redis.call('EXPIRE', key, ARGV[6])
            key = KEYS[2]
        end
        keep(key, found.b, seen)
        return 1
        """
    )

    /// Deletes the session at the key.
    static let delete = RedisScript(
        """
        local found, moved = look(KEYS[1])
        if moved then return moved end
        if found then redis.call('DEL', KEYS[1]) end
        return 1
        """
    )
}
