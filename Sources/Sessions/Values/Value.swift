/// A session's value: what JSON can say, with numbers and names kept as they were written.
///
/// Strings are equal when their bytes are. Swift's own equality takes a composed and a decomposed é for the same, which
/// would lose a change.
public enum Value: Sendable, Equatable {
    /// Nothing, on purpose: a value that is there and is null.
    case null
    /// A truth value.
    case bool(Bool)
    /// A number, in the form it was written in.
    case number(NumberText)
    /// A text of any Unicode.
    case string(String)
    /// Values in order.
    case array([Value])
    /// Names and their values.
    case object(Members)

    /// Whether more lists and objects stand inside one another than so many.
    func isDeeper(than levels: Int) -> Bool {
        switch self {
        case .null, .bool, .number, .string: false
        case .array(let values): levels == 0 || values.contains { $0.isDeeper(than: levels - 1) }
        case .object(let members): levels == 0 || members.list.contains { $0.value.isDeeper(than: levels - 1) }
        }
    }

    public static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }
}
