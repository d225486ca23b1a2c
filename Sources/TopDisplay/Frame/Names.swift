import MCPSessions

// Names that are too long for their column, cut so that no two of a list look alike.

/// The names that do not fit into `width` cells, as they are shown: beginning and end, or where many begin
/// and end alike, the part in which they differ. Those that fit are left out.
func shortened(_ names: [String], to width: Int, isASCII: Bool) -> [ExactText: String] {
  let long = Set(names.filter { columns(of: $0) > width }.map { ExactText($0) })
  guard !long.isEmpty, width >= 5 else { return [:] }
  let sign = isASCII ? ">" : "…"
  let fitting = Set(names.map { ExactText($0) }).subtracting(long)
  var result: [ExactText: String] = [:]
  var taken = fitting
  func cut(_ name: ExactText) -> ExactText {
    let name = name.text
    let end = (width - 1) / 2
    return ExactText(String(name.prefix(width - 1 - end)) + sign + String(name.suffix(end)))
  }
  for (look, group) in Dictionary(grouping: long.sorted(), by: cut) {
    if group.count == 1, taken.insert(look).inserted {
      result[group[0]] = look.text
      continue
    }
    let letters = group.map { Array($0.text) }
    let first = letters.dropFirst().reduce(letters[0].count) { common, name in
      min(common, zip(letters[0], name).prefix { $0 == $1 }.count)
    }
    for (name, letters) in zip(group, letters) {
      let rest = letters.dropFirst(max(0, first - 1))
      let fits = rest.count <= width - 1
      let look = sign + String(rest.prefix(fits ? width - 1 : width - 2)) + (fits ? "" : sign)
      result[name] = taken.insert(ExactText(look)).inserted ? look : numbered(name.text, width, &taken)
    }
  }
  return result
}

/// The last resort: a number.
private func numbered(_ name: String, _ width: Int, _ taken: inout Set<ExactText>) -> String {
  var number = 1
  while true {
    let end = "~\(number)"
    let look = String(name.prefix(max(1, width - end.count))) + end
    if taken.insert(ExactText(look)).inserted || end.count >= width { return look }
    number += 1
  }
}
