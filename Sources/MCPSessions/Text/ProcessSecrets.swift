extension ServerProcess {
  /// Values that must not be shown, wherever they stand in the command, its arguments and the variables of
  /// its entry: by the name that they stand behind (of a variable, an option, a header, a member of JSON),
  /// and by their own look, because a key in a variable called `FOO` is a key.
  ///
  /// Ordinary values such as `production` are none: a text without them says nothing any more.
  package var secrets: [String] {
    var search = SecretSearch()
    for name in variables {
      guard let value = environment[name]?.revealed else { continue }
      if isSecretName(name) { search.add(value) } else { search.read(value) }
    }
    let words = [program] + arguments.map(\.revealed)
    search.read(words)
    var mask = CommandMask()
    _ = mask.shown(words)
    for secret in mask.secrets { search.add(secret) }
    return search.found
  }
}

/// Looks for secrets in words, which may hold words themselves: a script for a shell, JSON, a connection
/// string.
private struct SecretSearch {
  private(set) var found: [String] = []

  mutating func add(_ value: some StringProtocol) {
    let value = value.trimming { $0.isWhitespace || "\"'`".contains($0) }
    guard !SecretWord.saysNothing(value) else { return }
    found.append(String(value))
  }

  /// The words of a command, each of which may be a text of several.
  mutating func read(_ words: [String]) { follow(words.map { $0[...] }) { $0.read(String($1)) } }

  /// One word, or a text of several; what that makes of the word behind it.
  @discardableResult
  mutating func read(_ text: String) -> Next {
    // `Name: value` as a whole, and `NAME=value` without blanks: whatever is in the value belongs to it.
    let (name, value) = named(text[...])
    if let value, isSecretName(name), name.allSatisfy({ $0.isLetter || $0.isNumber || "-_.".contains($0) }),
      text.dropFirst(name.count).first == ":" || !isSeveral(value)
    {
      add(value)
    }
    if looksLikePassword(text) { add(text) }
    let words = text.split { $0.isWhitespace || ",;&|<>(){}[]".contains($0) }
    return follow(words.map { $0.trimming { "\"'`".contains($0) } }) { $0.read(word: $1) }
  }

  /// What a word says of the one that follows it.
  enum Next { case free, secret, credentials }

  /// Words of which one may be the value of the one before it: `--token`, `abc`, or `token`, `:`, `abc`.
  @discardableResult
  private mutating func follow(_ words: [Substring], read: (inout Self, Substring) -> Next) -> Next {
    var next = Next.free
    var before: Substring = ""
    for word in words {
      defer { before = word }
      let isJoint = word == ":" || word == "="
      if isJoint, isSecretName(String(before)) { next = .secret }
      switch next {
      // Between the name of a header and its value may stand a scheme.
      case .secret where isJoint || SecretWord.isScheme(word): continue
      // An option before another one only switched something.
      case .secret where !word.hasPrefix("--"):
        add(word)
        next = .free
        continue
      case .credentials: addPassword(word)
      case .free, .secret: break
      }
      next = read(&self, word)
    }
    return next
  }

  private mutating func read(word: Substring) -> Next {
    if let scheme = word.firstRange(of: "://") {
      readAddress(word[scheme.upperBound...])
      return .free
    }
    if word.lowercased() == "bearer" { return .secret }
    var rest = word
    // `--header=X-Key: value` has two names; nobody writes many.
    for _ in 0..<4 {
      let (name, value) = named(rest)
      guard let value else { break }
      if looksLikeKey(name) { add(name) }
      if isSecretName(name) {
        add(value)
        return value.isEmpty ? .secret : .free
      }
      rest = value.trimming { "\"'`".contains($0) }
    }
    if looksLikeKey(rest) || looksLikeBase64(rest) { add(rest) }
    for part in rest.split(separator: "/") where looksLikeKey(part) { add(part) }
    if SecretWord.takesCredentials(rest) { return .credentials }
    return rest.hasPrefix("-") && isSecretName(String(rest)) ? .secret : .free
  }

  /// What follows `scheme://`: a password before the host, keys in the path and in the query.
  private mutating func readAddress(_ rest: Substring) {
    let authority = rest.prefix { !"/?#".contains($0) }
    if let at = authority.lastIndex(of: "@") {
      let user = authority[..<at]
      // A name alone before the host is a key for many services; beside a password it is a name.
      if user.contains(":") { addPassword(user) } else { add(user) }
    }
    let place = rest[authority.endIndex...]
    for key in keysInPath(place.prefix { $0 != "?" && $0 != "#" }) { add(key) }
    for pair in place.drop(while: { $0 != "?" && $0 != "#" }).split(whereSeparator: { "?&#".contains($0) }) {
      let (name, value) = named(pair)
      if let value, isSecretName(name) || looksLikeKey(value) { add(value) }
      if looksLikeKey(name) { add(name) }
    }
  }

  /// `user:password`, of which the password is the secret.
  private mutating func addPassword(_ credentials: some StringProtocol) {
    let password = credentials.drop { $0 != ":" }.dropFirst()
    guard !password.isEmpty else { return }
    add(password)
    if let decoded = percentDecoded(String(password)), let text = String(validating: decoded, as: UTF8.self) {
      add(text)
    }
    let encoded = base64(String(credentials).utf8)
    found += [encoded, String(encoded.prefix { $0 != "=" })]
  }
}

/// `--name=value`, `NAME=value`, `"name":"value"` or `Name: value`. What stands behind a path is no value: a
/// version, where a folder is to appear.
private func named(_ word: Substring) -> (name: String, value: Substring?) {
  guard let end = word.firstIndex(where: { $0 == "=" || $0 == ":" }), !word[..<end].contains("/") else {
    return (String(word), nil)
  }
  return (String(word[..<end].trimming { "\"'`".contains($0) }), word[word.index(after: end)...])
}

/// Whether a value ends before its text does: `abc node server.js`, `abc;Database=main`.
private func isSeveral(_ value: Substring) -> Bool {
  value.contains(where: \.isWhitespace)
    || value.drop { !";,&".contains($0) }.contains { $0 == "=" || $0 == ":" }
}

extension StringProtocol {
  /// Without what stands at both ends and is none of it.
  func trimming(_ isAround: (Character) -> Bool) -> Substring {
    var rest = Substring(self)
    while let last = rest.last, isAround(last) { rest.removeLast() }
    return rest.drop(while: isAround)
  }
}
