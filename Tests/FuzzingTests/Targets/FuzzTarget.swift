/// A reader of something from outside, fed with any bytes. Beside not ending the program it keeps a promise,
/// and says in words when that is broken.
struct FuzzTarget: Sendable {
  /// As `make fuzz TARGET=name` calls it; its seeds lie in a folder of this name.
  let name: String
  /// How many times as long as others it takes: where there is little time, it is run that much less often.
  var cost: UInt64 = 1
  let run: @Sendable ([UInt8]) throws(Broken) -> Void

  static let all = [
    configuration, heads, events, json, messages, replies, lines, addresses, recordings, controls, filters,
    keys,
    spans, masking, amounts, conversations,
  ]
}

/// A promise that was not kept.
struct Broken: Error, CustomStringConvertible {
  let description: String
}

/// Keeps a promise, or says which one was broken.
func promise(_ holds: Bool, _ words: @autoclosure () -> String) throws(Broken) {
  if !holds { throw Broken(description: words()) }
}

/// Bytes that are taken from the front, one decision at a time; past their end all decisions are 0.
struct Tape {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isEmpty: Bool { rest.isEmpty }

  mutating func next() -> UInt8 { rest.popFirst() ?? 0 }

  /// One of these.
  mutating func pick<Element>(_ choices: [Element]) -> Element { choices[Int(next()) % choices.count] }

  /// Up to 255 bytes, as text.
  mutating func text() -> String {
    let count = min(Int(next()), rest.count)
    defer { rest = rest.dropFirst(count) }
    return String(decoding: rest.prefix(count), as: UTF8.self)
  }
}

/// The same bytes in pieces, which no reader may notice.
func pieces(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
  var result: [ArraySlice<UInt8>] = []
  var place = 0
  var size = 1
  while place < bytes.count {
    result.append(bytes[place..<min(bytes.count, place + size)])
    place += size
    size = size % 7 + 1
  }
  return result
}
