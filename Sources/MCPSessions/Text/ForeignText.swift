import MCPWire

/// What somebody else said: a server, a proxy, a library, a file. Printable, of bounded length, and without
/// what must not be shown.
///
/// This is the only way in for such words. It is made in one order, which cannot be changed by who makes it:
/// what must not be shown is masked, then the rest is cut, then it is made fit for a terminal. Cut first,
/// half a secret would be left over; made printable first, a secret would no longer look like itself.
package struct ForeignText: Hashable, Sendable, CustomStringConvertible {
  /// The text as it may be shown anywhere.
  package let text: String

  /// Words that reached us from a server, or on the way to it. Where they were cut, their end may be the
  /// beginning of a secret.
  init(_ words: CutText, through gate: Gate, limit: Int = PrintableText.detailLimit) {
    text = PrintableText.line(gate.masked(words, limit: limit), limit: limit)
  }

  /// Words of this machine in which no server had a say: a path, the system's name of an error, what the
  /// configuration's reader says of a file. Who makes them keeps secrets out of them.
  package init(local words: String, limit: Int = PrintableText.detailLimit) {
    text = PrintableText.line(words, limit: limit)
  }

  /// What this program wrote down earlier. Secrets were masked then; whether the file is what it claims to be
  /// is not known, so it is cut and made printable anew.
  package init(recorded words: String, limit: Int = PrintableText.detailLimit) {
    text = PrintableText.line(words, limit: limit)
  }

  package var description: String { text }
  package var isEmpty: Bool { text.isEmpty }
}

/// All that must not be shown in a text of one session: what belongs to its own server, and what is known of
/// all.
struct Gate: Sendable {
  let own: Redactor
  let known: KnownSecrets
  /// Whose texts they are: its own short ids are masked, others' are not.
  var session: SessionKey?

  /// Words as people may see them.
  func text(_ words: CutText, limit: Int = PrintableText.detailLimit) -> ForeignText {
    ForeignText(words, through: self, limit: limit)
  }

  /// Words of which whoever made them cut nothing off. What is as long as a text that is cut while it is read
  /// counts as one, even so.
  func text(whole words: String, limit: Int = PrintableText.detailLimit) -> ForeignText {
    text(CutText(words, wasCut: words.utf8.count > CutText.limit - 4), limit: limit)
  }

  /// A URI reference as people may see it: where it leads, and not what it carries.
  func reference(_ reference: String, limit: Int = PrintableText.detailLimit) -> ForeignText {
    text(CutText(reference, wasCut: reference.utf8.count >= 2_048), limit: limit)
  }

  /// Masks what must not be shown in as much of a text as `limit` characters of it can need.
  fileprivate func masked(_ words: CutText, limit: Int) -> String {
    let redactors = ([own] + known.redactors(for: session)).filter { !$0.isEmpty }
    // A secret is longer than its mask, so more is looked at than can be shown: the longest, and a few more;
    // never all of a megabyte.
    let longest = redactors.map(\.longestKnown).max() ?? 0
    let window = min(words.text.utf8.count, 4 * limit + 4 * longest + 1_024)
    let bytes = Array(words.text.utf8.prefix(window))
    let isShort = window < words.text.utf8.count
    let isCut = words.wasCut || isShort
    let text = redactors.isEmpty ? nil : SearchedText(bytes, isCut: isCut)
    let known = text.map { text in redactors.flatMap { $0.matches(in: text) } } ?? []
    let covered = merged(known + spokenSecrets(in: bytes))
    return String(
      decoding: maskingAddresses(covered.isEmpty ? bytes : mask(covered, in: bytes), isCut: isCut),
      as: UTF8.self) + (isShort ? "..." : "")
  }
}

private let mask: [UInt8] = Array("•••".utf8)

private func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
  var result: [Range<Int>] = []
  for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
    if let last = result.last, range.lowerBound <= last.upperBound {
      result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
    } else {
      result.append(range)
    }
  }
  return result
}

private func mask(_ covered: [Range<Int>], in bytes: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  var place = 0
  for range in covered {
    result += bytes[place..<range.lowerBound]
    result += mask
    place = range.upperBound
  }
  return result + bytes[place...]
}
