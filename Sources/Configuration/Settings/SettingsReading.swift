import Display
import Sessions

extension Settings {
  /// Lays the sections of our own file over what is there; servers and sessions are read elsewhere.
  mutating func read(_ root: Section, environment: [String: String], _ findings: inout Findings) {
    if let section = root.section("ui", &findings) { ui.read(section, &findings) }
    if let section = root.section("log", &findings) { log.read(section, environment, &findings) }
    if let section = root.section("metrics", &findings) { metrics.read(section, environment, &findings) }
    if let section = root.section("limits", &findings) { limits.read(section, &findings) }
    readUsers(root, &findings)
  }

  private mutating func readUsers(_ root: Section, _ findings: inout Findings) {
    guard let node = root.mapping["users"] else { return }
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
      let user = Section(file: root.file, keys: [path], mapping: mapping)
      user.checkKeys(["id", "variables"], consequence: "nothing reads it", &findings)
      _ = user.textMap("variables", &findings)
      guard let id = user.text("id", &findings) else {
        if mapping["id"] == nil {
          findings.add(user.diagnostic(.error, "id", at: item.mark, "is missing", remedy: "add 'id: NAME'"))
        }
        continue
      }
      if users.contains(id.value) {
        findings.add(
          user.diagnostic(.error, "id", at: id.mark, "another user has it already", remedy: "use another id"))
      } else {
        users.append(id.value)
      }
    }
    if !users.isEmpty {
      findings.add(
        root.diagnostic(
          .notice, "users", at: root.mapping.entry("users")?.mark, "is understood, but not acted on yet"))
    }
  }
}

private let unread = "nothing reads it"

extension UISettings {
  fileprivate mutating func read(_ section: Section, _ findings: inout Findings) {
    let known = ["theme", "refresh", "readOnly", "ascii", "bell"]
    section.checkKeys(known, consequence: unread, &findings)
    theme = section.text("theme", &findings)?.value ?? theme
    if let refresh = section.integer("refresh", in: 100...60_000, unit: "milliseconds", &findings) {
      self.refresh = .milliseconds(refresh.value)
    }
    readOnly = section.flag("readOnly", &findings)?.value ?? readOnly
    bell = section.flag("bell", &findings)?.value ?? bell
    switch section.mapping["ascii"]?.scalar?.value {
    case .flag(let isASCII): glyphs = isASCII ? .ascii : .utf8
    case nil where section.mapping["ascii"] == nil: break
    default: if section.choice("ascii", ["auto"], &findings) != nil { glyphs = .automatic }
    }
  }
}

extension LogSettings {
  fileprivate mutating func read(
    _ section: Section, _ environment: [String: String], _ findings: inout Findings
  ) {
    section.checkKeys(["file", "events", "maxBytes", "keep"], consequence: unread, &findings)
    file = section.optionalText("file", environment, &findings) ?? file
    events = section.flag("events", &findings)?.value ?? events
    maxBytes =
      section.integer("maxBytes", in: 4_096...1_099_511_627_776, unit: "bytes", &findings)?.value ?? maxBytes
    keep = section.integer("keep", in: 0...1_000, unit: "files", &findings)?.value ?? keep
  }
}

extension MetricsSettings {
  fileprivate mutating func read(
    _ section: Section, _ environment: [String: String], _ findings: inout Findings
  ) {
    section.checkKeys(["listen", "file"], consequence: unread, &findings)
    file = section.optionalText("file", environment, &findings) ?? file
    guard let address = section.optionalText("listen", environment, &findings) else { return }
    let port = address.lastIndex(of: ":").flatMap { Int(address[address.index(after: $0)...]) }
    guard let port, (1...65_535).contains(port) else {
      findings.add(
        section.diagnostic(
          .error, "listen", at: section.mapping["listen"]?.mark, "must be HOST:PORT",
          remedy: "write 127.0.0.1:9464"))
      return
    }
    listen = address
  }
}

extension Limits {
  fileprivate mutating func read(_ section: Section, _ findings: inout Findings) {
    let known = ["connecting", "initializePerSecond", "events"]
    section.checkKeys(known, consequence: unread, &findings)
    connecting = section.integer("connecting", in: 1...10_000, &findings)?.value ?? connecting
    initializePerSecond =
      section.integer("initializePerSecond", in: 1...100_000, &findings)?.value ?? initializePerSecond
    events = section.integer("events", in: 100...1_000_000, &findings)?.value ?? events
  }
}

extension Section {
  /// A text with its variables in place; null is allowed and says nothing.
  fileprivate func optionalText(
    _ key: String, _ environment: [String: String], _ findings: inout Findings
  ) -> String? {
    guard mapping[key]?.isNull == false, let text = text(key, &findings) else { return nil }
    let result = substitute(text.value, from: environment, style: .withDefaults)
    for variable in result.unresolved {
      findings.add(
        diagnostic(
          .error, key, at: text.mark, "the variable \(variable.name) is not set",
          remedy: "set it in the environment"))
    }
    return result.unresolved.isEmpty ? result.text : nil
  }
}
