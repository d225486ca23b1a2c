/// A tool of a server's list: its name, and what its definition comes to.
package struct Tool: Hashable, Sendable {
  package let name: String
  /// Over all of the definition, in whatever order its members stand.
  package let fingerprint: Fingerprint
  /// Over the description alone, so that it can be told what changed.
  package let description: Fingerprint

  /// More of a name than this is not kept, in bytes.
  private static let nameLimit = 1_024

  /// The tool that stands at `place` of a page. One without a name is called by its place; of a name that is
  /// too long, what it is like tells it from others that begin alike.
  init(_ definition: JSONValue, place: Int) {
    let name = CutText((definition["name"]?.text ?? "#\(place)").utf8, limit: Self.nameLimit)
    let mark = name.wasCut ? "...\(Fingerprint(definition["name"] ?? .null))" : ""
    self.init(name: name.text + mark, definition: definition)
  }

  package init(name: String, definition: JSONValue) {
    self.name = name
    fingerprint = Fingerprint(definition)
    description = Fingerprint(definition["description"] ?? .null)
  }
}

/// The first eight bytes of the SHA-256 of a JSON value in its one canonical spelling.
package struct Fingerprint: Hashable, Comparable, Sendable, CustomStringConvertible {
  private let bits: UInt64

  package init(_ value: JSONValue) {
    var hash = SHA256()
    value.feed(&hash)
    self.init(hash)
  }

  /// Over several fingerprints, in whatever order they come.
  package init(of parts: some Sequence<Fingerprint>) {
    var hash = SHA256()
    for part in parts.sorted() { hash.update(part.description.utf8) }
    self.init(hash)
  }

  private init(_ hash: SHA256) {
    bits = hash.digest().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  package static func < (left: Fingerprint, right: Fingerprint) -> Bool { left.bits < right.bits }

  /// Sixteen hexadecimal digits.
  package var description: String {
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension JSONValue {
  /// Feeds the value in one spelling: each kind with its mark and its length, members by their names' bytes.
  fileprivate func feed(_ hash: inout SHA256) {
    switch self {
    case .null: hash.update("n".utf8)
    case .flag(let flag): hash.update(flag ? "t".utf8 : "f".utf8)
    case .number(let number): hash.update("#\(number);".utf8)
    case .text(let text): hash.update("\"\(text.utf8.count):\(text)".utf8)
    case .list(let values):
      hash.update("[\(values.count):".utf8)
      for value in values { value.feed(&hash) }
    case .object(let members):
      hash.update("{\(members.count):".utf8)
      for (name, value) in members.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
        JSONValue.text(name).feed(&hash)
        value.feed(&hash)
      }
    }
  }
}
