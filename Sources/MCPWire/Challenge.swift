/// What a server wants to be shown first: one challenge of `WWW-Authenticate` (RFC 9110 section 11.6.1).
package struct Challenge: Hashable, Sendable {
  /// In small letters: `bearer`, `basic`.
  package let scheme: String
  /// By name in small letters; the first of a name counts.
  package let parameters: [String: String]
  /// The header went on behind what was kept of it.
  private var wasCut = false

  /// A parameter, to be told.
  package func told(_ name: String) -> CutText? { parameters[name].map { CutText($0, wasCut: wasCut) } }

  package init(scheme: String, parameters: [String: String]) {
    self.scheme = scheme
    self.parameters = parameters
  }

  /// The challenges of one header, in order. What cannot be read is left out; it is never a reason to stop.
  package static func read(_ value: String) -> [Challenge] {
    var reader = Reader(rest: Array(value.utf8.prefix(limit))[...])
    var challenges = reader.challenges()
    if value.utf8.count >= keptLimit { for index in challenges.indices { challenges[index].wasCut = true } }
    return challenges
  }

  /// More of a header than this is not looked at, in bytes.
  private static let limit = 8_192
  /// Who reads heads keeps so much of a header, or a little more.
  private static let keptLimit = 2_048
  private static let countLimit = 32

  private struct Reader {
    var rest: ArraySlice<UInt8>

    mutating func challenges() -> [Challenge] {
      var found: [Challenge] = []
      var scheme: String?
      var parameters: [String: String] = [:]
      func close() {
        if let scheme, found.count < countLimit {
          found.append(Challenge(scheme: scheme, parameters: parameters))
        }
      }
      while !rest.isEmpty, found.count < countLimit {
        skip(" \t,")
        guard let name = token() else {
          rest = rest.dropFirst()
          continue
        }
        skip(" \t")
        if take("="), let value = quoted() ?? parameterToken() {
          if scheme != nil, parameters.count < countLimit, parameters[name] == nil {
            parameters[name] = value
          }
        } else {
          close()
          (scheme, parameters) = (name, [:])
        }
      }
      close()
      return found
    }

    private mutating func skip(_ characters: String) {
      rest = rest.drop { characters.utf8.contains($0) }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard rest.first == UInt8(ascii: character) else { return false }
      rest = rest.dropFirst()
      skip(" \t")
      return true
    }

    private mutating func token() -> String? {
      let token = rest.prefix { isTokenByte($0) }
      rest = rest[token.endIndex...]
      return token.isEmpty ? nil : String(decoding: token, as: UTF8.self).lowercased()
    }

    /// A value without quotes, as some servers send it: up to the next comma or space.
    private mutating func parameterToken() -> String? {
      let token = rest.prefix { !" \t,".utf8.contains($0) }
      rest = rest[token.endIndex...]
      return token.isEmpty ? nil : String(decoding: token, as: UTF8.self)
    }

    private mutating func quoted() -> String? {
      guard rest.first == UInt8(ascii: "\"") else { return nil }
      rest = rest.dropFirst()
      var value: [UInt8] = []
      while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
        guard byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() else {
          value.append(byte)
          continue
        }
        value.append(escaped)
      }
      return String(decoding: value, as: UTF8.self)
    }
  }
}

private func isTokenByte(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
  default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
  }
}
