import Sessions

/// A text after its variables were put in.
struct Substituted {
  let text: String
  /// Names of the environment that have no value.
  let missing: [String]
  /// Values that came out of the environment.
  let secrets: [Secret]
  /// Placeholders of a signed-in user that only LibreChat could fill.
  let placeholders: [String]
}

/// Names that LibreChat never puts in, whatever the environment holds.
private let protectedNames: Set<String> = [
  "JWT_SECRET", "JWT_REFRESH_SECRET", "CREDS_KEY", "CREDS_IV", "MEILI_MASTER_KEY", "MONGO_URI", "REDIS_URI",
  "REDIS_PASSWORD",
]

/// Puts the environment into `${NAME}` as LibreChat does: trimmed, case-sensitive, not recursive, no defaults.
///
/// A value that both starts with `${` and ends with `}` is one name to LibreChat, so `${A}-${B}` stays as it is.
func substitute(_ text: String, environment: [String: String]) -> Substituted {
  let text = trimmed(text)
  var result = ""
  var missing: [String] = []
  var secrets: [Secret] = []
  var rest = text[...]
  let isOneName = text.hasPrefix("${") && text.hasSuffix("}")
  while let start = rest.firstRange(of: "${") {
    result += rest[..<start.lowerBound]
    rest = rest[start.upperBound...]
    guard let end = isOneName ? rest.lastIndex(of: "}") : rest.firstIndex(of: "}") else {
      result += "${"
      break
    }
    let name = String(rest[..<end])
    rest = rest[rest.index(after: end)...]
    if let value = environment[name], !value.isEmpty, !protectedNames.contains(name) {
      result += value
      secrets.append(Secret(value))
    } else {
      missing.append(name)
      result += "${\(name)}"
    }
  }
  return Substituted(
    text: result + rest, missing: missing, secrets: secrets, placeholders: placeholders(in: text))
}

private func placeholders(in text: String) -> [String] {
  var names: [String] = []
  var rest = text[...]
  while let start = rest.firstRange(of: "{{"), let end = rest[start.upperBound...].firstRange(of: "}}") {
    names.append(trimmed(String(rest[start.upperBound..<end.lowerBound])))
    rest = rest[end.upperBound...]
  }
  return names
}

private func trimmed(_ text: String) -> String {
  let start = text.drop { $0.isWhitespace }
  guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
  return String(start[...last])
}
