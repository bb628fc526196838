// swift-tools-version: 6.3
import PackageDescription

// The parsers and the whole exchange under libFuzzer, each with what must hold for any input: `scripts/fuzz [SECONDS] [TARGET …]`.
// A package of its own, because its programs link only with `-sanitize=fuzzer,address`.

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A program that feeds libFuzzer's inputs to modules of the gateway.
func fuzzer(_ name: String, _ modules: String...) -> Target {
    .executableTarget(
        name: name,
        dependencies: ["Harness"] + modules.map { .product(name: $0, package: "gateway") },
        swiftSettings: strict
    )
}

let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "gateway", path: "..")],
    targets: [
        .target(name: "Harness", swiftSettings: strict),
        fuzzer("RequestHeadFuzz", "HTTP"),
        fuzzer("ChunkedBodyFuzz", "HTTP"),
        fuzzer("ResponseHeadFuzz", "HTTP"),
        fuzzer("CookieFieldFuzz", "HTTP"),
        fuzzer("SealedCookieFuzz", "Sessions"),
        fuzzer("ChangesJSONFuzz", "Sessions"),
        fuzzer("RouteFileFuzz", "Proxy", "Sessions"),
        fuzzer("ExchangeFuzz", "Proxy", "HTTP", "LinuxIO", "Upstream"),
    ]
)
