// Texts that hold servers in a way that cannot be taken: they are named for what they are.

/// Where a template language begins that is no YAML: blocks of Jinja, Handlebars, Helm. Absent in a plain
/// text; values such as `{{NAME}}` in quotes are LibreChat's own.
func template(in bytes: [UInt8], _ path: String) -> Mark? {
  guard bytes.contains(0x7B) else { return nil }
  var line = 1
  for text in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
    defer { line += 1 }
    let start = text.drop { $0 == 0x20 || $0 == 0x09 }
    guard start.first == 0x7B, start.count > 2 else { continue }
    let column = start.startIndex - text.startIndex + 1
    let rest = start.dropFirst()
    // `{%` and `{#` begin no value of YAML or JSON.
    if rest.first == 0x25 { return Mark(line: line, column: column) }
    guard rest.first == 0x7B else { continue }
    let word = rest.dropFirst().drop { $0 == 0x20 || $0 == 0x2D }
    let begins = ["#", "/", "if ", "range ", "with ", "end", "else", "include ", "define ", "toYaml ", "- "]
    if begins.contains(where: { word.starts(with: $0.utf8) }) { return Mark(line: line, column: column) }
  }
  return nil
}
