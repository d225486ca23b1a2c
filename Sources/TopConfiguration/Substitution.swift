import MCPSessions

/// A text after its variables were replaced, and what happened on the way.
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
    /// Filled in by an editor or a plugin host.
    case editor
    /// What a program would print, or what stands in another file: neither is started or read here.
    case elsewhere
  }

  struct Unresolved: Hashable, Sendable {
    /// Fit to be shown.
    let name: String
    let reason: Reason
    /// The owner of the file reads the way in which it is written.
    var isRead = true
  }

  /// What was taken here and the owner of the file would not, or the reverse.
  enum Remark: Hashable, Sendable {
    /// Filled in here, left as it stands by the owner; `written` is how it stands there.
    case filledOnlyHere(String, written: String)
    /// The default was taken, which the owner does not know.
    case defaultOnlyHere(String)
    /// `$NAME` or `%NAME%` where only another way of writing it is read.
    case leftAsItStands(String, written: String)
  }

  /// What stood there, with the values in place; unresolved variables stay literal.
  let text: String
  /// What came out of the environment, each once.
  let values: [String]
  /// The names behind `values`, each once.
  let names: [String]
  /// Each name once for each reason.
  let unresolved: [Unresolved]
  let remarks: [Remark]
}

/// Replaces variables from the environment, never twice: a value that holds `${...}` itself stays as it is.
///
/// What another program than the file's owner would fill in is filled in as well, and remarked: a server is
/// better watched than refused for a spelling. What an entry sets itself stands above the environment.
func substitute(
  _ text: String, from environment: [String: String], below own: [String: String] = [:],
  syntax: VariableSyntax
) -> Substitution {
  var substituter = Substituter(environment: Variables(own: own, environment: environment), syntax: syntax)
  substituter.read(trim(text))
  return Substitution(
    text: substituter.result, values: substituter.values.elements, names: substituter.names.elements,
    unresolved: substituter.unresolved.elements, remarks: substituter.remarks.elements)
}

/// Both are asked where they are: an entry may set thousands, and each of them is filled in.
private struct Variables {
  let own: [String: String]
  let environment: [String: String]

  subscript(name: String) -> String? { own[name] ?? environment[name] }
}

private struct Substituter {
  let environment: Variables
  let syntax: VariableSyntax
  var result = ""
  var values = Distinct<String>()
  var names = Distinct<String>()
  var unresolved = Distinct<Substitution.Unresolved>()
  var remarks = Distinct<Substitution.Remark>()
  /// Ends of variables that do not stand anywhere behind: what was looked for once in vain.
  private var missing: Set<String> = []

  init(environment: Variables, syntax: VariableSyntax) {
    self.environment = environment
    self.syntax = syntax
  }

  mutating func read(_ text: String) {
    if syntax.contains(.quirks), text.hasPrefix("${"), text.hasSuffix("}"), text.utf8.count > 3 {
      return resolve(text.dropFirst(2).dropLast(), literal: text[...])
    }
    if syntax.contains(.osEnviron), text.hasPrefix("os.environ/") {
      return take(text.dropFirst("os.environ/".count), literal: text[...])
    }
    var rest = text[...]
    while let start = rest.firstIndex(where: { $0 == "$" || $0 == "{" }) {
      result += rest[..<start]
      rest = rest[start...]
      let length = variable(at: rest)
      if length == 0 {
        // No variable begins here.
        result.append(rest.removeFirst())
      } else {
        rest = rest.dropFirst(length)
      }
    }
    result += rest
    if !syntax.contains(.quirks) { remarkPercents(text) }
  }

  /// `%NAME%`, which only a shell of Windows fills in.
  private mutating func remarkPercents(_ text: String) {
    let parts = text.split(separator: "%", omittingEmptySubsequences: false).dropFirst().dropLast()
    for name in parts where name.count >= 4 && isVariableName(name) && !name.contains(where: \.isLowercase) {
      // `%20ABC%20` is a percent-encoded text.
      guard name.contains(where: { !$0.isHexDigit }), !looksLikeKey(name) else { continue }
      remarks.append(.leftAsItStands(String(name), written: "%\(name)%"))
    }
  }

  /// Takes the variable that begins a text; answers how many characters it has, none when there is no such.
  private mutating func variable(at text: Substring) -> Int {
    if !syntax.contains(.quirks), text.hasPrefix("${{") {
      guard let literal = text.through("}}", &missing) else { return 0 }
      let inner = trim(String(literal.dropFirst(3).dropLast(2)))
      let name = ["secrets.", "inputs.", "env."].first { inner.hasPrefix($0) }.map {
        inner.dropFirst($0.count)
      }
      take(name ?? inner[...], literal: literal)
      return literal.count
    }
    if text.hasPrefix("${") {
      guard let literal = text.through("}", &missing) else { return 0 }
      let inner = literal.dropFirst(2).dropLast()
      // `${}` is no variable to anybody.
      if inner.isEmpty {
        result += literal
      } else {
        resolve(inner, literal: literal)
      }
      return literal.count
    }
    if syntax.contains(.command), text.hasPrefix("$("), let literal = text.through(")", &missing) {
      return leave("$(...)", .elsewhere, literal)
    }
    if text.hasPrefix("$") { return bareName(at: text) }
    guard syntax.contains(.openCode), let literal = text.through("}", &missing) else { return 0 }
    if literal.hasPrefix("{file:") { return leave("{file:...}", .elsewhere, literal) }
    guard literal.hasPrefix("{env:") else { return 0 }
    take(literal.dropFirst(5).dropLast(), literal: literal)
    return literal.count
  }

  /// `$NAME`, where that is a variable; where it is none, a name in capitals is remarked.
  private mutating func bareName(at text: Substring) -> Int {
    let name = text.dropFirst().prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    guard isVariableName(name) else { return 0 }
    let literal = text[..<name.endIndex]
    guard syntax.contains(.dollarName) else {
      let isMeant =
        name.count >= 3 && !name.contains { $0.isLowercase } && !isWordEnd(result.last)
        && !["$", "-", "."].contains(text[name.endIndex...].first)
      if isMeant { remarks.append(.leftAsItStands(shownVariable(name), written: "$\(shownVariable(name))")) }
      result += literal
      return literal.count
    }
    // A password may hold `$word`; variables have capitals.
    if environment[String(name)] == nil, name.contains(where: \.isLowercase) {
      result += literal
      return literal.count
    }
    take(name, literal: literal)
    return literal.count
  }

  private func isWordEnd(_ character: Character?) -> Bool {
    character.map { $0.isLetter || $0.isNumber || $0 == "$" } ?? false
  }

  /// What stands in `${...}`.
  private mutating func resolve(_ inner: Substring, literal: Substring) {
    if syntax.contains(.quirks) { return resolveAsLibreChat(inner, literal: literal) }
    if inner.hasPrefix("input:") {
      let id = inner.dropFirst(6)
      let isName = isVariableName(Substring(id.filter { $0 != "-" }))
      _ = leave(isName ? String(id) : "(no name)", .asked, literal)
      return
    }
    let isPrefixed = inner.hasPrefix("env:")
    let bare = isPrefixed ? inner.dropFirst(4) : inner
    if !isPrefixed, isEditorVariable(inner) {
      _ = leave(String(inner), .editor, literal)
      return
    }
    let separator = bare.firstRange(of: ":-")
    let name = separator.map { bare[..<$0.lowerBound] } ?? bare
    let isRead = syntax.contains(isPrefixed ? .environmentPrefix : .braces)
    if let separator, (environment[String(name)] ?? "").isEmpty {
      result += bare[separator.upperBound...]
    } else {
      take(name, literal: literal, isRead: isRead)
    }
    guard isVariableName(name) else { return }
    if separator != nil, !syntax.contains(.defaults) {
      remarks.append(.defaultOnlyHere(shownVariable(name)))
    } else if !isRead, environment[String(name)] != nil || separator != nil {
      let shown = shownVariable(name)
      remarks.append(.filledOnlyHere(shown, written: isPrefixed ? "${env:\(shown)}" : "${\(shown)}"))
    }
  }

  private mutating func resolveAsLibreChat(_ inner: Substring, literal: Substring) {
    let reason: Substitution.Reason
    if reservedNames.contains(String(inner)) {
      reason = .reserved
    } else if environment[String(inner)] != nil {
      return take(inner, literal: literal)
    } else if inner.contains("}") {
      reason = .takenAsOneName
    } else if inner.contains(":-") {
      reason = .hasDefault
    } else {
      return take(inner, literal: literal)
    }
    _ = leave(variableName(inner), reason, literal)
  }

  /// The value of a name, if the environment has one.
  private mutating func take(_ name: Substring, literal: Substring, isRead: Bool = true) {
    guard let value = environment[String(name)] else {
      _ = leave(variableName(name), isVariableName(name) ? .unset : .noName, literal, isRead: isRead)
      return
    }
    guard !value.isEmpty else {
      _ = leave(variableName(name), .empty, literal)
      return
    }
    result += value
    values.append(value)
    names.append(variableName(name))
  }

  private mutating func leave(
    _ name: String, _ reason: Substitution.Reason, _ literal: Substring, isRead: Bool = true
  ) -> Int {
    result += literal
    unresolved.append(Substitution.Unresolved(name: name, reason: reason, isRead: isRead))
    return literal.count
  }
}

extension Substring {
  /// The text to the end of the first `end`, unless there is none, which need not be found out twice.
  fileprivate func through(_ end: String, _ missing: inout Set<String>) -> Substring? {
    guard !missing.contains(end) else { return nil }
    guard let range = firstRange(of: end) else {
      missing.insert(end)
      return nil
    }
    return self[..<range.upperBound]
  }
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

/// The leading part that is a name; what is none is not shown, it may be a value.
private func variableName(_ inner: Substring) -> String {
  let bare = inner.hasPrefix("env:") ? inner.dropFirst(4) : inner
  let name = bare.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  return isVariableName(name) ? shownVariable(name) : "(no name)"
}

/// A name that may be shown: a token that was put between the braces itself is none.
private func shownVariable(_ name: Substring) -> String {
  looksLikeKey(name) && name.contains { $0.isLowercase } ? "(no name)" : String(name)
}

func isVariableName(_ text: Substring) -> Bool {
  guard let first = text.first, !first.isNumber, text.count <= 64 else { return false }
  return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
}
