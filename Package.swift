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
    .systemLibrary(name: "CTopCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    // What libcurl unpacks answers with.
    .systemLibrary(name: "CTopZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CTopYAML", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CTopLinux"),
    .target(name: "CTopProcess"),
    // toml++ is a header of C++ (apt: libtomlplusplus-dev), so its shim is a target of its own.
    .target(name: "CTopTOML"),
    // libssl-dev has its headers; libcurl has loaded the library already.
    .target(name: "CTopCrypto", linkerSettings: [.linkedLibrary("crypto")]),
    .target(
      name: "CTopNcurses", linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),

    // Pure. Decides everything, does nothing.
    .target(name: "MCPWire", swiftSettings: [.strictMemorySafety()]),
    .target(name: "MCPSessions", dependencies: ["MCPWire"], swiftSettings: [.strictMemorySafety()]),
    .target(name: "TopDisplay", dependencies: ["MCPSessions"], swiftSettings: [.strictMemorySafety()]),
    .target(
      name: "TopReports", dependencies: ["MCPWire", "MCPSessions"], swiftSettings: [.strictMemorySafety()]),

    // Effects. Does everything, decides nothing.
    .target(name: "TopPlatform", dependencies: ["CTopLinux", "CTopProcess"]),
    .target(
      name: "SessionEngine",
      dependencies: [
        "CTopCrypto", "CTopCurl", "CTopLinux", "CTopZlib", "MCPWire", "MCPSessions", "TopPlatform",
      ]),
    .target(
      name: "TopConfiguration", dependencies: ["CTopTOML", "CTopYAML", "TopDisplay", "MCPSessions"],
      resources: themes.map { .embedInCode("../../themes/\($0).yaml") }),
    .target(
      name: "TopConsole", dependencies: ["CTopNcurses", "TopDisplay"],
      swiftSettings: [.defaultIsolation(MainActor.self)]),
    .target(name: "LoopbackServers", dependencies: ["MCPWire"] + nio),
    .executableTarget(
      name: "sessiontop",
      dependencies: [
        "TopConfiguration", "TopConsole", "TopDisplay", "SessionEngine", "LoopbackServers", "MCPWire",
        "TopReports",
        "MCPSessions", "TopPlatform", argumentParser,
      ] + nio, exclude: ["Packaging"]),

    // What `make bench` runs; built with the tests, so that it holds, and shipped with nothing.
    .executableTarget(
      name: "SessionBenchmark",
      dependencies: [
        "LoopbackServers", "MCPSessions", "MCPWire", "SessionEngine", "TopConfiguration", "TopDisplay",
        "TopPlatform", "TopReports",
      ], path: "Tests/Performance/Benchmark"),

    // A folder for a test, which goes with it.
    .target(name: "TopTestFolders", path: "Tests/TopTestFolders"),
    .testTarget(name: "MCPWireTests", dependencies: ["MCPWire"]),
    .testTarget(name: "SessionsTests", dependencies: ["MCPWire", "MCPSessions"]),
    .testTarget(
      name: "DisplayTests", dependencies: ["CTopLinux", "TopDisplay", "MCPWire", "MCPSessions"],
      exclude: ["Golden"]),
    .testTarget(name: "ReportsTests", dependencies: ["MCPWire", "TopReports", "MCPSessions"]),
    .testTarget(
      name: "ConfigurationTests",
      dependencies: ["TopConfiguration", "TopDisplay", "MCPSessions", "TopTestFolders"]),
    .testTarget(name: "LoopbackServersTests", dependencies: ["LoopbackServers", "MCPWire"] + nio),
    .testTarget(
      name: "SessionEngineTests",
      dependencies: [
        "CTopLinux", "SessionEngine", "LoopbackServers", "MCPWire", "MCPSessions", "TopPlatform",
        "TopTestFolders",
      ]),
    .testTarget(name: "PlatformTests", dependencies: ["TopPlatform", "TopTestFolders"]),
    .testTarget(
      name: "ProgramTests",
      dependencies: [
        "CTopLinux", "LoopbackServers", "MCPWire", "TopPlatform", "TopReports", "MCPSessions", "sessiontop",
        "TopTestFolders",
      ],
      exclude: ["Prometheus"]),
    .testTarget(name: "StructureTests"),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)

// `make fuzz`: libFuzzer's own main calls into the targets that the tests try in small.
let readers: [Target.Dependency] = [
  "TopConfiguration", "TopDisplay", "MCPWire", "TopReports", "SessionEngine", "MCPSessions",
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
