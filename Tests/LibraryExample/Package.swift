// swift-tools-version: 6.2

import PackageDescription

// What a stranger writes who keeps sessions with the library: `make test` builds and runs it.

let package = Package(
  name: "LibraryExample",
  dependencies: [.package(name: "sessiontop", path: "../..")],
  targets: [
    .executableTarget(
      name: "NightWatch", dependencies: [.product(name: "SessionEngine", package: "sessiontop")],
      swiftSettings: [.treatAllWarnings(as: .error)])
  ],
  swiftLanguageModes: [.v6]
)
