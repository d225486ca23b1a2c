/// A value with the place where it stands.
struct Located<Value: Sendable>: Sendable {
  let value: Value
  let mark: Mark
}

/// One mapping of one file and the way to it: reads typed fields and says what is wrong with them.
struct Section: Sendable {
  let file: String
  let keys: [String]
  let mapping: Mapping
  /// What LibreChat makes of a wrong value here; ends the remedy.
  var consequence = ""
  /// How fields are written in the file, where that differs from the names that are read here.
  var written: [String: String] = [:]

  /// The place of a field for people.
  func path(_ key: String) -> String { joinedPath(keys + [written[key] ?? key]) }

  func diagnostic(
    _ severity: Diagnostic.Severity, _ key: String, at mark: Mark?, _ problem: String, remedy: String = ""
  ) -> Diagnostic {
    Diagnostic(file: file, mark: mark, severity, path: path(key), problem, remedy: remedy)
  }

  /// True or false and nothing else.
  func flag(_ key: String, _ findings: inout Findings) -> Located<Bool>? {
    guard let node = mapping[key] else { return nil }
    if case .flag(let value) = node.scalar?.value { return Located(value: value, mark: node.mark) }
    wrongKind(node, key, "true or false", remedy: "write true or false without quotes", &findings)
    return nil
  }

  /// A whole number within a range; `unit` completes "a whole number of ...".
  func integer(
    _ key: String, in range: ClosedRange<Int>, unit: String = "", _ findings: inout Findings
  ) -> Located<Int>? {
    guard let node = mapping[key] else { return nil }
    let what = "a whole number" + (unit.isEmpty ? "" : " of \(unit)")
    guard let value = node.scalar?.value.whole else {
      let remedy =
        node.scalar?.value == .text
        ? "write digits without quotes and without a unit" : "write digits"
      if case .number = node.scalar?.value {
        findings.add(
          diagnostic(.error, key, at: node.mark, "must be \(what)", remedy: "write digits only\(consequence)")
        )
      } else {
        wrongKind(node, key, what, remedy: remedy, &findings)
      }
      return nil
    }
    guard range.contains(value) else {
      findings.add(
        diagnostic(
          .error, key, at: node.mark,
          "must be \(what) from \(range.lowerBound) to \(range.upperBound), not \(value)",
          remedy: "write a number of that range\(consequence)"))
      return nil
    }
    return Located(value: value, mark: node.mark)
  }

  /// Text, quoted or plain; what YAML reads as a number, a flag or a date is none.
  func text(_ key: String, _ findings: inout Findings) -> Located<String>? {
    guard let node = mapping[key] else { return nil }
    return text(of: node, key, &findings)
  }

  func text(of node: Node, _ key: String, _ findings: inout Findings) -> Located<String>? {
    if let scalar = node.scalar, scalar.value == .text { return Located(value: scalar.text, mark: node.mark) }
    if let inner = node.mapping, inner.isFlow {
      findings.add(
        diagnostic(
          .error, key, at: node.mark, "starts with '{', so YAML reads a mapping, not text",
          remedy: inner.entries.contains { $0.isComplex }
            ? "put the placeholder in quotes: \"{{NAME}}\"\(consequence)"
            : "put the value in quotes\(consequence)"))
      return nil
    }
    let remedy =
      node.scalar == nil
      ? "write one text" : node.isNull ? "write a text or remove the line" : "put it in quotes"
    wrongKind(node, key, "text", remedy: remedy, &findings)
    return nil
  }

  /// One of a few words.
  func choice(_ key: String, _ words: [String], _ findings: inout Findings) -> Located<String>? {
    guard let word = text(key, &findings) else { return nil }
    guard words.contains(word.value) else {
      let meant = suggestion(for: word.value, among: words).map { "did you mean \($0)?" }
      findings.add(
        diagnostic(
          .error, key, at: word.mark, "must be \(alternatives(words))",
          remedy: (meant ?? "write one of these words") + consequence))
      return nil
    }
    return word
  }

  /// A mapping inside this one.
  func section(_ key: String, _ findings: inout Findings) -> Section? {
    mapping[key].flatMap { section(of: $0, key, &findings) }
  }

  /// The same of an entry that is at hand: whoever goes through thousands looks for none of them.
  func section(of node: Node, _ key: String, _ findings: inout Findings) -> Section? {
    guard let inner = node.mapping else {
      wrongKind(node, key, "a mapping", remedy: "write 'name: value' lines below it, indented", &findings)
      return nil
    }
    return Section(file: file, keys: keys + [written[key] ?? key], mapping: inner, consequence: consequence)
  }

  /// A list of texts.
  func texts(_ key: String, _ findings: inout Findings) -> [Located<String>]? {
    guard let node = mapping[key] else { return nil }
    guard let items = node.items else {
      wrongKind(node, key, "a list", remedy: "write [one, two] or '- one' lines", &findings)
      return nil
    }
    let inner = Section(
      file: file, keys: keys + [written[key] ?? key], mapping: Mapping(), consequence: consequence)
    return items.enumerated().compactMap { inner.text(of: $1, "[\($0)]", &findings) }
  }

  /// Every entry as name and text.
  func textMap(_ key: String, _ findings: inout Findings) -> [(entry: Entry, text: Located<String>)] {
    guard let inner = section(key, &findings) else { return [] }
    return inner.mapping.entries.compactMap { entry in
      // A name without a value is a word that stands alone in braces, as a forgotten name leaves a secret
      // there.
      let name = entry.value.isNull && !isPlainName(entry.key) ? hiddenName(entry.key) : entry.key
      return inner.text(of: entry.value, name, &findings).map { (entry, $0) }
    }
  }

  /// The same of a file whose program takes numbers and flags for text, and nothing for "not there".
  func looseTextMap(_ key: String, _ findings: inout Findings) -> [(entry: Entry, text: Located<String>)] {
    guard mapping[key]?.isNull != true, let inner = section(key, &findings) else { return [] }
    return inner.mapping.entries.compactMap { entry in
      if let scalar = entry.value.scalar {
        if scalar.value == .null {
          // Nothing at all is a word that stands alone in braces, as a forgotten name leaves a secret there.
          if scalar.text.isEmpty {
            let name = isPlainName(entry.key) ? entry.key : hiddenName(entry.key)
            inner.wrongKind(entry.value, name, "text", remedy: "write a text or remove it", &findings)
          }
          return nil
        }
        return (entry, Located(value: scalar.text, mark: entry.value.mark))
      }
      return inner.text(of: entry.value, entry.key, &findings).map { (entry, $0) }
    }
  }

  /// A text, or a number or flag as it is written; nothing else, without a word.
  func looseText(_ key: String) -> Located<String>? {
    guard let node = mapping[key], let scalar = node.scalar, scalar.value != .null else { return nil }
    return Located(value: scalar.text, mark: node.mark)
  }

  /// Warns of keys that nobody knows, with the one that was probably meant. Where others may have keys of
  /// their own, one that is like none of ours is worth a notice only.
  func checkKeys(
    _ known: [String], consequence: String, strangers: Diagnostic.Severity = .warning,
    _ findings: inout Findings
  ) {
    for entry in mapping.entries where !known.contains(entry.key) {
      let meant = suggestion(for: entry.key, among: known).map { "did you mean \($0)?" }
      // A key without a value is a word that stands alone in braces, as a forgotten name leaves a secret
      // there.
      let name = meant == nil && entry.value.isNull ? hiddenName(entry.key) : entry.key
      findings.add(
        diagnostic(
          meant == nil ? strangers : .warning, name, at: entry.mark, "unknown key, \(consequence)",
          remedy: meant ?? ""))
    }
  }

  func wrongKind(
    _ node: Node, _ key: String, _ wanted: String, remedy: String, _ findings: inout Findings
  ) {
    findings.add(
      diagnostic(
        .error, key, at: node.mark, "must be \(wanted), not \(node.kind)", remedy: remedy + consequence))
  }
}

extension ScalarValue {
  /// A number without a fraction, however written: JavaScript knows no other integers.
  var whole: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }
}
