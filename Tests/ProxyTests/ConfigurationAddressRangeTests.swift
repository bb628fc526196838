import Proxy
import Testing

@Suite struct ConfigurationAddressRangeTests {
    private func v4(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) -> [UInt8] {
        [UInt8](repeating: 0, count: 10) + [0xff, 0xff, a, b, c, d]
    }

    @Test(
        arguments: [
            ("10.0.0.0/8", [10, 0, 0, 0], true), ("10.0.0.0/8", [10, 255, 255, 255], true),
            ("10.0.0.0/8", [11, 0, 0, 0], false),
            ("10.0.0.0/8", [9, 255, 255, 255], false), ("192.0.2.7", [192, 0, 2, 7], true),
            ("192.0.2.7", [192, 0, 2, 6], false),
            ("0.0.0.0/0", [1, 2, 3, 4], true), ("172.16.0.0/12", [172, 31, 255, 255], true),
            ("172.16.0.0/12", [172, 32, 0, 0], false), ("192.0.2.0/31", [192, 0, 2, 1], true),
            ("::/0", [1, 2, 3, 4], true),
            ("fd00::/8", [1, 2, 3, 4], false),
        ] as [(String, [UInt8], Bool)]
    )
    func `an IPv4 address is in its range`(range: String, address: [UInt8], isIn: Bool) throws {
        let mapped = v4(address[0], address[1], address[2], address[3])
        #expect(try AddressRange(parsing: range).contains(mapped.span) == isIn)
    }

    @Test func `an IPv6 address is in its range on both sides of the middle`() throws {
        var address = [UInt8](repeating: 0, count: 16)
        address[0] = 0xfd
        #expect(try AddressRange(parsing: "fd00::/8").contains(address.span))
        #expect(try !AddressRange(parsing: "0.0.0.0/0").contains(address.span))
        address[8] = 0x80
        #expect(try AddressRange(parsing: "fd00::/64").contains(address.span))
        #expect(try !AddressRange(parsing: "fd00::/65").contains(address.span))
        #expect(try AddressRange(parsing: "fd00:0:0:0:8000::/65").contains(address.span))
        #expect(try AddressRange(parsing: "fd00:0:0:0:8000::").contains(address.span))
    }

    @Test func `bytes that are no address are in no range`() throws {
        let none: [UInt8] = [10, 0, 0, 1]
        #expect(try !AddressRange(parsing: "::/0").contains(none.span))
    }

    @Test(arguments: [
        "", "10", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.1/8", "a/8", "10.0.0.0/8/8", "::1/0",
        "10.0.0.0/+8", "fe80::1%eth0",
    ])
    func `what is no range is refused`(text: String) {
        #expect(throws: AddressRange.ParseError.self) { try AddressRange(parsing: text) }
    }
}
