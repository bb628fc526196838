import Sessions
import Testing

struct ValueTests {
    private func parsed(_ json: String) throws -> Value {
        try JSON.parse(Array(json.utf8).span)
    }

    @Test func `reads 64-bit integers whole`() throws {
        #expect(Int64(value: try parsed("9007199254740993")) == 9_007_199_254_740_993)
        #expect(UInt64(value: try parsed("18446744073709551615")) == .max)
        #expect(Int64(value: try parsed("-9223372036854775808")) == .min)
        #expect(Int64(value: try parsed("9223372036854775808")) == nil)
        #expect(UInt64(value: try parsed("-1")) == nil)
        #expect(Int(value: try parsed("-0")) == 0)
    }

    @Test func `takes doubles for doubles only`() throws {
        #expect(Int(value: try parsed("1.0")) == nil)
        #expect(Int(value: try parsed("1e3")) == nil)
        #expect(Double(value: try parsed("1e3")) == 1000)
        #expect(Double(value: try parsed("42")) == 42)
        #expect(Double(value: try parsed("1e400")) == nil)
        #expect(Double(value: try parsed("5e-324")) == .leastNonzeroMagnitude)
    }

    @Test(arguments: [0.1, 1.0, -0.0, 1e300, Double.leastNonzeroMagnitude, 1.7976931348623157e308, 123456789.125])
    func `writes doubles that read back as the same`(double: Double) throws {
        let number = try #require(NumberText(double))
        #expect(Double(value: try parsed(number.text))?.bitPattern == double.bitPattern)
        #expect(NumberText(number.text) == number)
    }

    @Test func `has no number for what JSON cannot write`() {
        #expect(NumberText(Double.nan) == nil)
        #expect(NumberText(Double.infinity) == nil)
        #expect(Double.infinity.value == .null)
        #expect(NumberText("01") == nil)
        #expect(NumberText("1 ") == nil)
        #expect(NumberText("") == nil)
    }

    @Test func `does not read one kind as another`() {
        #expect(String(value: 1) == nil)
        #expect(Bool(value: 1) == nil)
        #expect(Int(value: "1") == nil)
        #expect([Int](value: [1, "2"]) == nil)
        #expect([Int](value: [1, 2]) == [1, 2])
        #expect(Int?(value: nil) == .some(.none))
        #expect([Int?](value: [1, nil]) == [1, nil])
    }

    @Test func `tells apart numbers of other forms and texts of other bytes`() throws {
        #expect(try parsed("1") != parsed("1.0"))
        #expect(Value.string("\u{E9}") != Value.string("e\u{301}"))
        #expect(Value.string("\u{E9}") == Value.string("\u{E9}"))
        #expect(Value.null != Value.bool(false))
    }

    @Test func `takes objects in another order for equal`() throws {
        #expect(try parsed(#"{"a":1,"b":[2]}"#) == parsed(#"{"b":[2],"a":1}"#))
        #expect(try parsed(#"{"a":1,"b":[2]}"#) != parsed(#"{"b":[2]}"#))
        #expect(try parsed("[1,2]") != parsed("[2,1]"))
    }

    @Test func `can be written as literals`() throws {
        let value: Value = ["id": 42, "ratio": 0.5, "tags": ["a", "b"], "gone": nil, "on": true, "id": 43]
        #expect(try value == parsed(#"{"id":43,"ratio":0.5,"tags":["a","b"],"gone":null,"on":true}"#))
    }
}

struct MembersTests {
    @Test(arguments: [3, 16, 17, 40])
    func `finds, replaces and removes names in short and long objects`(count: Int) {
        var members = Members()
        for number in 0..<count { members["n\(number)"] = .number(NumberText(number)) }
        members["n1"] = "replaced"
        #expect(members.list.map(\.name) == (0..<count).map { "n\($0)" })
        #expect(members["n1"] == "replaced")
        members["n0"] = nil
        #expect(members["n0"] == nil)
        #expect(members["n2"] == 2)
        members.remove(["n1", "never"])
        #expect(members.count == count - 2)
        #expect(members["n2"] == 2)
        members["n1"] = "last"
        #expect(members.list.last?.name == "n1")
        #expect(members["n1"] == "last")
    }

    @Test func `keeps names apart that only canonical equivalence makes equal`() {
        var members = Members()
        members["\u{E9}"] = 1
        members["e\u{301}"] = 2
        #expect(members.count == 2)
        #expect(members["\u{E9}"] == 1)
        for number in 0..<30 { members["n\(number)"] = 0 }
        #expect(members["\u{E9}"] == 1)
        #expect(members["e\u{301}"] == 2)
        members.remove(["\u{E9}"])
        #expect(members["e\u{301}"] == 2)
    }
}
