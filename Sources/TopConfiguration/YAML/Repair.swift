// What js-yaml reads and libyaml does not. Used only on a text that libyaml refused, so that nothing else is
// touched.

/// The text with blank lines and comments freed of tabs, names of anchors written with letters that libyaml
/// knows, and surrogates in double quotes put together. Nothing moves to another line.
func repaired(_ bytes: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(bytes.count)
  var place = 0
  var quote: UInt8?
  var isComment = false
  while place < bytes.count {
    let byte = bytes[place]
    let before = place == 0 ? 0x0A : bytes[place - 1]
    let next = place + 1 < bytes.count ? bytes[place + 1] : 0x0A
    if before == 0x0A {
      isComment = false
      if quote == nil, let end = endOfEmptyIndentation(bytes, from: place), end > place {
        result += [UInt8](repeating: 0x20, count: end - place)
        place = end
        continue
      }
    }
    if let open = quote {
      if byte == 0x5C, open == 0x22 {
        place = copyEscape(bytes, at: place, to: &result)
        continue
      }
      if byte == 0x27, open == byte, next == byte {
        result += [byte, byte]
        place += 2
        continue
      }
      if byte == open { quote = nil }
    } else if isComment {
      // Nothing in it matters.
    } else if byte == 0x23, before == 0x20 || before == 0x09 || before == 0x0A {
      isComment = true
    } else if byte == 0x22 || byte == 0x27, isValueStart(before) || before == 0x3A {
      quote = byte
    } else if byte == 0x26 || byte == 0x2A, isValueStart(before) {
      result.append(byte)
      place += 1
      place = appendName(bytes, from: place, to: &result)
      continue
    }
    result.append(byte)
    place += 1
  }
  return result
}

/// The end of an indentation with a tab in it that indents nothing: the line is blank or a comment.
private func endOfEmptyIndentation(_ bytes: [UInt8], from start: Int) -> Int? {
  let indentation = bytes[start...].prefix { $0 == 0x20 || $0 == 0x09 }
  guard indentation.contains(0x09) else { return nil }
  let end = indentation.endIndex
  return end == bytes.count || [0x0A, 0x0D, 0x23].contains(bytes[end]) ? end : nil
}

/// Copies the name of an anchor or an alias; answers where it ends.
private func appendName(_ bytes: [UInt8], from start: Int, to result: inout [UInt8]) -> Int {
  var place = start
  while place < bytes.count {
    let byte = bytes[place]
    let next = place + 1 < bytes.count ? bytes[place + 1] : 0x0A
    if isValueStart(byte) || byte == 0x5D || byte == 0x7D || byte == 0x0D { break }
    if byte == 0x3A, isValueStart(next) || next == 0x0D { break }
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: result.append(byte)
    case 0x80...0xBF: break  // the rest of a character
    default: result.append(0x5F)
    }
    place += 1
  }
  return place
}

private func isValueStart(_ before: UInt8) -> Bool { " \t\n[{,".utf8.contains(before) }
