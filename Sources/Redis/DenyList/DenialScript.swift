/// What Redis runs for a deny list: a stream, each of whose entries has one field, `d`, with the text of a denial.
///
/// One key, so one slot. Both are sent whole: they are small, and seldom.
enum DenialScript {
    /// Adds denials.
    ///
    /// ARGV 1 is for how many seconds from now any of them may count; then come their texts. What is older goes, and the
    /// whole list when nothing was added for as long. Trimming by age is not known before Redis 6.2; there the number of
    /// entries alone is bounded.
    static let add = Array(
        """
        local id
        for i = 2, #ARGV do id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', '1048576', '*', 'd', ARGV[i]) end
        local oldest = tonumber(string.match(id, '^%d+')) - tonumber(ARGV[1]) * 1000
        if oldest > 0 then redis.pcall('XTRIM', KEYS[1], 'MINID', '~', string.format('%.0f', oldest)) end
        redis.call('EXPIRE', KEYS[1], ARGV[1])
        return #ARGV - 1
        """.utf8
    )

    /// Reads on.
    ///
    /// ARGV 1 is the id of the last entry that was read, or nothing; 2 how many at most. Answered by the id of the last
    /// entry that is given, or of the one before, and the entries' texts: nothing in the place of what is too long for one.
    static let read = Array(
        """
        local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
        if not last then return { '' } end
        if last[1] == ARGV[1] then return { last[1] } end
        local function page(start) return redis.call('XRANGE', KEYS[1], start, '+', 'COUNT', ARGV[2]) end
        local ms, number = string.match(ARGV[1], '^(%d+)-(%d+)$')
        local found = ms and page(ms .. '-' .. string.format('%.0f', number + 1)) or {}
        -- Nothing was read, or Redis has lost what was, and began anew.
        if #found == 0 then found = page('-') end
        local given = { ARGV[1] }
        for i, entry in ipairs(found) do
            given[1] = entry[1]
            local text = entry[2][2]
            given[i + 1] = #text <= 1024 and text or ''
        end
        return given
        """.utf8
    )
}
