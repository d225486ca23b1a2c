import MCPSessions

extension SettingsReader {
  /// `users:`, whose variables stand where servers name values of a signed-in user.
  mutating func readUsers(_ root: Section, _ findings: inout Findings) {
    guard let node = root.mapping["users"], !node.isNull else { return }
    guard let items = node.items else {
      root.wrongKind(
        node, "users", "a list", remedy: "write '- {id: NAME, variables: {...}}' lines", &findings)
      return
    }
    for (index, item) in items.enumerated() {
      let path = "users[\(index)]"
      guard let mapping = item.mapping else {
        root.wrongKind(item, path, "a mapping", remedy: "write {id: NAME}", &findings)
        continue
      }
      readUser(Section(file: root.file, keys: [path], mapping: mapping), at: item.mark, &findings)
    }
  }

  private mutating func readUser(_ section: Section, at mark: Mark, _ findings: inout Findings) {
    section.checkKeys(["id", "variables"], consequence: "nothing reads it", &findings)
    let variables = section.textMap("variables", &findings)
    guard let id = section.text("id", &findings) else {
      if section.mapping["id"] == nil {
        findings.add(section.diagnostic(.error, "id", at: mark, "is missing", remedy: "add 'id: NAME'"))
      }
      return
    }
    guard !id.value.isEmpty, id.value.count <= 64, PrintableText.line(id.value, limit: 64) == id.value,
      id.value != SessionKey.sharedUser
    else {
      findings.add(
        section.diagnostic(
          .error, "id", at: id.mark, "is no name that can be shown",
          remedy: "use 1 to 64 printable characters, and not '\(SessionKey.sharedUser)'"))
      return
    }
    guard !settings.users.contains(where: { $0.id == id.value }) else {
      findings.add(
        section.diagnostic(.error, "id", at: id.mark, "another user has it already", remedy: "use another id")
      )
      return
    }
    var user = UserSettings(id: id.value)
    let place = Section(file: section.file, keys: section.keys + ["variables"], mapping: Mapping())
    for (entry, text) in variables {
      let result = substitute(
        text.value, from: environment, syntax: [.braces, .defaults, .environmentPrefix])
      for variable in result.unresolved {
        findings.add(
          place.diagnostic(
            .error, entry.key, at: text.mark, "the variable \(variable.name) is not set",
            remedy: "set it in the environment"))
      }
      guard result.unresolved.isEmpty else { continue }
      user.variables[entry.key] = Secret(result.text)
      others.append(
        ResolvedSetting(
          name: "users.\(id.value).\(shownName(entry.key))", value: .masked,
          origin: .file(section.file, text.mark), variables: result.names))
    }
    settings.users.append(user)
  }
}
