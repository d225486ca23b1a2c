import FoundationEssentials

@testable import MCPWire

extension FuzzTarget {
  /// JSON text, held against the reader that comes with the toolchain: the same verdict on every input, and
  /// of what both take the same value, but where a name stands twice in an object, of which RFC 8259 does not
  /// say which counts. A message is JSON exactly when the value is.
  static let json = FuzzTarget(name: "json") { (bytes) throws(Broken) in
    let own = try? JSONValue.read(bytes)
    let reference = referenceValue(of: bytes)
    if own?.isWithinRange != false {
      let isAlike = hasTwins(bytes) ? (own == nil) == (reference == nil) : own == reference
      try promise(isAlike, "reads \(words(own)), the reference \(words(reference))")
    }
    var isMessageJSON = true
    do throws(MessageError) {
      _ = try Message.read(bytes)
    } catch {
      isMessageJSON = error != .notJSON
    }
    try promise(isMessageJSON == (own != nil), "what is passed over is judged in another way")
  }
}

private func words(_ value: JSONValue?) -> String { value.map { "\($0)" } ?? "no JSON" }

/// Whether a name stands twice in an object, as Swift compares texts.
private func hasTwins(_ bytes: [UInt8]) -> Bool {
  var reader = JSONReader(bytes)
  var found = false
  func walk(_ reader: inout JSONReader) throws(MessageError) {
    switch reader.next {
    case .object:
      var names: Set<String> = []
      try reader.members { (name, value) throws(MessageError) in
        if !names.insert(name).inserted { found = true }
        try walk(&value)
      }
    case .list: try reader.elements { (element) throws(MessageError) in try walk(&element) }
    default: try reader.skip()
    }
  }
  try? walk(&reader)
  return found
}

/// RFC 8259 leaves out UTF-16 and UTF-32, which the reference takes as well.
private func referenceValue(of bytes: [UInt8]) -> JSONValue? {
  guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(0) else { return nil }
  return (try? JSONDecoder().decode(Reference.self, from: Data(bytes)))?.value
}

private struct Reference: Decodable {
  let value: JSONValue

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      value = .null
    } else if let members = try? container.decode([String: Reference].self) {
      value = .object(members.mapValues(\.value))
    } else if let text = try? container.decode(String.self) {
      value = .text(text)
    } else if let number = try? container.decode(Double.self) {
      value = .number(number)
    } else if let flag = try? container.decode(Bool.self) {
      value = .flag(flag)
    } else {
      value = .list(try container.decode([Reference].self).map(\.value))
    }
  }
}

extension JSONValue {
  /// Numbers that no Double holds are refused by the reference, though RFC 8259 sets them no bound.
  fileprivate var isWithinRange: Bool {
    switch self {
    case .number(let number): abs(number) < .greatestFiniteMagnitude
    case .list(let values): values.allSatisfy(\.isWithinRange)
    case .object(let members): members.values.allSatisfy(\.isWithinRange)
    case .null, .flag, .text: true
    }
  }
}
