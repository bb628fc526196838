// swift-tools-version: 6.3
import PackageDescription

// Measurements of single parts, built as the release is. Those of the whole program are the scripts beside this file.

let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "gateway", path: "..")],
    targets: [
        .executableTarget(
            name: "Seal",
            dependencies: [.product(name: "Sessions", package: "gateway")],
            swiftSettings: [
                .treatAllWarnings(as: .error),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
            ]
        )
    ]
)
