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
///
/// `helper` is a target of this package that it needs besides.
func fuzzer(_ name: String, helper: String? = nil, _ modules: String...) -> Target {
    .executableTarget(
        name: name,
        dependencies: ["Harness"] + (helper.map { [.target(name: $0)] } ?? [])
            + modules.map { .product(name: $0, package: "gateway") },
        swiftSettings: strict
    )
}

let package = Package(
    name: "Fuzz",
    dependencies: [
        .package(name: "gateway", path: ".."),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        .target(name: "Harness", swiftSettings: strict),
        .target(
            name: "GorillaSite",
            dependencies: [
                "Harness", .product(name: "Sessions", package: "gateway"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        fuzzer("RequestHeadFuzz", "HTTP"),
        fuzzer("ChunkedBodyFuzz", "HTTP"),
        fuzzer("ResponseHeadFuzz", "HTTP"),
        fuzzer("CookieFieldFuzz", "HTTP"),
        fuzzer("SealedCookieFuzz", "Sessions"),
        fuzzer("ChangesJSONFuzz", "Sessions"),
        fuzzer("RedisReplyFuzz", "Redis"),
        fuzzer("GobFuzz", helper: "GorillaSite", "Sessions"),
        fuzzer("SecurecookieFuzz", helper: "GorillaSite", "Sessions"),
        fuzzer("RouteFileFuzz", "Proxy", "Sessions"),
        fuzzer("ExchangeFuzz", "Proxy", "HTTP", "LinuxIO", "Upstream"),
    ]
)
