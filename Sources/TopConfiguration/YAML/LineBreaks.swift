// YAML 1.2 breaks lines at line feeds and carriage returns only; libyaml follows YAML 1.1, which has three
// more. In a comment one of those would begin a line of its own, with servers in it that nobody else sees.

/// Characters that stand for the breaks that are none, while libyaml reads the text.
struct HiddenBreaks: Sendable {
  /// NEL, line separator and paragraph separator.
  private static let breaks: [Unicode.Scalar] = ["\u{85}", "\u{2028}", "\u{2029}"]
  /// In the order of `breaks`; of the private use area, none of which occurs in the text.
  private let standIns: [Unicode.Scalar]

  /// The text with each of the three replaced by a character of one column; absent when there is none in it.
  static func hide(in bytes: [UInt8]) -> (text: [UInt8], hidden: HiddenBreaks)? {
    guard bytes.contains(0xC2) || bytes.contains(0xE2) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    var used: Set<Unicode.Scalar> = []
    var hasBreaks = false
    for scalar in text.unicodeScalars where scalar.value >= 0x80 {
      if breaks.contains(scalar) { hasBreaks = true }
      if (0xE000...0xF8FF).contains(scalar.value) { used.insert(scalar) }
    }
    let free = (0xE000...0xF8FF).lazy.compactMap { Unicode.Scalar($0 as UInt32) }.filter {
      !used.contains($0)
    }
    let standIns = Array(free.prefix(breaks.count))
    guard hasBreaks, standIns.count == breaks.count else { return nil }
    let hidden = HiddenBreaks(standIns: standIns)
    return (Array(hidden.replacing(breaks, with: standIns, in: text).utf8), hidden)
  }

  /// A value or key as it stands in the file.
  func restored(_ text: String) -> String { replacing(standIns, with: Self.breaks, in: text) }

  private func replacing(
    _ old: [Unicode.Scalar], with new: [Unicode.Scalar], in text: String
  ) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { result.append(old.firstIndex(of: scalar).map { new[$0] } ?? scalar) }
    return String(result)
  }
}

extension Node {
  /// The same tree with every text passed through `change`.
  func mapTexts(_ change: (String) -> String) -> Node {
    switch content {
    case .scalar(let scalar):
      Node(mark: mark, content: .scalar(Scalar(text: change(scalar.text), value: scalar.value)))
    case .sequence(let items): Node(mark: mark, content: .sequence(items.map { $0.mapTexts(change) }))
    case .mapping(let mapping):
      Node(mark: mark, content: .mapping(mapping.mapTexts(change)))
    }
  }
}

extension Mapping {
  fileprivate func mapTexts(_ change: (String) -> String) -> Mapping {
    var result = self
    for index in result.entries.indices {
      result.entries[index].key = change(result.entries[index].key)
      result.entries[index].value = result.entries[index].value.mapTexts(change)
    }
    return result
  }
}
