/// Finds what was probably meant by a misspelt name.
enum Suggestion {
    /// The nearest of `candidates`, if it is near enough to be a slip of the finger.
    static func nearest(to written: String, among candidates: [String]) -> String? {
        let wanted = written.lowercased().replacingDashes
        let limit = max(1, min(3, wanted.count / 3))
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(wanted, candidate.lowercased().replacingDashes)
            if distance <= limit, distance < (best?.distance ?? Int.max) { best = (candidate, distance) }
        }
        return best?.name
    }

    /// A hint for a name that is none of `candidates`: the nearest, else all of them.
    static func hint(for written: String, among candidates: [String], what: String) -> String {
        let known = candidates.isEmpty ? "there are no \(what)" : "\(what): \(candidates.joined(separator: ", "))"
        guard let nearest = nearest(to: written, among: candidates) else { return known }
        return "did you mean `\(nearest)`?\n\(known)"
    }

    /// How many insertions, deletions, changes and swaps of neighbours lead from one word to the other.
    static func distance(_ left: String, _ right: String) -> Int {
        let a = Array(left.unicodeScalars)
        let b = Array(right.unicodeScalars)
        // A long word is no slip of anything we know; this keeps the table small.
        guard a.count <= 64, b.count <= 64 else { return Int.max }
        var rows = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
        for i in 0...a.count { rows[i][0] = i }
        for j in 0...b.count { rows[0][j] = j }
        guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
        for i in 1...a.count {
            for j in 1...b.count {
                let change = rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                rows[i][j] = min(change, rows[i - 1][j] + 1, rows[i][j - 1] + 1)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
                }
            }
        }
        return rows[a.count][b.count]
    }
}

extension String {
    /// The name with underscores for hyphens: `strip-prefix` is meant as `strip_prefix`.
    fileprivate var replacingDashes: String { String(map { $0 == "-" ? "_" : $0 }) }
}
