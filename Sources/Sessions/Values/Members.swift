/// Names and their values in the order they were first set: a JSON object, and a session's values.
///
/// A name is its bytes: names that only Unicode's canonical equivalence makes equal are two names, as they are to every
/// other JSON reader. Two objects are equal when the same names have equal values, in any order.
public struct Members: Sendable, Equatable {
    /// One name with its value.
    public struct Member: Sendable {
        /// The name, any Unicode.
        public let name: String
        /// What the name stands for.
        public var value: Value
    }

    /// The members in their order.
    public private(set) var list: [Member] = []

    // Where each name stands; kept only for objects too long to look through, so that a long one is not quadratic.
    private var places: [ByteName: Int]?
    private static let longestScan = 16

    /// No members.
    public init() {}

    /// Whether there are none.
    public var isEmpty: Bool { list.isEmpty }

    /// How many there are.
    public var count: Int { list.count }

    /// The value under a name; nil when there is none.
    ///
    /// Setting nil removes it, setting a value keeps a known name's place.
    public subscript(name: String) -> Value? {
        get { place(of: name).map { list[$0].value } }
        set {
            switch (newValue, place(of: name)) {
            case (let value?, let place?): list[place].value = value
            case (let value?, nil): append(name, value)
            case (nil, let place?):
                list.remove(at: place)
                places = nil
                index()
            case (nil, nil): break
            }
        }
    }

    /// Removes every one of these names.
    public mutating func remove(_ names: [String]) {
        guard !names.isEmpty, !list.isEmpty else { return }
        let unwanted = Set(names.map(ByteName.init))
        list.removeAll { unwanted.contains(ByteName($0.name)) }
        places = nil
        index()
    }

    public static func == (left: Members, right: Members) -> Bool {
        guard left.count == right.count else { return false }
        return left.list.allSatisfy { right[$0.name] == $0.value }
    }

    private func place(of name: String) -> Int? {
        if let places { return places[ByteName(name)] }
        return list.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
    }

    private mutating func append(_ name: String, _ value: Value) {
        list.append(Member(name: name, value: value))
        if places == nil { index() } else { places?[ByteName(name)] = list.count - 1 }
    }

    private mutating func index() {
        guard list.count > Members.longestScan else { return }
        var places: [ByteName: Int] = [:]
        places.reserveCapacity(list.count * 2)
        for (place, member) in list.enumerated() { places[ByteName(member.name)] = place }
        self.places = places
    }
}
