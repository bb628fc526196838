import Testing

@testable import LinuxIO

struct CPUCountTests {
    @Test(
        arguments: [
            ("max 100000\n", nil), ("200000 100000\n", 2), ("150000 100000\n", 2), ("50000 100000\n", 1),
            ("1000 100000", 1),
            ("300000", 3), ("", nil), ("garbage 100000", nil), ("100000 0", nil),
        ] as [(String, Int?)]
    ) func `reads version 2's quota, rounded up`(text: String, expected: Int?) {
        #expect(CPUCount.quota(cpuMax: text) == expected)
    }

    @Test func `reads version 1's quota`() {
        #expect(CPUCount.quota(microseconds: "-1\n", period: "100000\n") == nil)
        #expect(CPUCount.quota(microseconds: "250000\n", period: "100000\n") == 3)
        #expect(CPUCount.quota(microseconds: "250000\n", period: "\n") == nil)
    }

    @Test func `finds this process's groups`() {
        let both = "5:memory:/m\n4:cpu,cpuacct:/docker/abc\n0::/system.slice/a:b.service\n"
        #expect(CPUCount.path(in: both, controller: "cpu") == "/docker/abc")
        #expect(CPUCount.path(in: both, controller: "") == "/system.slice/a:b.service")
        #expect(CPUCount.path(in: "0::/\n", controller: "cpu") == "/")
        #expect(CPUCount.ancestors(of: "/a/b") == ["/a/b", "/a", ""])
        #expect(CPUCount.ancestors(of: "/") == [""])
    }

    @Test func `there is at least one`() {
        #expect(CPUCount.usable() >= 1)
    }
}
