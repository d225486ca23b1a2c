// What a server says in a body of its own kind, for people.

/// The words in a body that tell a person most: the description of an OAuth error (RFC 6749, section 5.2),
/// the message of a JSON-RPC error, the detail of a problem (RFC 9457); nil when it is none of these.
func tellingMember(of body: String) -> String? {
  let text = body.utf8.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
  guard text.first == UInt8(ascii: "{") else { return nil }
  for name in ["error_description", "message", "detail", "title", "error", "msg"] {
    if let words = member(name, of: Array(text)), !words.isEmpty { return words }
  }
  return nil
}

/// Whether a body refuses the credentials in the words of OAuth, whatever its status (RFC 6750 section 3.1).
func refusesToken(_ body: String) -> Bool {
  let bytes = Array(body.utf8)
  let word =
    member("error", of: bytes) ?? body.trimming { $0.isWhitespace || "\"'.".contains($0) }.lowercased()
  return ["invalid_token", "expired_token", "token_expired", "insufficient_scope"].contains(word)
}

/// The first text of that name at any depth; of a body that was cut, as much as there is of it.
private func member(_ name: String, of bytes: [UInt8]) -> String? {
  let wanted = Array("\"\(name)\"".utf8)
  var place = 0
  func skipSpace() {
    while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
  }
  while let start = bytes[place...].firstRange(of: wanted)?.lowerBound {
    place = start + wanted.count
    skipSpace()
    guard place < bytes.count, bytes[place] == UInt8(ascii: ":") else { continue }
    place += 1
    skipSpace()
    guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { continue }
    return string(in: bytes[(place + 1)...])
  }
  return nil
}

/// A JSON string up to its closing quote. Escapes that only spell a letter are left as they are.
private func string(in bytes: ArraySlice<UInt8>) -> String {
  var result: [UInt8] = []
  var isEscaped = false
  for byte in bytes {
    if isEscaped {
      isEscaped = false
      switch byte {
      case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"): result.append(0x20)
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(byte)
      default: result += [UInt8(ascii: "\\"), byte]
      }
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == UInt8(ascii: "\"") {
      break
    } else {
      result.append(byte)
    }
  }
  return String(decoding: result, as: UTF8.self)
}
