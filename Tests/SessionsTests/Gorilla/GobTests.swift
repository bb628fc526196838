import Testing

@testable import Sessions

/// Gob streams, as Go 1.19 wrote them.
struct GobTests {
    /// `map[interface{}]interface{}{"a": …}` up to the value.
    private static let front = "0eff81040102ff8200011001100000"

    private func bytes(_ hex: String) throws -> [UInt8] {
        try #require(Secret.bytes(of: "hex:" + hex))
    }

    private func value(_ hex: String) throws -> Value? {
        try GobMap(bytes(hex))["a"]?.value
    }

    @Test(
        arguments: [
            ("11ff82000106737472696e670c0300016100", "null"),
            ("25ff82000106737472696e670c03000161085b5d737472696e67ff83020102ff8400010c000007ff840400010178", #"["x"]"#),
            (
                "2bff82000106737472696e670c030001610e5b5d696e74657266616365207b7dff85020102ff86000110000019ff861600020369"
                    + "6e740402000206737472696e670c03000179", #"[1,"y"]"#
            ),
            (
                "2bff82000106737472696e670c030001610e5b5d696e74657266616365207b7dff85020102ff86000110000022ff861700010"
                    + "85b5d737472696e67ff83020102ff8400010c000007ff840400010178", #"[["x"]]"#
            ),
            (
                "2bff82000106737472696e670c030001610e5b5d696e74657266616365207b7dff85020102ff86000110000036ff8633000"
                    + "10e5b5d696e74657266616365207b7dff86170001085b5d737472696e67ff83020102ff8400010c000007ff840400010178",
                #"[[["x"]]]"#
            ),
            ("1eff82000106737472696e670c0300016107666c6f61743332080400fef83f", "1.5"),
            ("1aff82000106737472696e670c030001610575696e743806020007", "7"),
            ("1eff82000106737472696e670c03000161075b5d75696e74380a0400026869", #""aGk=""#),
            ("1aff82000106737472696e670c0300016105696e74363404020005", "-3"),
        ]
    )
    func `reads what Go wrote`(hex: String, json: String) throws {
        let stream = Self.front + hex
        #expect(try value(stream) == JSON.parse(Array(json.utf8).span))
        // Written anew, with the definitions in front, it says the same.
        #expect(try GobMap(GobMap(bytes(stream)).gob)["a"]?.value == JSON.parse(Array(json.utf8).span))
    }

    @Test(
        arguments: [
            // A struct, a time.Time, a complex128, an []int, a struct in a list.
            "32ff82000106737472696e670c03000161066d61696e2e54ff87030101015401ff88000102010141010400010142010c00000009ff88060"
                + "10201017100",
            "2aff82000106737472696e670c030001610974696d652e54696d65ff890501010454696d6501ff8a00000014ff8a11000f010000000e77"
                + "91f701000000000000",
            "22ff82000106737472696e670c030001610a636f6d706c65783132380e0500fef03f40",
            "22ff82000106737472696e670c03000161055b5d696e74ff8b020102ff8c000104000007ff8c0400020204",
            "2bff82000106737472696e670c030001610e5b5d696e74657266616365207b7dff85020102ff86000110000031ff86240001066d61696e2e"
                + "54ff87030101015401ff88000102010141010400010142010c00000009ff8806010201017100",
        ]
    )
    func `keeps unread what JSON cannot say`(hex: String) throws {
        let stream = try bytes(Self.front + hex)
        let map = try GobMap(stream)
        let kept = try #require(map["a"])
        #expect(kept.value == nil)
        #expect(try GobMap(map.gob)["a"] == kept)
    }

    @Test func `refuses every stream cut short`() throws {
        let stream = try bytes(
            Self.front
                + "2bff82000106737472696e670c030001610e5b5d696e74657266616365207b7dff85020102ff86000110000022ff8617000108"
                + "5b5d737472696e67ff83020102ff8400010c000007ff840400010178"
        )
        for count in stream.indices {
            #expect(throws: GobError.self) { try GobMap(Array(stream[..<count])) }
        }
        #expect(throws: GobError(reason: .trailingBytes, offset: stream.count)) { try GobMap(stream + [0]) }
    }

    @Test func `survives any change of a byte, and writes what it takes as something it takes`() throws {
        let stream = try bytes(
            Self.front
                + "2bff82000106737472696e670c030001610e5b5d696e74657266616365207b7dff85020102ff86000110000031ff862400010"
                + "66d61696e2e54ff87030101015401ff88000102010141010400010142010c00000009ff8806010201017100"
        )
        var taken = 0
        for place in stream.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = stream
                changed[place] = byte
                guard let map = try? GobMap(changed) else { continue }
                taken += 1
                let again = try GobMap(map.gob)
                #expect(again.entries.map(\.value) == map.entries.map(\.value))
            }
        }
        #expect(taken > stream.count)
    }

    @Test func `refuses a type that holds itself without end`() throws {
        // A slice of itself under 66, with a value of many levels.
        var stream = try bytes(Self.front)
        var message: [UInt8] = []
        message.appendGob(Int64(65))
        message.append(contentsOf: [0, 1])
        GobInterface("a").write(into: &message)
        message.appendGob(Array("[]main.T".utf8))
        message.appendGob(Int64(-66))
        message.append(contentsOf: [2, 1, 2])
        message.appendGob(Int64(66))
        message.append(contentsOf: [0, 1])
        message.appendGob(Int64(66))
        message.append(contentsOf: [0, 0])
        stream.appendGob(message)
        var value: [UInt8] = []
        value.appendGob(Int64(66))
        value.append(contentsOf: [4, 0])
        value.append(contentsOf: [UInt8](repeating: 1, count: 2000))
        value.append(0)
        stream.appendGob(value)
        let error = #expect(throws: GobError.self) { try GobMap(stream) }
        #expect(error?.reason == .tooDeep)
    }

    @Test func `a count larger than the stream is refused before anything is made`() throws {
        var stream = try bytes(Self.front)
        stream.appendGob([0xFF, 0x82, 0, 0xF8, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
        let error = #expect(throws: GobError.self) { try GobMap(stream) }
        #expect(error?.reason == .truncated)
    }

    @Test func `a gob of something else is no session`() throws {
        // gob of the string "hi", and of a map[string]string.
        #expect(throws: GobError.self) { try GobMap(bytes("050c00026869")) }
        #expect(throws: GobError.self) { try GobMap(bytes("0eff81040102ff8200010c010c000008ff820001016b0176")) }
    }
}
