/// The known word that was probably meant, absent when none is near.
///
/// Case, dashes and underscores count little; otherwise up to two letters may be wrong, one in short words.
package func suggestion(for word: String, among known: [String]) -> String? {
  guard word.count <= 40 else { return nil }
  let folded = fold(word)
  if let same = known.first(where: { fold($0) == folded }) { return same }
  let allowed = folded.count <= 4 ? 1 : 2
  let near = known.map { ($0, distance(folded, fold($0), limit: allowed)) }.filter { $0.1 <= allowed }
  return near.min { $0.1 < $1.1 }?.0
}

private func fold(_ word: String) -> [Unicode.Scalar] {
  word.lowercased().unicodeScalars.filter { $0 != "-" && $0 != "_" && $0 != " " && $0 != "." }
}

/// Letters to insert, remove, replace or swap (optimal string alignment); above the limit any number above
/// it.
private func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar], limit: Int) -> Int {
  guard abs(left.count - right.count) <= limit, !left.isEmpty, !right.isEmpty else { return limit + 1 }
  var older: [Int] = []
  var last = Array(0...right.count)
  for (row, letter) in left.enumerated() {
    var current = [row + 1]
    for (column, other) in right.enumerated() {
      var best = min(last[column + 1] + 1, current[column] + 1, last[column] + (letter == other ? 0 : 1))
      if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
        best = min(best, older[column - 1] + 1)
      }
      current.append(best)
    }
    (older, last) = (last, current)
  }
  return last[right.count]
}

/// "a, b or c".
func alternatives(_ words: [String]) -> String {
  guard let last = words.last, words.count > 1 else { return words.first ?? "" }
  return words.dropLast().joined(separator: ", ") + " or " + last
}
