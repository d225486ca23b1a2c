import TopDisplay
import MCPSessions

/// Our own settings as they are put together, each with its origin.
struct SettingsReader {
  var settings = Settings()
  /// What `session:` and the environment say for all servers.
  var policy = SessionPolicy()
  private(set) var origins: [String: ValueOrigin] = [:]
  private(set) var variables: [String: [String]] = [:]
  var others: [ResolvedSetting] = []
  let environment: [String: String]

  init(environment: [String: String]) {
    self.environment = environment
  }

  /// Lays the sections of our own file over what is there; servers are read elsewhere.
  mutating func read(_ root: Section, _ findings: inout Findings) {
    for name in SettingField.sections {
      guard let section = root.section(name, &findings) else { continue }
      let fields = SettingField.all.filter { $0.section == name }
      section.checkKeys(fields.map(\.key), consequence: "nothing reads it", &findings)
      for field in fields { read(field, section, &findings) }
    }
    checkTheme(root, &findings)
    policy.readConsent(root, &findings)
    if let session = root.section("session", &findings) { policy.read(session, environment, &findings) }
    readUsers(root, &findings)
  }

  /// A theme that nobody has would be found out when the screen is to open.
  private func checkTheme(_ root: Section, _ findings: inout Findings) {
    guard let node = root.mapping["ui"]?.mapping?["theme"], let name = node.scalar?.text, !name.contains("/")
    else { return }
    let known = Themes.names + Themes.userNames(environment)
    guard !known.contains(name) else { return }
    let meant = suggestion(for: name, among: known).map { "did you mean \($0)?" }
    findings.add(
      Diagnostic(
        file: root.file, mark: node.mark, .error, path: "ui.theme", "names no theme",
        remedy: meant ?? "`sessiontop theme list` has them"))
  }

  private mutating func read(_ field: SettingField, _ section: Section, _ findings: inout Findings) {
    guard let mark = section.mapping[field.key]?.mark else { return }
    var isRead = true
    switch field.kind {
    case .flag(let place): isRead = set(place, section.flag(field.key, &findings)?.value)
    case .number(let place, let range, let unit):
      isRead = set(place, section.integer(field.key, in: range, unit: unit, &findings)?.value)
    case .milliseconds(let place, let range):
      let number = section.integer(field.key, in: range, unit: "milliseconds", &findings)
      isRead = set(place, number.map { .milliseconds($0.value) })
    case .word(let place): isRead = set(place, section.text(field.key, &findings)?.value)
    case .path(let place):
      guard let text = optionalText(field, section, &findings) else { return }
      settings[keyPath: place] = text.value.map { relocated(atHome($0, environment), beside: section.file) }
    case .address(let place):
      guard let text = optionalText(field, section, &findings) else { return }
      guard text.value.map(isAddress) != false else {
        findings.add(
          section.diagnostic(
            .error, field.key, at: mark, "must be HOST:PORT", remedy: "write 127.0.0.1:9464"))
        return
      }
      settings[keyPath: place] = text.value
    case .glyphs(let place): isRead = set(place, glyphs(section, field.key, &findings))
    case .signIn(let place):
      let words = SignInPolicy.allCases.map(\.rawValue)
      let word = section.choice(field.key, words, &findings)?.value
      isRead = set(place, word.flatMap(SignInPolicy.init))
    case .words(let place): isRead = set(place, words(section, field.key, &findings))
    case .keys(let place):
      guard let inner = section.section(field.key, &findings) else { return }
      settings[keyPath: place] = keys(inner, &findings)
    case .columns(let place):
      guard let inner = section.section(field.key, &findings) else { return }
      settings[keyPath: place] = columns(inner, &findings)
    case .filters(let place):
      guard let inner = section.section(field.key, &findings) else { return }
      settings[keyPath: place] = filters(inner, &findings)
    }
    guard isRead else { return }
    origins[field.path] = .file(section.file, mark)
  }

  private func words(_ section: Section, _ key: String, _ findings: inout Findings) -> [String]? {
    guard let node = section.mapping[key], !node.isNull else { return [] }
    if node.items == nil { return section.text(key, &findings).map { [$0.value] } }
    return section.texts(key, &findings)?.map(\.value)
  }

  private func keys(_ section: Section, _ findings: inout Findings) -> KeyChoices {
    var choices = KeyChoices()
    for entry in section.mapping.entries {
      guard let words = words(section, entry.key, &findings) else { continue }
      guard let problem = choices.bind(entry.key, to: words) else { continue }
      let meant = suggestion(for: entry.key, among: KeyChoices.actionNames).map { "did you mean \($0)?" }
      let isKnown = KeyChoices.actionNames.contains(entry.key)
      findings.add(
        section.diagnostic(
          .error, entry.key, at: entry.mark, problem,
          remedy: (isKnown ? nil : meant) ?? "keys are written k, K, ctrl-d, space, enter, pgup, f5"))
    }
    return choices
  }

  private func columns(_ section: Section, _ findings: inout Findings) -> ColumnChoices {
    var choices = ColumnChoices()
    for entry in section.mapping.entries {
      guard let word = section.text(entry.key, &findings),
        let problem = choices.choose(word.value, for: entry.key)
      else { continue }
      let meant = suggestion(for: entry.key.uppercased(), among: ColumnChoices.titles)
      findings.add(
        section.diagnostic(
          .error, entry.key, at: entry.mark, problem,
          remedy: ColumnChoices.titles.contains(entry.key)
            ? "write one of these words"
            : meant.map { "did you mean \($0)?" }
              ?? "columns are \(ColumnChoices.titles.joined(separator: ", "))"))
    }
    return choices
  }

  private func filters(_ section: Section, _ findings: inout Findings) -> SavedFilters {
    var saved = SavedFilters()
    for entry in section.mapping.entries {
      guard let text = section.text(entry.key, &findings) else { continue }
      guard let problem = saved.save(text.value, as: entry.key) else { continue }
      findings.add(
        section.diagnostic(
          .error, entry.key, at: entry.mark, problem, remedy: "write it as it is typed behind / on the screen"
        ))
    }
    return saved
  }

  private mutating func set<Value>(_ place: WritableKeyPath<Settings, Value>, _ value: Value?) -> Bool {
    guard let value else { return false }
    settings[keyPath: place] = value
    return true
  }

  private func glyphs(_ section: Section, _ key: String, _ findings: inout Findings) -> GlyphChoice? {
    if case .flag(let isASCII) = section.mapping[key]?.scalar?.value { return isASCII ? .ascii : .utf8 }
    guard let word = section.text(key, &findings) else { return nil }
    if word.value == "auto" { return .automatic }
    findings.add(
      section.diagnostic(
        .error, key, at: word.mark, "must be true, false or auto", remedy: "write one of these words"))
    return nil
  }

  /// A text with its variables in place, or null; absent when it cannot be used.
  private mutating func optionalText(
    _ field: SettingField, _ section: Section, _ findings: inout Findings
  ) -> Located<String?>? {
    guard let text = section.optionalText(field.key, environment, &findings) else { return nil }
    variables[field.path] = text.value?.names
    return Located(value: text.value?.text, mark: text.mark)
  }

  // MARK: - The environment

  /// Lays `SESSIONTOP_*` and `MCP_SESSION_*` over what the files say.
  mutating func readEnvironment(_ findings: inout Findings) {
    policy.read(environment, &findings)
    for field in SettingField.all {
      guard let text = environment[field.variable].map(trim), !text.isEmpty else { continue }
      guard let problem = take(text, for: field) else {
        origins[field.path] = .environment(field.variable)
        variables[field.path] = nil
        continue
      }
      findings.add(
        Diagnostic(
          file: environmentName, .error, path: field.variable, problem,
          remedy: "it is ignored now; mend or unset it"))
    }
    checkNames(&findings)
  }

  /// Takes a variable's text; answers what is wrong with it.
  private mutating func take(_ text: String, for field: SettingField) -> String? {
    let flag = ["true": true, "1": true, "yes": true, "false": false, "0": false, "no": false][
      text.lowercased()]
    switch field.kind {
    case .flag(let place): return set(place, flag) ? nil : "must be true or false"
    case .number(let place, let range, let unit):
      guard let number = Int(text), range.contains(number) else {
        let what = unit.isEmpty ? "" : " of \(unit)"
        return "must be a whole number\(what) from \(range.lowerBound) to \(range.upperBound)"
      }
      settings[keyPath: place] = number
    case .milliseconds(let place, let range):
      guard let number = Int(text), range.contains(number) else {
        return "must be a whole number of milliseconds from \(range.lowerBound) to \(range.upperBound)"
      }
      settings[keyPath: place] = .milliseconds(number)
    case .word(let place): settings[keyPath: place] = text
    case .path(let place): settings[keyPath: place] = atHome(text, environment)
    case .address(let place):
      guard isAddress(text) else { return "must be HOST:PORT" }
      settings[keyPath: place] = text
    case .glyphs(let place):
      guard flag != nil || text == "auto" else { return "must be true, false or auto" }
      settings[keyPath: place] = flag.map { $0 ? .ascii : .utf8 } ?? .automatic
    case .signIn(let place):
      guard let policy = SignInPolicy(rawValue: text.lowercased()) else {
        return "must be never, ask or auto"
      }
      settings[keyPath: place] = policy
    case .words(let place): settings[keyPath: place] = text.split(separator: " ").map(String.init)
    case .keys(let place):
      var choices = settings[keyPath: place]
      for word in text.split(separator: " ") {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
          String.init)
        guard parts.count == 2 else { return "must be ACTION=KEY,KEY words" }
        let keys = parts[1].count == 1 ? [parts[1]] : parts[1].split(separator: ",").map(String.init)
        if let problem = choices.bind(parts[0], to: keys) { return "\(parts[0]): \(problem)" }
      }
      settings[keyPath: place] = choices
    case .columns(let place):
      var choices = settings[keyPath: place]
      for word in text.split(separator: ",") {
        let parts = word.split(separator: "=", maxSplits: 1).map { trim(String($0)) }
        guard parts.count == 2 else { return "must be TITLE=WORD, with commas between them" }
        if let problem = choices.choose(parts[1], for: parts[0]) { return "\(parts[0]): \(problem)" }
      }
      settings[keyPath: place] = choices
    case .filters(let place):
      var saved = settings[keyPath: place]
      for word in text.split(separator: ";") {
        let parts = word.drop { $0 == " " }.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return "must be NAME=FILTER, with ; between them" }
        if let problem = saved.save(parts[1], as: parts[0]) { return "\(parts[0]): \(problem)" }
      }
      settings[keyPath: place] = saved
    }
    return nil
  }

  /// A slip in a variable's name would go unseen; other programs' variables are theirs.
  private func checkNames(_ findings: inout Findings) {
    let known =
      SettingField.all.map(\.variable) + SessionPolicy.variables + [
        "SESSIONTOP_CONFIG", "MCP_SESSION_DEBUG", SessionPolicy.consentVariable,
      ]
    for name in environment.keys.sorted() where !known.contains(name) {
      guard name.hasPrefix("SESSIONTOP_") || name.hasPrefix("MCP_SESSION_") else { continue }
      guard let meant = suggestion(for: name, among: known) else { continue }
      findings.add(
        Diagnostic(
          file: environmentName, .warning, path: shownName(name), "unknown variable, nothing reads it",
          remedy: "did you mean \(meant)?"))
    }
  }

  /// Every setting with its origin, under the names of the file.
  var resolved: [ResolvedSetting] {
    others + policy.resolved
      + SettingField.all.map { field in
        ResolvedSetting(
          name: field.path, value: field.value(in: settings), origin: origins[field.path] ?? .builtIn,
          variables: variables[field.path] ?? [])
      }
  }
}

private func isAddress(_ text: String) -> Bool {
  guard let colon = text.lastIndex(of: ":"), colon != text.startIndex else { return false }
  return Int(text[text.index(after: colon)...]).map { (1...65_535).contains($0) } ?? false
}

extension Section {
  /// A text with its variables in place; null is a value, too. Absent when it is not there or cannot be used.
  func optionalText(
    _ key: String, _ environment: [String: String], _ findings: inout Findings
  ) -> Located<Substitution?>? {
    guard let node = mapping[key] else { return nil }
    if node.isNull { return Located(value: nil, mark: node.mark) }
    guard let text = text(of: node, key, &findings) else { return nil }
    let result = substitute(text.value, from: environment, syntax: [.braces, .defaults, .environmentPrefix])
    for variable in result.unresolved {
      findings.add(
        diagnostic(
          .error, key, at: text.mark, "the variable \(variable.name) is not set",
          remedy: "set it in the environment"))
    }
    return result.unresolved.isEmpty ? Located(value: result, mark: text.mark) : nil
  }
}
