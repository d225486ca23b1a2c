package import MCPWire

/// Words of this program for people: a cause, an event's text, a piece of advice.
///
/// It can be written only as a literal in the code, and what stands in its gaps only be a number, one of our
/// own closed words, or a text that passed the gate. So nothing from outside reaches a screen, a log or an
/// export by another way: a plain `String` does not fit, and the compiler says so.
package struct Sentence: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  /// Words of others, alone.
  package init(_ foreign: ForeignText) {
    text = foreign.text
  }

  fileprivate init(assembled text: String) {
    self.text = text
  }

  package static let empty: Sentence = ""

  package var description: String { text }
  package var isEmpty: Bool { text.isEmpty }

  package static func + (left: Sentence, right: Sentence) -> Sentence {
    Sentence(assembled: left.text + right.text)
  }

  /// At most `limit` characters; what is in it is free of secrets already, so it may be cut anywhere.
  func cut(to limit: Int) -> Sentence {
    text.utf8.count <= limit ? self : Sentence(assembled: PrintableText.line(text, limit: limit))
  }

  /// The sentences that are there, with `separator` between them.
  static func joined(_ sentences: [Sentence?], separator: StaticString = " ") -> Sentence {
    Sentence(
      assembled: sentences.compactMap(\.?.text).filter { !$0.isEmpty }.joined(separator: "\(separator)"))
  }
}

extension Sentence: ExpressibleByStringInterpolation {
  /// Only the compiler can make one.
  package init(stringLiteral value: StaticString) {
    text = "\(value)"
  }

  package init(stringInterpolation: StringInterpolation) {
    text = stringInterpolation.text
  }

  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    package init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    package mutating func appendLiteral(_ literal: StaticString) { text += "\(literal)" }

    package mutating func appendInterpolation(_ foreign: ForeignText) { text += foreign.text }
    package mutating func appendInterpolation(_ sentence: Sentence) { text += sentence.text }
    package mutating func appendInterpolation(_ number: some BinaryInteger) { text += "\(number)" }
    /// The first characters of an id.
    package mutating func appendInterpolation(_ id: SessionID) { text += id.masked }
    /// One word of a closed list.
    package mutating func appendInterpolation<Word>(_ word: Word)
    where Word: CaseIterable & RawRepresentable, Word.RawValue == String {
      text += word.rawValue
    }
    package mutating func appendInterpolation(_ error: MessageError) { text += error.description }
  }
}

/// All cases as a sentence has them: `table, tsv, json or plugin`; `quote` stands on both sides of each.
package func listed<Word: CaseIterable & RawRepresentable<String>>(
  _ type: Word.Type, _ conjunction: String, quote: String = ""
) -> String {
  let words = type.allCases.map { quote + $0.rawValue + quote }
  return [words.dropLast().joined(separator: ", "), words.suffix(1).joined()].filter { !$0.isEmpty }
    .joined(separator: " \(conjunction) ")
}
