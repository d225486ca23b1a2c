/// What a plain scalar stands for, as js-yaml 4 reads the core schema
/// (https://yaml.org/spec/1.2.2/#103-core-schema): `yes` and `on` are text, `60_000` is a number, `017` is
/// seventeen, `2026-01-01` is a date.
enum ScalarValue: Hashable, Sendable {
  case null
  case flag(Bool)
  case integer(Int)
  case number(Double)
  case date
  case text

  init(plain text: String) {
    switch text {
    case "", "~", "null", "Null", "NULL": self = .null
    case "true", "True", "TRUE": self = .flag(true)
    case "false", "False", "FALSE": self = .flag(false)
    default: self = readNumber(text) ?? (isDate(text) ? .date : .text)
    }
  }

  var kind: String {
    switch self {
    case .null: "empty"
    case .flag: "true or false"
    case .integer: "a whole number"
    case .number: "a number"
    case .date: "a date"
    case .text: "text"
    }
  }
}

private func readNumber(_ text: String) -> ScalarValue? {
  guard let first = text.utf8.first, first <= 0x39, text.utf8.count <= 400 else { return nil }
  switch text {
  case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .number(.infinity)
  case "-.inf", "-.Inf", "-.INF": return .number(-.infinity)
  case ".nan", ".NaN", ".NAN": return .number(.nan)
  default: break
  }
  let isNegative = first == 0x2D
  let unsigned = isNegative || first == 0x2B ? text.dropFirst() : text[...]
  guard let lead = unsigned.utf8.first, lead != 0x5F, unsigned.utf8.last != 0x5F else { return nil }
  for (prefix, radix) in [("0b", 2), ("0o", 8), ("0x", 16)] where unsigned.hasPrefix(prefix) {
    let digits = unsigned.dropFirst(2).filter { $0 != "_" }
    guard !digits.isEmpty, digits.utf8.first != 0x2B, digits.utf8.first != 0x2D else { return nil }
    return Int(digits, radix: radix).map { .integer(isNegative ? -$0 : $0) }
  }
  let digits = unsigned.filter { $0 != "_" }
  if digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
    if let value = Int(digits) { return .integer(isNegative ? -value : value) }
    return Double(digits).map { .number(isNegative ? -$0 : $0) }
  }
  guard isDecimalFraction(unsigned), let value = Double(digits) else { return nil }
  return .number(isNegative ? -value : value)
}

/// Digits with an optional fraction and exponent; underscores may stand between digits before the exponent.
private func isDecimalFraction(_ text: Substring) -> Bool {
  var rest = text.utf8[...]
  let whole = rest.prefix { isDigitOrUnderscore($0) }
  rest = rest.dropFirst(whole.count)
  var hasDigits = whole.contains { $0 != 0x5F }
  if rest.first == 0x2E {
    let fraction = rest.dropFirst().prefix { isDigitOrUnderscore($0) }
    rest = rest.dropFirst(1 + fraction.count)
    hasDigits = hasDigits || fraction.contains { $0 != 0x5F }
  }
  guard hasDigits else { return false }
  if rest.first == 0x65 || rest.first == 0x45 {
    rest = rest.dropFirst()
    if rest.first == 0x2B || rest.first == 0x2D { rest = rest.dropFirst() }
    let exponent = rest.prefix { (0x30...0x39).contains($0) }
    guard !exponent.isEmpty else { return false }
    rest = rest.dropFirst(exponent.count)
  }
  return rest.isEmpty
}

private func isDigitOrUnderscore(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || byte == 0x5F }

/// `YYYY-MM-DD`, alone or with a time behind it.
private func isDate(_ text: String) -> Bool {
  let bytes = Array(text.utf8.prefix(40))
  guard bytes.count >= 8, bytes.prefix(4).allSatisfy(isDigit), bytes[4] == 0x2D else { return false }
  let month = bytes.dropFirst(5).prefix { isDigit($0) }
  let behindMonth = bytes.dropFirst(5 + month.count)
  guard (1...2).contains(month.count), behindMonth.first == 0x2D else { return false }
  let day = behindMonth.dropFirst().prefix { isDigit($0) }
  guard (1...2).contains(day.count) else { return false }
  let time = behindMonth.dropFirst(1 + day.count)
  if time.isEmpty { return month.count == 2 && day.count == 2 }
  let clock = time.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x54 || $0 == 0x74 }
  return clock.count < time.count && clock.contains(0x3A)
    && clock.allSatisfy { isDigit($0) || [0x3A, 0x2E, 0x2B, 0x2D, 0x5A, 0x20].contains($0) }
}

private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
