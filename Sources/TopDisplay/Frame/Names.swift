import MCPSessions

// Names that are too long for their column, cut so that no two of a list look alike.

/// The names that do not fit into `width` cells, as they are shown: beginning and end, or where many begin
/// and end alike, the part in which they differ. Those that fit are left out.
func shortened(_ names: [String], to width: Int, isASCII: Bool) -> [ExactText: String] {
  let long = Set(names.filter { columns(of: $0) > width }.map { ExactText($0) })
  guard !long.isEmpty, width >= 5 else { return [:] }
  let sign = isASCII ? ">" : "…"
  var looks = Looks(taken: Set(names.map { ExactText($0) }).subtracting(long))
  var result: [ExactText: String] = [:]
  func cut(_ name: ExactText) -> ExactText {
    let end = (width - 1) / 2
    return ExactText(beginning(of: name.text, width - 1 - end) + sign + ending(of: name.text, end))
  }
  // In order, so that the same names look alike in every picture.
  let groups = Dictionary(grouping: long.sorted(), by: cut).sorted { $0.key < $1.key }
  for (look, group) in groups {
    if group.count == 1, looks.take(look) {
      result[group[0]] = look.text
      continue
    }
    let letters = group.map { Array($0.text) }
    let first = letters.dropFirst().reduce(letters[0].count) { common, name in
      min(common, zip(letters[0], name).prefix { $0 == $1 }.count)
    }
    for (name, letters) in zip(group, letters) {
      let rest = String(letters.dropFirst(max(0, first - 1)))
      let fits = columns(of: rest) <= width - 1
      let look = sign + (fits ? rest : beginning(of: rest, width - 2) + sign)
      result[name] = looks.take(ExactText(look)) ? look : looks.number(name.text, width)
    }
  }
  return result
}

/// How names of one list look, no two of them alike.
private struct Looks {
  private var taken: Set<ExactText>
  /// The last number that was given behind each beginning.
  private var numbers: [ExactText: Int] = [:]

  init(taken: Set<ExactText>) { self.taken = taken }

  /// False when another name looks so already.
  mutating func take(_ look: ExactText) -> Bool { taken.insert(look).inserted }

  /// The last resort: a number, the first that is free.
  mutating func number(_ name: String, _ width: Int) -> String {
    var digits = 1
    while true {
      let stem = beginning(of: name, max(1, width - 1 - digits)) + "~"
      let (first, last) = (power(of: digits - 1), power(of: digits) - 1)
      let key = ExactText(stem + "\(digits)")
      var number = numbers[key] ?? first - 1
      while number < last {
        number += 1
        numbers[key] = number
        let look = stem + "\(number)"
        if taken.insert(ExactText(look)).inserted || digits + 1 >= width { return look }
      }
      digits += 1
    }
  }

  /// Of ten.
  private func power(of digits: Int) -> Int { (0..<min(digits, 18)).reduce(1) { product, _ in product * 10 } }
}

/// As much of a text as has room in so many cells.
private func beginning(of text: String, _ width: Int) -> String {
  var used = 0
  return String(
    text.prefix {
      used += columns(of: String($0))
      return used <= width
    })
}

/// As much of its end.
private func ending(of text: String, _ width: Int) -> String {
  var used = 0
  let count = text.reversed().prefix {
    used += columns(of: String($0))
    return used <= width
  }.count
  return String(text.suffix(count))
}
