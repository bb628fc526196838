/// The named values of one session, in the order they were first set, and which of them are to be handed out once.
public struct SessionValues: Sendable, Equatable {
    /// How many lists and objects of a value may stand inside one another: the values' own object is one of JSON's
    /// levels.
    static let deepestValue = JSON.maximumDepth - 1

    /// Names and values.
    public private(set) var members = Members()
    /// The names that are gone once they were handed out, in no particular order.
    public private(set) var onceNames: [String] = []

    /// No values.
    public init() {}

    /// Reads an object's JSON text; throws when it is not JSON, or not an object.
    public init(json: Span<UInt8>) throws(JSONError) {
        guard case .object(let members) = try JSON.parse(json) else {
            throw JSONError(reason: .unexpectedByte(json.count > 0 ? json[0] : 0), offset: 0)
        }
        self.members = members
    }

    /// The values as the ASCII text of `X-Session`.
    public var json: [UInt8] { JSON.text(of: members) }

    /// Whether there are no values.
    public var isEmpty: Bool { members.isEmpty }

    /// How many values there are.
    public var count: Int { members.count }

    /// The value under a name; nil when there is none.
    ///
    /// Setting makes it an ordinary value, setting nil removes it.
    public subscript(name: String) -> Value? {
        get { members[name] }
        set {
            members[name] = newValue
            forgetOnce([name])
        }
    }

    /// Stores a value to be handed out with one later request.
    public mutating func setOnce(_ name: String, _ value: Value) {
        members[name] = value
        forgetOnce([name])
        onceNames.append(name)
    }

    /// Removes these names.
    public mutating func delete(_ names: [String]) {
        members.remove(names)
        forgetOnce(names)
    }

    /// Removes every value.
    public mutating func clear() {
        self = SessionValues()
    }

    /// Removes what was handed out.
    mutating func consumeOnce() {
        members.remove(onceNames)
        onceNames = []
    }

    /// Whether a value is to be handed out once.
    func isOnce(_ name: String) -> Bool {
        onceNames.contains { $0.utf8.elementsEqual(name.utf8) }
    }

    /// Takes over names read from a sealed cookie.
    mutating func markOnce(_ names: [String]) {
        onceNames = names
    }

    public static func == (left: SessionValues, right: SessionValues) -> Bool {
        left.members == right.members
            && left.onceNames.count == right.onceNames.count
            && Set(left.onceNames.map(ByteName.init)) == Set(right.onceNames.map(ByteName.init))
    }

    private mutating func forgetOnce(_ names: [String]) {
        guard !onceNames.isEmpty else { return }
        let unwanted = Set(names.map(ByteName.init))
        onceNames.removeAll { unwanted.contains(ByteName($0)) }
    }
}
