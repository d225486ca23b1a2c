import MCPWire

// Secrets that nobody configured: a server that prints the key it was started with, a process that repeats
// a header. Of what is spoken nothing is masked by its look alone but the keys that services make known by
// their beginnings; all else by what stands before it, because the texts of servers are full of ids.

/// Where in a text stands what is said to be a secret: behind the name of one, behind the scheme of a
/// header, or with a known beginning.
func spokenSecrets(in text: [UInt8]) -> [Range<Int>] {
  var found: [Range<Int>] = []
  var place = 0
  var name = 0..<0
  while place < text.count {
    guard isSpoken(text[place]) else {
      place += 1
      continue
    }
    let end = text[place...].firstIndex { !isSpoken($0) } ?? text.count
    let word = trimmed(place..<end, text)
    place = end
    let means = link(text, from: name, to: word)
    let isOfScheme = means == .blank && isScheme(text[name])
    if means == .joint && isSecretName(text[name]) || isOfScheme {
      let value = trimmed(
        word.lowerBound..<(text[word.lowerBound...].firstIndex { isEnd($0) } ?? text.count), text)
      if isScheme(text[word]) {
        name = word
        continue
      }
      if isTelling(text[value]) {
        found.append(value)
        (place, name) = (value.upperBound, 0..<0)
        continue
      }
    }
    if word.count >= 20, hasKeyBeginning(text[word]), text[word].contains(where: isDigit) {
      found.append(word)
    }
    name = word
  }
  return found
}

private enum Link { case none, blank, joint }

/// What stands between two words: `NAME=value`, `"name": "value"`, `Name: value`, `Bearer value`.
private func link(_ text: [UInt8], from name: Range<Int>, to word: Range<Int>) -> Link {
  guard !name.isEmpty, word.lowerBound > name.upperBound, word.lowerBound - name.upperBound <= 6 else {
    return .none
  }
  let between = text[name.upperBound..<word.lowerBound]
  guard between.allSatisfy({ " \"'\\:=".utf8.contains($0) }) else { return .none }
  let joints = between.count { ":=".utf8.contains($0) }
  return joints == 1 ? .joint : joints == 0 && between.allSatisfy { $0 == UInt8(ascii: " ") } ? .blank : .none
}

/// Without the dots that end a sentence.
private func trimmed(_ range: Range<Int>, _ text: [UInt8]) -> Range<Int> {
  range.lowerBound..<((text[range].lastIndex { $0 != UInt8(ascii: ".") } ?? range.lowerBound - 1) + 1)
}

private func isSecretName(_ bytes: ArraySlice<UInt8>) -> Bool {
  bytes.count <= 64 && isSecretName(String(decoding: bytes, as: UTF8.self))
}

private func isScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
  bytes.count <= 6 && SecretWord.isScheme(String(decoding: bytes, as: UTF8.self))
}

/// Whether what stands in the place of a secret is one: `required`, `3600` and `30000ms` are none.
private func isTelling(_ value: ArraySlice<UInt8>) -> Bool {
  guard value.count >= 8, let first = value.first else { return false }
  let hasLetter = value.contains { (0x41...0x5A).contains($0 & 0xDF) }
  guard hasLetter else { return value.count >= 16 }
  return value.count >= 20 || value.contains(where: isDigit) && (!isDigit(first) || value.count >= 12)
}

private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

/// A letter of a word, as names and keys have them.
private func isSpoken(_ byte: UInt8) -> Bool {
  isWordByte(byte) && byte < 0x80 || "-.~+/".utf8.contains(byte)
}

/// What ends a value that may hold any sign.
private func isEnd(_ byte: UInt8) -> Bool { byte <= 0x20 || "\"'`,;&<>()[]{}\\".utf8.contains(byte) }
