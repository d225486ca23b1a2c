import Sessions

/// Takes the fields of one mapping and says what is wrong with each; a wrong one never hides the next.
struct Fields {
  let path: String
  let mark: Mark
  private let node: YAMLNode

  /// Fails, with a finding, when the value is no mapping.
  init?(_ node: YAMLNode, path: String, _ findings: inout Findings) {
    guard node.entries != nil else {
      findings.error(node.mark, path, "\(node.value.kind) where a mapping is due", "write `key: value` lines under it")
      return nil
    }
    self.node = node
    self.path = path
    mark = node.mark
  }

  subscript(name: String) -> YAMLNode? { node[name] }

  func path(_ name: String) -> String { "\(path).\(name)" }

  /// Warns of keys that nothing reads, with a guess at what was meant.
  func reportUnknown(known: [String], consequence: String, _ findings: inout Findings) {
    for entry in node.entries ?? [] where !known.contains(entry.key) {
      let guess = closest(to: entry.key, among: known).map { "did you mean \($0)?" } ?? "remove it"
      findings.warning(entry.keyMark, path(entry.key), "unknown key: \(consequence)", guess)
    }
  }

  func text(_ name: String, _ findings: inout Findings) -> (text: String, mark: Mark)? {
    guard let node = self[name] else { return nil }
    if case .text(let text) = node.value { return (text, node.mark) }
    findings.error(node.mark, path(name), "\(node.value.kind) where text is due", "put the value in quotes")
    return nil
  }

  func bool(_ name: String, _ findings: inout Findings) -> Bool? {
    guard let node = self[name] else { return nil }
    if case .bool(let flag) = node.value { return flag }
    findings.error(node.mark, path(name), "\(node.value.kind) where true or false is due", "write true or false")
    return nil
  }

  func integer(_ name: String, _ range: ClosedRange<Int>, unit: String, _ findings: inout Findings) -> Int? {
    guard let node = self[name] else { return nil }
    guard case .integer(let number) = node.value else {
      findings.error(node.mark, path(name), "\(node.value.kind) where a whole number of \(unit) is due", "write digits only")
      return nil
    }
    guard range.contains(number) else {
      findings.error(
        node.mark, path(name), "\(number) is out of range",
        "use \(range.lowerBound) to \(range.upperBound) \(unit)")
      return nil
    }
    return number
  }

  func milliseconds(
    _ name: String, _ range: ClosedRange<Int> = 1...2_147_483_647, _ findings: inout Findings
  ) -> Duration? {
    integer(name, range, unit: "milliseconds", &findings).map { .milliseconds($0) }
  }
}
