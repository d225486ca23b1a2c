// What editors and their JSON allow and YAML does not.

/// A JSON text with its comments blanked out, its surrogates written as YAML writes them, and a space
/// behind the colon of a name without quotes; any other text as it is. No byte moves to another line, and
/// none but those behind a pair or such a name to another column.
func readableJSON(_ bytes: [UInt8]) -> [UInt8] {
  guard isJSON(bytes) else { return bytes }
  var result: [UInt8] = []
  result.reserveCapacity(bytes.count)
  var place = 0
  var isQuoted = false
  var keys = KeyWatch()
  while place < bytes.count {
    let byte = bytes[place]
    if isQuoted {
      if byte == 0x5C {
        place = copyEscape(bytes, at: place, to: &result)
        continue
      }
      isQuoted = byte != 0x22
    } else if byte == 0x22 {
      isQuoted = true
    } else if byte == 0x2F, place + 1 < bytes.count, isBesideValues(bytes, place),
      bytes[place + 1] == 0x2F || bytes[place + 1] == 0x2A
    {
      let end = endOfComment(bytes, from: place)
      result += bytes[place..<end].map { $0 == 0x0A || $0 == 0x0D ? $0 : 0x20 }
      place = end
      continue
    } else if keys.ends(byte), place + 1 < bytes.count, place > 0, isWordByte(bytes[place - 1]),
      bytes[place + 1] > 0x20, bytes[place + 1] != 0x2F
    {
      // YAML wants a space behind the colon of a name without quotes.
      result += [byte, 0x20]
      place += 1
      continue
    }
    result.append(byte)
    place += 1
  }
  return result
}

private func isWordByte(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x24, 0x2D: true
  default: false
  }
}

/// Knows where in a JSON text a name may stand.
private struct KeyWatch {
  private var brackets: [UInt8] = []
  private var isAtKey = false

  /// Takes the next byte outside of strings; true when it is the colon behind a name.
  mutating func ends(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x7B, 0x5B:
      // Deeper than any limit, only the innermost matters.
      if brackets.count < 1_000 { brackets.append(byte) }
      isAtKey = byte == 0x7B
    case 0x7D, 0x5D:
      _ = brackets.popLast()
      isAtKey = false
    case 0x2C: isAtKey = brackets.last == 0x7B
    case 0x3A:
      defer { isAtKey = false }
      return isAtKey
    default: break
    }
    return false
  }
}

/// Whether a text starts as JSON objects do, comments before it left out.
private func isJSON(_ bytes: [UInt8]) -> Bool {
  var place = 0
  while place < bytes.count {
    switch bytes[place] {
    case 0x20, 0x09, 0x0A, 0x0D: place += 1
    case 0x2F where place + 1 < bytes.count && (bytes[place + 1] == 0x2F || bytes[place + 1] == 0x2A):
      place = endOfComment(bytes, from: place)
    default: return bytes[place] == 0x7B
    }
  }
  // Nothing but comments.
  return true
}

/// Two slashes inside a word, as in a plain `http://host`, begin no comment.
private func isBesideValues(_ bytes: [UInt8], _ place: Int) -> Bool {
  place == 0 || " \t\r\n,{}[]\"".utf8.contains(bytes[place - 1])
}

private func endOfComment(_ bytes: [UInt8], from start: Int) -> Int {
  if bytes[start + 1] == 0x2F { return bytes[start...].firstIndex(of: 0x0A) ?? bytes.count }
  var place = start + 2
  while place + 1 < bytes.count {
    if bytes[place] == 0x2A, bytes[place + 1] == 0x2F { return place + 2 }
    place += 1
  }
  return bytes.count
}

/// What `\uD83D\uDE00` stands for, which YAML writes in one.
enum Surrogates: Equatable {
  case pair(UInt32)
  /// One without the other: JavaScript keeps it, nobody can show it.
  case half

  /// What stands at a backslash; absent for any other escape.
  init?(_ bytes: [UInt8], at place: Int) {
    func unit(_ start: Int) -> UInt32? {
      guard start + 6 <= bytes.count, bytes[start] == 0x5C, bytes[start + 1] == 0x75 else { return nil }
      return UInt32(String(decoding: bytes[(start + 2)..<(start + 6)], as: UTF8.self), radix: 16)
    }
    guard let first = unit(place), (0xD800...0xDFFF).contains(first) else { return nil }
    guard first < 0xDC00, let low = unit(place + 6), (0xDC00...0xDFFF).contains(low) else {
      self = .half
      return
    }
    self = .pair(0x10000 + (first - 0xD800) << 10 + (low - 0xDC00))
  }
}

/// Copies an escape in the form that libyaml reads; answers where it ends. Half a character becomes the one
/// that stands for what cannot be shown, so that it spoils no more than itself.
func copyEscape(_ bytes: [UInt8], at place: Int, to result: inout [UInt8]) -> Int {
  switch Surrogates(bytes, at: place) {
  case .pair(let character):
    result += Array("\\U".utf8) + hexadecimal(character, digits: 8)
    return place + 12
  case .half:
    result += Array("\\uFFFD".utf8)
    return place + 6
  case nil:
    let end = min(place + 2, bytes.count)
    result += bytes[place..<end]
    return end
  }
}

private func hexadecimal(_ value: UInt32, digits: Int) -> [UInt8] {
  let text = String(value, radix: 16)
  return Array((String(repeating: "0", count: max(0, digits - text.count)) + text).utf8)
}
