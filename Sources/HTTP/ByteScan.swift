/// Searches that look at eight bytes at a time; most of a head is values, and most of a value is plain text.
///
/// Each test sets the high bit of the bytes it is looking for. A borrow or carry can only run from a byte that was found
/// into higher ones, and bytes are loaded lowest first, so the lowest bit found is always right.
enum ByteScan {
    /// Where the bytes that may stand in a field value end.
    static func endOfFieldContent(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while bytes.count &- index >= 8 {
            let word = load(bytes, index)
            let found = (below(0x20, word) | equal(0x7F, word)) & high
            if found == 0 {
                index &+= 8
                continue
            }
            index &+= found.trailingZeroBitCount / 8
            guard bytes[index] == .tab else { return index }
            index &+= 1
        }
        while index < bytes.count, bytes[index].isFieldContent { index &+= 1 }
        return index
    }

    /// Where the bytes of a token end.
    static func endOfToken(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while bytes.count &- index >= 8 {
            // Letters and hyphens here, the rarer token bytes below.
            let found = notLetterOrHyphen(load(bytes, index))
            if found == 0 {
                index &+= 8
                continue
            }
            index &+= found.trailingZeroBitCount / 8
            guard bytes[index].isToken else { return index }
            index &+= 1
        }
        while index < bytes.count, bytes[index].isToken { index &+= 1 }
        return index
    }

    /// Whether a range holds letters and hyphens only.
    static func isLettersAndHyphens(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> Bool {
        var offset = 0
        while offset < count {
            let word = load(bytes, start &+ offset, count: count &- offset)
            // Behind the last byte are zeros, which are neither.
            let padding = count &- offset >= 8 ? 0 : ~UInt64(0) << UInt64((count &- offset) &* 8)
            guard notLetterOrHyphen(word) & ~padding == 0 else { return false }
            offset &+= 8
        }
        return true
    }

    /// Where the bytes of a request target end, or its next `?` is.
    static func endOfTarget(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while bytes.count &- index >= 8 {
            let word = load(bytes, index)
            let found = (below(0x21, word) | word | equal(0x7F, word) | equal(0x23, word) | equal(0x3F, word)) & high
            if found != 0 { return index &+ found.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < bytes.count, bytes[index].isTargetContent, bytes[index] != 0x3F { index &+= 1 }
        return index
    }

    /// Where the next `;` is, or the bytes end.
    static func nextSemicolon(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while bytes.count &- index >= 8 {
            let found = equal(0x3B, load(bytes, index)) & high
            if found != 0 { return index &+ found.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < bytes.count, bytes[index] != 0x3B { index &+= 1 }
        return index
    }

    /// Up to eight bytes as a word, the first lowest; zeros behind the last.
    static func load(_ bytes: Span<UInt8>, _ index: Int, count: Int) -> UInt64 {
        if count >= 8 { return load(bytes, index) }
        if bytes.count &- index >= 8 { return load(bytes, index) & ((1 << UInt64(count &* 8)) &- 1) }
        var word: UInt64 = 0
        for offset in 0..<count { word |= UInt64(bytes[index + offset]) << UInt64(offset * 8) }
        return word
    }

    /// Eight bytes as a word.
    ///
    /// One range check, then constant offsets: the compiler makes a single load of it.
    @inline(__always)
    private static func load(_ bytes: Span<UInt8>, _ index: Int) -> UInt64 {
        let eight = bytes.extracting(index..<(index &+ 8))
        let low = UInt64(eight[0]) | UInt64(eight[1]) << 8 | UInt64(eight[2]) << 16 | UInt64(eight[3]) << 24
        let high = UInt64(eight[4]) | UInt64(eight[5]) << 8 | UInt64(eight[6]) << 16 | UInt64(eight[7]) << 24
        return low | high << 32
    }

    private static var high: UInt64 { 0x8080_8080_8080_8080 }

    @inline(__always)
    private static func every(_ byte: UInt64) -> UInt64 { 0x0101_0101_0101_0101 &* byte }

    /// Marks bytes that are neither.
    ///
    /// Exact for every byte.
    @inline(__always)
    private static func notLetterOrHyphen(_ word: UInt64) -> UInt64 {
        let small = (word | every(0x20)) & ~high
        let isLetter = (small &+ every(0x80 - 0x61)) & ~(small &+ every(0x7F - 0x7A)) & ~word
        return ~(isLetter | equal(0x2D, word)) & high
    }

    /// Marks bytes under a bound of at most 128.
    @inline(__always)
    private static func below(_ bound: UInt64, _ word: UInt64) -> UInt64 { (word &- every(bound)) & ~word }

    /// Marks bytes equal to one under 128.
    ///
    /// Exact for every byte, not the lowest alone.
    @inline(__always)
    private static func equal(_ byte: UInt64, _ word: UInt64) -> UInt64 {
        let difference = word ^ every(byte)
        return ~(((difference & ~high) &+ ~high) | difference)
    }
}
