/// The known names in a hash table over length, first, middle and last byte, made once from their spellings.
struct FieldNameTable {
    /// The row of every slot, `empty` where there is none.
    ///
    /// Collisions go to the next slot.
    private var slots = [UInt8](repeating: empty, count: 256)
    /// The names in small letters, each in a row of `rowWidth` bytes: its length, then its bytes.
    private var rows: [UInt8] = []
    private var ids: [FieldName] = []

    private static let shared = FieldNameTable()
    private static var empty: UInt8 { 0xFF }
    private static var rowWidth: Int { 24 }

    private init() {
        for id in FieldName.allCases where !id.spelling.isEmpty {
            let name = Array(id.spelling.utf8)
            var slot = Self.hash(name.span)
            while slots[slot] != Self.empty { slot = (slot + 1) & 255 }
            slots[slot] = UInt8(ids.count)
            ids.append(id)
            rows.append(UInt8(name.count))
            rows += name
            rows += [UInt8](repeating: 0, count: Self.rowWidth - 1 - name.count)
        }
    }

    /// The field of that name, `.other` if it is not known.
    static func find(_ name: Span<UInt8>) -> FieldName {
        guard name.count >= 2, name.count < rowWidth else { return .other }
        return shared.find(name)
    }

    /// The field that name would be, were every byte but letters and digits a hyphen.
    static func findFolded(_ name: Span<UInt8>) -> FieldName {
        let rows = shared.rows
        let bytes = rows.span
        for (row, id) in shared.ids.enumerated() where Int(bytes[row * rowWidth]) == name.count {
            let start = row * rowWidth + 1
            if FieldName.isFolded(name, equalTo: bytes.extracting(start..<(start + name.count))) { return id }
        }
        return .other
    }

    private func find(_ name: Span<UInt8>) -> FieldName {
        var slot = Self.hash(name)
        while slots[slot] != Self.empty {
            let row = Int(slots[slot])
            let start = row * Self.rowWidth
            if Int(rows[start]) == name.count, matches(name, from: start + 1) { return ids[row] }
            slot = (slot + 1) & 255
        }
        return .other
    }

    private func matches(_ name: Span<UInt8>, from start: Int) -> Bool {
        for index in name.indices where name[index].lowercased != rows[start + index] { return false }
        return true
    }

    private static func hash(_ name: Span<UInt8>) -> Int {
        let first = Int(name[0] | 0x20)
        let middle = Int(name[name.count / 2] | 0x20)
        let last = Int(name[name.count - 1] | 0x20)
        return (name.count &* 5 &+ first &* 3 &+ middle &* 11 &+ last &* 29) & 255
    }
}
