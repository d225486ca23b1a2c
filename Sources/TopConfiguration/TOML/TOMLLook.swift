/// Whether a text without a telling name is TOML: its first line that says something is `[section]` or
/// `key = value`.
func looksLikeTOML(_ bytes: [UInt8]) -> Bool {
  for line in bytes.split(separator: 0x0A).prefix(200) {
    let text = trim(String(decoding: line.prefix(200), as: UTF8.self))
    if text.isEmpty || text.hasPrefix("#") { continue }
    if text.hasPrefix("["), text.hasSuffix("]") {
      let inner = text.drop { $0 == "[" }.prefix { $0 != "]" }
      return !inner.isEmpty && inner.allSatisfy { $0.isLetter || $0.isNumber || "_-.\"' ".contains($0) }
    }
    guard let equals = text.firstRange(of: " = ") else { return false }
    return text[..<equals.lowerBound].allSatisfy { $0.isLetter || $0.isNumber || "_-.\"'".contains($0) }
  }
  return false
}
