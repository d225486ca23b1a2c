// Figures in little room.

/// A count in at most `width` characters, 3 or more: `1204`, `12k`, `.1M`. What it says is never more than
/// there is.
func count(_ number: Int, width: Int = 4) -> String {
  let text = String(number)
  guard text.count > width else { return text }
  var size = 1_000
  for unit in ["k", "M", "G", "T", "P", "E"] {
    let whole = "\(number / size)\(unit)"
    if whole.count <= width, number >= size { return whole }
    if number < size { return ".\(number / (size / 10))\(unit)" }
    size = size.multipliedReportingOverflow(by: 1_000).partialValue
  }
  return text
}

/// A figure that is wider than its place, in a shorter unit, or only the sign that it has no room: part of
/// its digits would be another figure.
func fitted(figure: String, to width: Int, isASCII: Bool) -> String {
  guard columns(of: figure) > width else { return figure }
  var short = ""
  for part in figure.split(separator: "/", omittingEmptySubsequences: false) {
    let digits = part.prefix { $0.isASCII && $0.isNumber }
    let number = Int(digits).map { count($0, width: 3) } ?? String(digits)
    short += (short.isEmpty ? "" : "/") + number + part.dropFirst(digits.count)
  }
  return columns(of: short) <= width ? short : isASCII ? ">" : "…"
}
