import MCPWire

/// The words of a command as people may see them: names of options, variables and headers stay, what stands
/// behind those that may carry a secret goes, also where it is glued to them.
///
/// What is a secret by its look, wherever it stands, is the matter of `Redactor`; this knows the places in
/// which commands take them.
struct CommandMask {
  /// What the words before say of the one that comes.
  private enum Behind { case nothing, variable, header, secret, credentials, script }

  private var behind = Behind.nothing
  /// Assignments may stand here: behind `env`, and at the beginning of a shell's command.
  private var takesVariables = false
  /// Values that were taken for secrets; of variables only where their names say so.
  private(set) var secrets: [String] = []
  /// All values that are not shown.
  private(set) var hidden: [String] = []

  private let depth: Int

  private static let mask = "•••"

  init(depth: Int = 0) { self.depth = depth }

  /// The words of a whole command: its program and what stands behind it.
  mutating func shown(_ words: [String]) -> [String] { words.map { shown($0) } }

  private mutating func shown(_ word: String) -> String {
    let expected = behind
    behind = .nothing
    switch expected {
    case .variable: return assignment(word)
    case .header: return header(word)
    case .credentials: return credentials(word)
    case .script: return script(word)
    case .secret where SecretWord.isScheme(word):
      behind = .secret
      return word
    // An option before another one only switched something.
    case .secret where !word.hasPrefix("--"): return hide(word)
    case .secret, .nothing: return free(word)
    }
  }

  /// A word that none before it speaks of.
  private mutating func free(_ word: String) -> String {
    if takesVariables, isAssignment(word[...]) { return assignment(word) }
    if !word.hasPrefix("-") {
      takesVariables = assigners.contains(word.split(separator: "/").last.map(String.init) ?? word)
    }
    readJSON(word)
    guard word.hasPrefix("-"), !word.contains(where: \.isNewline) else {
      let isDocument = word.first.map { "{[<".contains($0) } ?? false
      return !isDocument && word.contains(where: \.isWhitespace) ? script(word) : word
    }
    if let equals = word.firstIndex(of: "="), word.hasPrefix("--") {
      let name = String(word[..<equals])
      let (option, value) = (word[...equals], String(word[word.index(after: equals)...]))
      switch kind(of: name) {
      case .variable: return "\(option)\(assignment(value))"
      case .header: return "\(option)\(header(value))"
      case .credentials: return "\(option)\(credentials(value))"
      case .secret: return "\(option)\(hide(value))"
      case .script: return "\(option)\(script(value))"
      case .nothing: return word
      }
    }
    return glued(word) ?? option(word)
  }

  /// An option whose value is the next word, if it has one.
  private mutating func option(_ word: String) -> String {
    behind = kind(of: word)
    return word
  }

  /// An option of one letter with its value glued to it: `-eNAME=value`, `-HName: value`, `-uana:hush`,
  /// `-phush`.
  private mutating func glued(_ word: String) -> String? {
    let (option, value) = (word.prefix(2), String(word.dropFirst(2)))
    guard !value.isEmpty, word.dropFirst().first != "-" else { return nil }
    switch option {
    case "-e" where isAssignment(value[...]): return "\(option)\(assignment(value))"
    case "-H" where value.contains(":"): return "\(option)\(header(value))"
    case "-u" where value.contains(":"), "-U" where value.contains(":"):
      return "\(option)\(credentials(value))"
    case "-p" where !isPort(value) && !value.contains("=") && !optionsWithP.contains(word):
      // Of a word that short only the whole can be found again.
      if value.utf8.count < 5 { secrets.append(word) }
      return "\(option)\(hide(value))"
    default: return nil
    }
  }

  private func kind(of option: String) -> Behind {
    if variableOptions.contains(option) { return .variable }
    if headerOptions.contains(option) { return .header }
    if SecretWord.takesCredentials(option) { return .credentials }
    if scriptOptions.contains(option) { return .script }
    return option.hasPrefix("-") && isSecretName(option) ? .secret : .nothing
  }

  /// `NAME=value`; a name alone takes the value from elsewhere.
  private mutating func assignment(_ word: String) -> String {
    guard let equals = word.firstIndex(of: "=") else { return word }
    let (name, value) = (word[..<equals], String(word[word.index(after: equals)...]))
    guard !SecretWord.saysNothing(value) else { return word }
    hidden.append(value)
    if isSecretName(String(name)) { secrets.append(value) }
    return "\(name)=\(Self.mask)"
  }

  /// `Name: value`, or `Name=value`; what has no name is a value.
  private mutating func header(_ word: String) -> String {
    guard let end = word.firstIndex(where: { $0 == ":" || $0 == "=" }) else { return hide(word) }
    let rest = word[word.index(after: end)...]
    let blanks = rest.prefix { $0 == " " }
    return "\(word[...end])\(blanks)\(hide(String(rest.dropFirst(blanks.count))))"
  }

  /// `user:password`.
  private mutating func credentials(_ word: String) -> String {
    guard let colon = word.firstIndex(of: ":") else { return word }
    return "\(word[...colon])\(hide(String(word[word.index(after: colon)...])))"
  }

  private mutating func hide(_ value: String) -> String {
    guard !SecretWord.saysNothing(value) else { return value }
    hidden.append(value)
    secrets.append(value)
    // A server may say it without the scheme.
    let words = value.split(separator: " ", maxSplits: 1)
    if words.count == 2, SecretWord.isScheme(words[0]) { secrets.append(String(words[1])) }
    return Self.mask
  }

  /// A line for a shell, or what may be one.
  private mutating func script(_ line: String) -> String {
    // Lines within lines are seen through a few times, not for ever.
    guard depth < 4 else { return line }
    var inner = CommandMask(depth: depth + 1)
    var result = ""
    var place = line.startIndex
    for word in shellWords(line) {
      if word.beginsCommand { (inner.behind, inner.takesVariables) = (.nothing, true) }
      let shown = inner.shown(word.text)
      guard shown != word.text else { continue }
      result += line[place..<word.place.lowerBound] + quoted(shown)
      place = word.place.upperBound
    }
    secrets += inner.secrets
    hidden += inner.hidden
    return result + line[place...]
  }

  /// The values in a document whose names speak of secrets.
  private mutating func readJSON(_ text: String) {
    guard let first = text.first, "{[".contains(first), let value = try? JSONValue.read(text.utf8) else {
      return
    }
    read(value, isSecret: false)
  }

  private mutating func read(_ value: JSONValue, isSecret: Bool) {
    switch value {
    case .text(let text): if isSecret { _ = hide(text) }
    case .number(let number): if isSecret { _ = hide(Int(exactly: number).map { "\($0)" } ?? "\(number)") }
    case .list(let values): for value in values { read(value, isSecret: isSecret) }
    case .object(let members):
      for (name, value) in members { read(value, isSecret: isSecret || isSecretName(name)) }
    case .null, .flag: break
    }
  }
}

/// `NAME=value`, as a shell and `env` take it.
private func isAssignment(_ word: Substring) -> Bool {
  guard let equals = word.firstIndex(of: "="), let first = word.utf8.first, first < 0x30 || first > 0x39
  else { return false }
  return equals > word.startIndex
    && word[..<equals].utf8.allSatisfy { isWordByte($0) && $0 < 0x80 || $0 == UInt8(ascii: ".") }
}

/// `8080`, `127.0.0.1:8080:80/tcp`.
private func isPort(_ value: String) -> Bool {
  let digits = value.hasSuffix("/tcp") || value.hasSuffix("/udp") ? value.dropLast(4) : value[...]
  return digits.allSatisfy { $0.isNumber || ":.-".contains($0) }
}

private let variableOptions: Set = ["-e", "--env", "--set-env", "--env-var", "--setenv", "--build-arg"]
private let headerOptions: Set = ["-H", "--header", "--headers", "--proxy-header"]
private let scriptOptions: Set = ["-c", "-lc", "-ec", "-ic", "-lic", "-Command", "/c", "/C"]
/// Programs behind which assignments may stand.
private let assigners: Set = ["env", "cross-env", "cross-env-shell", "export", "sudo", "doas", "declare"]
/// Options with one dash that begin like a password behind `-p`.
private let optionsWithP: Set = [
  "-parallel", "-path", "-persist", "-pid", "-pidfile", "-plain", "-platform", "-plugin", "-plugins", "-port",
  "-prefix", "-pretty", "-print", "-prod", "-production", "-profile", "-progress", "-project", "-protocol",
  "-provider", "-proxy", "-public", "-publish", "-pull", "-py3",
]
