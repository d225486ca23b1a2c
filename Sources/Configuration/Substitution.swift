/// A text after its `${NAME}` were replaced, and what happened on the way.
struct Substitution: Hashable, Sendable {
  /// Why a variable stays as it is written.
  enum Reason: Hashable, Sendable {
    case unset
    case empty
    /// One of the names that LibreChat never gives out.
    case reserved
    /// Written with a default, as shells and other tools have it and LibreChat has not.
    case hasDefault
    /// The text starts with `${` and ends with `}`, so LibreChat takes all of it for one name.
    case takenAsOneName
    /// No name that an environment can hold.
    case noName
    /// Asked of the person in front of the editor (`${input:ID}` of VS Code).
    case asked
  }

  struct Unresolved: Hashable, Sendable {
    /// Fit to be shown.
    let name: String
    let reason: Reason
  }

  /// What stood there, with the values in place; unresolved variables stay literal.
  let text: String
  /// What came out of the environment, each once.
  let values: [String]
  /// The names behind `values`, each once.
  let names: [String]
  /// Each name once for each reason.
  let unresolved: [Unresolved]
}

/// How a file's own tool reads `${...}`.
enum SubstitutionStyle: Sendable {
  /// LibreChat: no defaults, unset or empty stays literal, a text that is `${` to `}` is one name.
  case libreChat
  /// `.mcp.json` and its kin: `${NAME}`, `${NAME:-default}`, and VS Code's `${env:NAME}` and `${input:ID}`.
  case withDefaults
}

/// Replaces variables from the environment, never twice: a value that holds `${...}` itself stays as it is.
func substitute(_ text: String, from environment: [String: String], style: SubstitutionStyle) -> Substitution
{
  let trimmed = trim(text)
  var result = ""
  var (values, names): (Distinct<String>, Distinct<String>) = (Distinct(), Distinct())
  var unresolved = Distinct<Substitution.Unresolved>()

  func resolve(_ inner: Substring, literal: Substring) {
    switch look(up: inner, in: environment, style: style) {
    case .success(let value):
      result += value
      values.append(value)
      names.append(variableName(inner))
    case .failure(let failure):
      result += literal
      unresolved.append(Substitution.Unresolved(name: variableName(inner), reason: failure.reason))
    }
  }

  if style == .libreChat, trimmed.hasPrefix("${"), trimmed.hasSuffix("}"), trimmed.utf8.count > 3 {
    resolve(trimmed.dropFirst(2).dropLast(), literal: trimmed[...])
  } else {
    var rest = trimmed[...]
    while let open = rest.firstRange(of: "${") {
      guard let close = rest[open.upperBound...].firstIndex(of: "}") else { break }
      if close == open.upperBound {
        // `${}` is no variable to anybody.
        result += rest[..<open.upperBound]
        rest = rest[open.upperBound...]
        continue
      }
      result += rest[..<open.lowerBound]
      let behind = rest.index(after: close)
      resolve(rest[open.upperBound..<close], literal: rest[open.lowerBound..<behind])
      rest = rest[behind...]
    }
    result += rest
  }
  return Substitution(
    text: result, values: values.elements, names: names.elements, unresolved: unresolved.elements)
}

/// Elements in the order of their first appearance: a text may name one variable a million times.
private struct Distinct<Element: Hashable> {
  private(set) var elements: [Element] = []
  private var seen: Set<Element> = []

  mutating func append(_ element: Element) {
    if seen.insert(element).inserted { elements.append(element) }
  }
}

/// Names that LibreChat keeps to itself whatever asks for them.
private let reservedNames: Set<String> = [
  "JWT_SECRET", "JWT_REFRESH_SECRET", "CREDS_KEY", "CREDS_IV", "MEILI_MASTER_KEY", "MONGO_URI", "REDIS_URI",
  "REDIS_PASSWORD",
]

private struct NotFound: Error { let reason: Substitution.Reason }

private func look(
  up inner: Substring, in environment: [String: String], style: SubstitutionStyle
) -> Result<String, NotFound> {
  func failure(_ reason: Substitution.Reason) -> Result<String, NotFound> {
    .failure(NotFound(reason: reason))
  }
  if style == .withDefaults, inner.hasPrefix("input:") { return failure(.asked) }
  let inner = style == .withDefaults && inner.hasPrefix("env:") ? inner.dropFirst(4) : inner
  if style == .withDefaults, let separator = inner.firstRange(of: ":-") {
    let value = environment[String(inner[..<separator.lowerBound])] ?? ""
    return .success(value.isEmpty ? String(inner[separator.upperBound...]) : value)
  }
  let name = String(inner)
  if style == .libreChat, reservedNames.contains(name) { return failure(.reserved) }
  if let value = environment[name] { return value.isEmpty ? failure(.empty) : .success(value) }
  if inner.contains("}") { return failure(.takenAsOneName) }
  if inner.contains(":-") { return failure(.hasDefault) }
  return failure(isVariableName(inner) ? .unset : .noName)
}

/// The leading part that is a name; what is none is not shown, it may be a value.
private func variableName(_ inner: Substring) -> String {
  if inner.hasPrefix("input:") {
    let id = inner.dropFirst(6)
    return isVariableName(Substring(id.filter { $0 != "-" })) ? String(id) : "(no name)"
  }
  let bare = inner.hasPrefix("env:") ? inner.dropFirst(4) : inner
  let name = bare.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  return isVariableName(name) ? String(name) : "(no name)"
}

func isVariableName(_ text: Substring) -> Bool {
  guard let first = text.first, !first.isNumber, text.count <= 64 else { return false }
  return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
}

/// The names in `{{NAME}}`, in order and each once: values of a signed-in user, which only LibreChat has.
func placeholders(in text: String) -> [String] {
  var names: [String] = []
  var rest = text[...]
  while let open = rest.firstRange(of: "{{") {
    rest = rest[open.upperBound...]
    guard let close = rest.firstRange(of: "}}") else { break }
    let name = trim(String(rest[..<close.lowerBound]))
    let shown = isVariableName(name[...]) ? name : "(no name)"
    if !names.contains(shown) { names.append(shown) }
    rest = rest[close.upperBound...]
  }
  return names
}

/// Without white space at both ends.
func trim(_ text: String) -> String {
  let start = text.drop { $0.isWhitespace }
  guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
  return String(start[...last])
}
