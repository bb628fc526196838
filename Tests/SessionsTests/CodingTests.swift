import Sessions
import Testing

/// Swift types as session values.
struct CodingTests {
    private struct Item: Codable, Equatable {
        var name: String
        var price: Double
        var count: UInt8?
    }

    private enum Place: Codable, Equatable {
        case home
        case street(String, number: Int)
    }

    private struct Cart: Codable, Equatable {
        var owner: UInt64
        var items: [Item]
        var notes: [String: [Int?]]
        var place: Place
        var ratio: Float
        var first: Item?
    }

    private class Base: Codable {
        var a = 1
    }

    private final class Derived: Base {
        var b = 2
        private enum Key: CodingKey { case b }

        override init() { super.init() }

        required init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            b = try container.decode(Int.self, forKey: .b)
            try super.init(from: container.superDecoder())
        }

        override func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(b, forKey: .b)
            try super.encode(to: container.superEncoder())
        }
    }

    private let cart = Cart(
        owner: .max,
        items: [Item(name: "é", price: 1.5, count: 2), Item(name: "", price: -0.0, count: nil)],
        notes: ["n": [1, nil, 3]],
        place: .street("Main", number: 7),
        ratio: 0.1,
        first: nil
    )

    @Test func `writes types that read back as the same`() throws {
        #expect(try Value(encoding: cart).decode(Cart.self) == cart)
        #expect(try Value(encoding: [cart, cart]).decode([Cart].self) == [cart, cart])
        #expect(try Value(encoding: Place.home).decode() == Place.home)
        #expect(try Value(encoding: 7).decode(Int.self) == 7)
        #expect(try Value(encoding: Int?.none).decode(Int?.self) == nil)
        let derived = Derived()
        derived.a = 10
        derived.b = 20
        let read = try Value(encoding: derived).decode(Derived.self)
        #expect(read.a == 10 && read.b == 20)
    }

    @Test func `writes a type's names in their order`() throws {
        var text: [UInt8] = []
        JSON.write(try Value(encoding: cart.items), into: &text)
        #expect(
            String(decoding: text, as: UTF8.self)
                == #"[{"name":"\u00e9","price":1.5,"count":2},{"name":"","price":-0.0}]"#
        )
    }

    @Test func `refuses values of another form and says where`() throws {
        let value: Value = ["name": "a", "price": "dear"]
        let error = #expect(throws: DecodingError.self) { try value.decode(Item.self) }
        guard case .typeMismatch(_, let context) = error else {
            Issue.record("not a mismatch")
            return
        }
        #expect(context.codingPath.map(\.stringValue) == ["price"])
        #expect(throws: DecodingError.self) { try Value.object(Members()).decode(Item.self) }
        #expect(throws: DecodingError.self) { try Value.array([1, "2"]).decode([Int].self) }
        #expect(throws: DecodingError.self) { try Value.number(NumberText(256)).decode(UInt8.self) }
        #expect(throws: DecodingError.self) { try Value.null.decode([Int].self) }
    }

    @Test func `refuses numbers JSON cannot say`() {
        #expect(throws: EncodingError.self) { try Value(encoding: Double.nan) }
        #expect(throws: EncodingError.self) { try Value(encoding: [1, Double.infinity]) }
        #expect(throws: EncodingError.self) { try Value(encoding: ["a": [Float.infinity]]) }
    }

    @Test(.timeLimit(.minutes(1))) func `long lists and objects take time by their length, not by its square`() throws {
        let count = 100_000
        let list = try Value(encoding: Array(0..<count))
        #expect(try list.decode([Int].self) == Array(0..<count))
        let names = Dictionary(uniqueKeysWithValues: (0..<count).map { ("\($0)", $0) })
        #expect(try Value(encoding: names).decode([String: Int].self) == names)
    }

    @Test func `keeps types in a session`() throws {
        var session = Session()
        try session.set("cart", encoding: cart)
        #expect(try session.get("cart", decoding: Cart.self) == cart)
        #expect(try session.get("none", decoding: Cart.self) == nil)
        #expect(throws: DecodingError.self) { try session.get("cart", decoding: Item.self) }
    }
}
