import Glibc
import MCPSessions
import Testing

/// What `make fuzz` does for hours, in small: every seed as it is, and many that were changed at random. Who
/// runs it anew with FIRST_SEED gets the same bytes.
@Suite struct `Readers of what comes from outside` {
  @Test(arguments: FuzzTarget.all)
  func `keep their promises whatever comes`(target: FuzzTarget) throws {
    let seeds = try Seeds.of(target.name)
    try #require(!seeds.isEmpty, "a target needs a seed in Tests/FuzzingTests/Seeds/\(target.name)")
    for seed in seeds { try target.run(seed) }
    let first = UInt64(environment("FIRST_SEED") ?? "") ?? 1
    let count = min(UInt64(environment("SEEDS") ?? "") ?? 100, 10_000)
    for number in first..<(first + max(1, count / target.cost)) {
      var random = SeededGenerator(seed: number)
      let bytes = mutation(of: seeds, using: &random)
      do throws(Broken) {
        try target.run(bytes)
      } catch {
        Issue.record(
          "\(target.name), FIRST_SEED=\(number): \(error) with \(String(decoding: bytes, as: UTF8.self))")
        return
      }
    }
  }

  @Test func `have a promise that can be broken`() {
    #expect(throws: Broken.self) { try promise(false, "as it should") }
  }
}

extension FuzzTarget: CustomTestStringConvertible {
  var testDescription: String { name }
}

private func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

/// One seed with some bytes changed, doubled, cut out, or taken from another seed.
private func mutation(of seeds: [[UInt8]], using random: inout SeededGenerator) -> [UInt8] {
  var bytes = seeds.randomElement(using: &random) ?? []
  for _ in 0..<Int.random(in: 1...8, using: &random) {
    let place = Int.random(in: 0...bytes.count, using: &random)
    let end = min(bytes.count, place + Int.random(in: 0...16, using: &random))
    switch Int.random(in: 0..<6, using: &random) {
    case 0: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &random) }
    case 1: bytes.removeSubrange(place..<end)
    case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
    case 3: bytes.insert(contentsOf: odd.randomElement(using: &random)?.utf8 ?? "".utf8, at: place)
    case 4: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
    default:
      guard let other = seeds.randomElement(using: &random), !other.isEmpty else { continue }
      let from = Int.random(in: 0..<other.count, using: &random)
      bytes.insert(contentsOf: other[from..<min(other.count, from + 32)], at: place)
    }
  }
  return bytes
}

/// What has ended programs before.
private let odd = [
  "9223372036854775807", "-9223372036854775808", "18446744073709551616", "1e308", "-0", "nan", "\u{0}",
  "\u{1B}", "\u{301}", "\u{FEFF}", "\u{202E}", "\r\n", "\n\n", "%", "%00", "//", "://", "..", "{", "[[[[",
  "\"", "\\u",
  "\\ud800", "|", "*", ":", ">", "(", ")+", "👨‍👩‍👧",
]

/// Examples of what a reader is meant to read.
private enum Seeds {
  static func of(_ name: String) throws -> [[UInt8]] {
    let folder =
      #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/") + "/Seeds/" + name
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var paths: [String] = []
    while let entry = readdir(directory) {
      let file = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !file.hasPrefix(".") { paths.append(folder + "/" + file) }
    }
    return try paths.sorted().map { path in
      let file = try #require(fopen(path, "r"), "\(path)")
      defer { fclose(file) }
      var bytes = [UInt8](repeating: 0, count: 65_536)
      return Array(bytes.prefix(fread(&bytes, 1, bytes.count, file)))
    }
  }
}
