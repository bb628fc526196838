/// A hash table from (number, bytes) to a number, made once and then only read: lookups make no String and allocate
/// nothing.
///
/// Its keys come from the route file, so nobody outside can choose colliding ones.
struct ByteTable: Sendable {
    private struct Entry {
        var scope: Int32
        var value: Int32
        var start: Int32
        var count: Int32
    }

    private let entries: [Entry]
    private let bytes: [UInt8]
    /// Open addressing; -1 is empty.
    ///
    /// The count is a power of two and at most half is used.
    private let slots: [Int32]
    private let mask: Int

    /// Takes the keys, each pair of scope and bytes once.
    init(_ keys: [(scope: Int32, bytes: [UInt8], value: Int32)]) {
        var entries: [Entry] = []
        var bytes: [UInt8] = []
        var size = 2
        while size < keys.count * 2 { size *= 2 }
        var slots = [Int32](repeating: -1, count: size)
        for key in keys {
            let entry = Entry(
                scope: key.scope,
                value: key.value,
                start: Int32(bytes.count),
                count: Int32(key.bytes.count)
            )
            bytes.append(contentsOf: key.bytes)
            var slot = Self.hash(key.scope, key.bytes.span) & (size - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Int32(entries.count)
            entries.append(entry)
        }
        self.entries = entries
        self.bytes = bytes
        self.slots = slots
        mask = size - 1
    }

    /// Whether it has no keys.
    var isEmpty: Bool { entries.isEmpty }

    /// The value of a key whose letters are lower case in the table and any case in `key` if `ignoringCase`; -1: none.
    func find(_ scope: Int32, _ key: Span<UInt8>, ignoringCase: Bool = false) -> Int32 {
        var slot = Self.hash(scope, key, ignoringCase: ignoringCase) & mask
        while slots[slot] >= 0 {
            let entry = entries[Int(slots[slot])]
            if entry.scope == scope, Int(entry.count) == key.count, isEqual(entry, key, ignoringCase) {
                return entry.value
            }
            slot = (slot + 1) & mask
        }
        return -1
    }

    private func isEqual(_ entry: Entry, _ key: Span<UInt8>, _ ignoringCase: Bool) -> Bool {
        let stored = bytes.span.extracting(Int(entry.start)..<Int(entry.start + entry.count))
        for index in key.indices {
            let byte = ignoringCase ? key[index].lowercased : key[index]
            if stored[index] != byte { return false }
        }
        return true
    }

    /// FNV-1a with a final mix, as the slots are chosen by the low bits.
    private static func hash(_ scope: Int32, _ key: Span<UInt8>, ignoringCase: Bool = false) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(UInt32(bitPattern: scope)) &* 0x9e37_79b9_7f4a_7c15
        for index in key.indices {
            hash = (hash ^ UInt64(ignoringCase ? key[index].lowercased : key[index])) &* 0x100_0000_01b3
        }
        hash ^= hash >> 32
        return Int(truncatingIfNeeded: hash)
    }
}

extension UInt8 {
    /// The byte with an ASCII capital made small.
    var lowercased: UInt8 { (0x41...0x5a).contains(self) ? self | 0x20 : self }
}
