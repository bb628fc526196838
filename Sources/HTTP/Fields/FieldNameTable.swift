/// The known names in a hash table over length, first, middle and last byte, made once from their spellings.
struct FieldNameTable {
    /// A name of up to 24 bytes as three words, and the bits that make its letters small.
    private struct Row {
        var id: FieldName
        var count: Int
        var words: (UInt64, UInt64, UInt64)
        var cases: (UInt64, UInt64, UInt64)
    }

    /// The row of every slot, `empty` where there is none.
    ///
    /// Collisions go to the next slot.
    private var slots = [UInt8](repeating: empty, count: 256)
    private var rows: [Row] = []

    private static let shared = FieldNameTable()
    private static var empty: UInt8 { 0xFF }
    private static var longest: Int { 24 }

    private init() {
        for id in FieldName.allCases where !id.spelling.isEmpty {
            let name = Array(id.spelling.utf8)
            var slot = Self.hash(name.span, 0, name.count)
            while slots[slot] != Self.empty { slot = (slot + 1) & 255 }
            slots[slot] = UInt8(rows.count)
            let cases = name.map { $0.isLetter ? UInt8(0x20) : 0 }
            rows.append(Row(id: id, count: name.count, words: Self.words(name), cases: Self.words(cases)))
        }
    }

    /// The field whose name is `count` bytes from `start`, `.other` if it is not known.
    ///
    /// Given the whole head, rather than the name alone, the name's last bytes are had with one load.
    static func find(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> FieldName {
        guard count >= 2, count <= longest else { return .other }
        return shared.find(bytes, start, count)
    }

    /// The field that name would be, were every byte but letters and digits a hyphen.
    static func findFolded(_ name: Span<UInt8>) -> FieldName {
        guard name.count >= 2, name.count <= longest else { return .other }
        var folded = InlineArray<24, UInt8>(repeating: 0)
        for index in name.indices { folded[index] = name[index].folded }
        return shared.find(folded.span, 0, name.count)
    }

    private func find(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> FieldName {
        var slot = Self.hash(bytes, start, count)
        while slots[slot] != Self.empty {
            let row = rows[Int(slots[slot])]
            if row.count == count, Self.matches(row, bytes, start) { return row.id }
            slot = (slot + 1) & 255
        }
        return .other
    }

    /// A small letter is its capital and the case bit; the bytes that are no letters have none set, so this is exact.
    private static func matches(_ row: Row, _ bytes: Span<UInt8>, _ start: Int) -> Bool {
        guard ByteScan.load(bytes, start, count: row.count) | row.cases.0 == row.words.0 else { return false }
        guard row.count > 8 else { return true }
        guard ByteScan.load(bytes, start + 8, count: row.count - 8) | row.cases.1 == row.words.1 else { return false }
        guard row.count > 16 else { return true }
        return ByteScan.load(bytes, start + 16, count: row.count - 16) | row.cases.2 == row.words.2
    }

    private static func words(_ text: [UInt8]) -> (UInt64, UInt64, UInt64) {
        let text = text + [UInt8](repeating: 0, count: longest - text.count)
        let span = text.span
        return (
            ByteScan.load(span, 0, count: 8), ByteScan.load(span, 8, count: 8), ByteScan.load(span, 16, count: 8)
        )
    }

    private static func hash(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> Int {
        let first = Int(bytes[start] | 0x20)
        let middle = Int(bytes[start + count / 2] | 0x20)
        let last = Int(bytes[start + count - 1] | 0x20)
        return (count &* 5 &+ first &* 3 &+ middle &* 11 &+ last &* 29) & 255
    }
}
