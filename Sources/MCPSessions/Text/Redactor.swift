/// Knows what must not be shown and finds it in a text, in whatever usual spelling it stands there: in
/// capitals, percent-encoded, as an escape of JSON or of HTML.
///
/// It learns: what is configured, ids of sessions, cookies, whatever appears while the program runs.
struct Redactor: Sendable {
  /// Shorter values are words of everyday text: they are masked where they stand alone, not inside of words.
  private static let shortestInside = 5
  /// A value of one or two bytes is no secret, and masking it would tear holes into every number.
  private static let shortest = 3
  /// The longest value that is looked for, in bytes; of a longer one its beginning.
  private static let longest = 8 * 1_024

  /// Values that are masked wherever they stand.
  private var anywhere = SecretPieces()
  private var alone: [[UInt8]: Int] = [:]
  private var longestAlone = 0
  /// The length of the longest value that ever was known, in bytes.
  private(set) var longestKnown = 0

  init() {}

  var isEmpty: Bool { anywhere.isEmpty && alone.isEmpty }

  /// Masks a value from now on, in each of its spellings that matching does not see through by itself.
  mutating func learn(_ value: String, shortest: Int = Redactor.shortest) {
    for spelling in spellings(of: value) where spelling.count >= shortest { add(spelling, 1) }
  }

  /// Takes back what was learnt as often as it was learnt.
  mutating func forget(_ value: String) {
    for spelling in spellings(of: value) { add(spelling, -1) }
  }

  private func spellings(of value: String) -> Set<[UInt8]> {
    var spellings: Set<[UInt8]> = [folded(value.utf8)]
    if let decoded = percentDecoded(value) { spellings.insert(folded(decoded)) }
    if value.contains(" ") { spellings.insert(folded(value.replacing(" ", with: "+").utf8)) }
    if value.utf8.contains(where: { $0 >= 0x80 }) {
      // Sent as Latin-1 and sent back as it came, a letter is no letter of UTF-8.
      let broken = value.unicodeScalars.map { $0.value < 0x80 ? Character($0) : "\u{FFFD}" }
      spellings.insert(folded(String(broken).utf8))
    }
    return Set(spellings.map { Array($0.prefix(Self.longest)) }.filter { !$0.isEmpty })
  }

  private mutating func add(_ value: [UInt8], _ times: Int) {
    longestKnown = max(longestKnown, value.count)
    guard value.count < Self.shortestInside else { return anywhere.add(value, times) }
    let count = alone[value, default: 0] + times
    alone[value] = count > 0 ? count : nil
    longestAlone = max(longestAlone, value.count)
  }

  // MARK: - Finding

  /// Where in a text something stands that must not be shown. With `isCut` the beginning of a value at the
  /// end of the text counts as one, however short.
  func matches(in text: [UInt8], isCut: Bool) -> [Range<Int>] {
    matches(in: SearchedText(text, isCut: isCut))
  }

  func matches(in text: SearchedText) -> [Range<Int>] {
    guard !isEmpty else { return [] }
    return text.spellings.flatMap { spelling in
      (anywhere.matches(in: spelling.bytes, isCut: text.isCut) + loneWords(in: spelling.bytes))
        .map { spelling.source(of: $0) }
    }
  }

  /// Where short values stand as words of their own.
  private func loneWords(in text: [UInt8]) -> [Range<Int>] {
    guard !alone.isEmpty else { return [] }
    var ranges: [Range<Int>] = []
    var start = 0
    while start < text.count {
      guard isWordByte(text[start]) else {
        start += 1
        continue
      }
      var end = start
      while end < text.count, isWordByte(text[end]) { end += 1 }
      if end - start <= longestAlone, alone[Array(text[start..<end])] != nil { ranges.append(start..<end) }
      start = end
    }
    return ranges
  }
}

extension Redactor {
  /// Learns all that a configured server holds and must not be shown. `shortest` leaves out values that other
  /// servers' texts may hold by chance.
  mutating func learn(_ server: Server, shortest: Int = Redactor.shortest) {
    for secret in server.secrets { learn(secret.revealed, shortest: shortest) }
    for secret in server.process?.secrets ?? [] { learn(field: secret, shortest: shortest) }
    for header in server.headers { learn(field: header.value.revealed, shortest: shortest) }
    for address in [server.endpoint, server.settings.terminateURL].compactMap({ $0 }) {
      learn(address: address.url.revealed, shortest: shortest)
    }
    if let proxy = server.proxy { learn(address: proxy.revealed, shortest: shortest) }
    for account in server.accounts {
      for secret in account.secrets { learn(secret.revealed, shortest: shortest) }
      for header in account.headers { learn(field: header.value.revealed, shortest: shortest) }
      if let address = account.endpoint { learn(address: address.url.revealed, shortest: shortest) }
    }
  }

  /// A header's value: whole, and its parts, because a server may echo a token without its scheme or a cookie
  /// without its name.
  mutating func learn(field value: String, shortest: Int = Redactor.shortest) {
    learn(value, shortest: shortest)
    let separators: Set<UInt8> = Set(" ;,\"".utf8)
    let words = value.utf8.split { separators.contains($0) }.compactMap { String($0) }
    guard words.count > 1 || value.contains("=") else { return }
    // The first word is the scheme, which everybody uses.
    for word in words.dropFirst() + (value.contains("=") ? Array(words.prefix(1)) : []) {
      let shortestPart = max(shortest, Redactor.shortestInside)
      learn(word, shortest: shortestPart)
      let name = word.utf8.prefix { $0 != UInt8(ascii: "=") }
      if name.count < word.utf8.count, let part = String(word.utf8.dropFirst(name.count + 1)) {
        learn(part, shortest: shortestPart)
      }
      let credential = base64Decoded(word).flatMap { String(validating: $0, as: UTF8.self) }
      if words.first?.lowercased() == "basic", let credential {
        learn(credential: credential, shortest: shortest)
      }
    }
  }

  /// `user:password`, its parts, and how it is sent.
  private mutating func learn(credential: String, shortest: Int) {
    for form in [credential, percentDecoded(credential).flatMap { String(validating: $0, as: UTF8.self) }] {
      guard let form else { continue }
      for part in form.split(separator: ":", maxSplits: 1) + [form[...]] {
        learn(String(part), shortest: shortest)
      }
      let encoded = base64(form.utf8)
      learn(encoded, shortest: shortest)
      learn(String(encoded.prefix { $0 != "=" }), shortest: shortest)
    }
  }

  /// What a URL carries: user information, keys in its path, and the values of its query and fragment.
  mutating func learn(address: String, shortest: Int = Redactor.shortest) {
    let rest = address.firstRange(of: "://").map { address[$0.upperBound...] } ?? address[...]
    let authority = rest.prefix { !"/?#".contains($0) }
    if let at = authority.lastIndex(of: "@") {
      learn(credential: String(authority[..<at]), shortest: shortest)
    }
    for key in keysInPath(rest.dropFirst(authority.count).prefix { $0 != "?" && $0 != "#" }) {
      learn(key, shortest: shortest)
    }
    let query = rest.drop { $0 != "?" && $0 != "#" }.dropFirst()
    for pair in query.split(whereSeparator: { "&#;".contains($0) }) {
      let value = pair.contains("=") ? pair.drop { $0 != "=" }.dropFirst() : pair
      learn(String(value), shortest: shortest)
    }
  }
}

/// A byte of a word, a number or a name.
func isWordByte(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF: true
  default: "_-".utf8.contains(byte)
  }
}

/// Without the difference between capitals and small letters of ASCII.
func folded(_ bytes: some Sequence<UInt8>) -> [UInt8] {
  bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
}
