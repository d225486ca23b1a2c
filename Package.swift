// swift-tools-version: 6.2

import PackageDescription

// The map of the house. Data flows one way: Configuration makes values, SessionEngine runs what Sessions
// decides, Display turns what is known into cells, Console shows them. The arrows below are the only
// ones there are; the compiler guards them (see "Map of the code" in README.md).

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
  .product(name: "NIOHTTP1", package: "swift-nio"),
]

/// Themes live at the top level, one small YAML file each, and travel inside the binary.
let themes = ["default", "dark", "light", "high-contrast", "deuteranopia", "mono"]

let package = Package(
  name: "sessiontop",
  products: [
    .executable(name: "sessiontop", targets: ["sessiontop"]),
    .library(name: "SessionEngine", targets: ["SessionEngine"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
  ],
  targets: [
    // C. Only what Swift cannot say.
    .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CLinux"),
    .target(name: "CProcess"),
    // toml++ is a header of C++ (apt: libtomlplusplus-dev), so its shim is a target of its own.
    .target(name: "CTOML"),
    // libssl-dev has its headers; libcurl has loaded the library already.
    .target(name: "CCrypto", linkerSettings: [.linkedLibrary("crypto")]),
    .target(
      name: "CNcurses", linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),

    // Pure. Decides everything, does nothing.
    .target(name: "MCPWire", swiftSettings: [.strictMemorySafety()]),
    .target(name: "Sessions", dependencies: ["MCPWire"], swiftSettings: [.strictMemorySafety()]),
    .target(name: "Display", dependencies: ["Sessions"], swiftSettings: [.strictMemorySafety()]),
    .target(name: "Reports", dependencies: ["MCPWire", "Sessions"], swiftSettings: [.strictMemorySafety()]),

    // Effects. Does everything, decides nothing.
    .target(name: "Platform", dependencies: ["CLinux", "CProcess"]),
    .target(
      name: "SessionEngine", dependencies: ["CCrypto", "CCurl", "CLinux", "MCPWire", "Sessions", "Platform"]),
    .target(
      name: "Configuration", dependencies: ["CTOML", "CYAML", "Display", "Sessions"],
      resources: themes.map { .embedInCode("../../themes/\($0).yaml") }),
    .target(
      name: "Console", dependencies: ["CNcurses", "Display"],
      swiftSettings: [.defaultIsolation(MainActor.self)]),
    .target(name: "LoopbackServers", dependencies: ["MCPWire"] + nio),
    .executableTarget(
      name: "sessiontop",
      dependencies: [
        "Configuration", "Console", "Display", "SessionEngine", "LoopbackServers", "MCPWire", "Reports",
        "Sessions", "Platform", argumentParser,
      ] + nio, exclude: ["Packaging"]),

    // What `make bench` runs; built with the tests, so that it holds, and shipped with nothing.
    .executableTarget(
      name: "Benchmark",
      dependencies: [
        "CLinux", "Display", "LoopbackServers", "MCPWire", "Platform", "SessionEngine", "Sessions",
      ], path: "Tests/Performance/Benchmark"),

    .testTarget(name: "MCPWireTests", dependencies: ["MCPWire"]),
    .testTarget(name: "SessionsTests", dependencies: ["MCPWire", "Sessions"]),
    .testTarget(
      name: "DisplayTests", dependencies: ["CLinux", "Display", "MCPWire", "Sessions"], exclude: ["Golden"]),
    .testTarget(name: "ReportsTests", dependencies: ["MCPWire", "Reports", "Sessions"]),
    .testTarget(name: "ConfigurationTests", dependencies: ["Configuration", "Display", "Sessions"]),
    .testTarget(name: "LoopbackServersTests", dependencies: ["LoopbackServers", "MCPWire"] + nio),
    .testTarget(
      name: "SessionEngineTests",
      dependencies: ["CLinux", "SessionEngine", "LoopbackServers", "MCPWire", "Sessions", "Platform"]),
    .testTarget(name: "PlatformTests", dependencies: ["Platform"]),
    .testTarget(
      name: "ProgramTests",
      dependencies: ["CLinux", "LoopbackServers", "MCPWire", "Platform", "Sessions", "sessiontop"]),
    .testTarget(name: "StructureTests"),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)

// `make fuzz`: libFuzzer's own main calls into the targets that the tests try in small.
let readers: [Target.Dependency] = [
  "Configuration", "Display", "MCPWire", "Reports", "SessionEngine", "Sessions",
]
if Context.environment["SESSIONTOP_FUZZ"] == nil {
  package.targets.append(
    .testTarget(name: "FuzzingTests", dependencies: readers, exclude: ["Fuzzer", "Seeds"]))
} else {
  package.targets.append(
    .executableTarget(
      name: "Fuzzer", dependencies: readers, path: "Tests/FuzzingTests",
      exclude: ["FuzzingTests.swift", "Seeds", "Fuzzer/yaml.dict"],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]))
}

for target in package.targets where target.type != .system {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .treatAllWarnings(as: .error),
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("MemberImportVisibility"),
    ]
}
