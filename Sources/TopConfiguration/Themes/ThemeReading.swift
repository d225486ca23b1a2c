import MCPSessions
import TopDisplay

/// A theme before it is complete: what one file says, laid over what it is based on.
struct ThemeSource {
  var name: String
  var palette: [String: Color] = [:]
  var appearances: [Role: Appearance] = [:]
  var glyphs: GlyphChoice?
  var background: ThemeBackground?
}

/// What became of `based_on`.
enum ThemeBase {
  case found(ThemeSource)
  /// It is there and cannot be used; that was said already.
  case unusable
  case circular
}

/// Reads a theme file: `schema`, `name`, `based_on`, `palette`, `roles`, `glyphs`,
/// `background`. Roles that are written
/// replace those of the base field by field.
func readTheme(
  _ bytes: [UInt8], file: String, base: (String, inout Findings) -> ThemeBase,
  findings report: (Findings) -> Void
) -> ThemeSource? {
  var findings = Findings()
  defer { report(findings) }
  let document = readYAML(bytes)
  for problem in document.problems {
    findings.add(
      Diagnostic(
        file: file, mark: problem.mark, .error, path: problem.path, problem.problem, remedy: problem.remedy))
  }
  guard let mapping = document.root?.mapping else {
    if document.problems.isEmpty {
      findings.add(Diagnostic(file: file, .error, "holds no theme", remedy: "start with 'schema: 1'"))
    }
    return nil
  }
  let root = Section(file: file, keys: [], mapping: mapping)
  let known = ["schema", "name", "based_on", "palette", "roles", "glyphs", "background"]
  root.checkKeys(known, consequence: "nothing reads it", &findings)
  checkSchema(root, &findings)

  var theme = ThemeSource(name: "")
  if mapping["based_on"]?.isNull == false, let name = root.text("based_on", &findings) {
    switch base(name.value, &findings) {
    case .found(let source): theme = source
    case .unusable:
      findings.add(
        root.diagnostic(
          .error, "based_on", at: name.mark, "names a theme that cannot be used", remedy: "name another"))
    case .circular:
      findings.add(
        root.diagnostic(
          .error, "based_on", at: name.mark, "leads back to this theme", remedy: "break the circle"))
    }
  }
  theme.name = PrintableText.line(root.text("name", &findings)?.value ?? "", limit: 60)
  if let glyphs = root.choice("glyphs", ["auto", "ascii", "utf8"], &findings) {
    theme.glyphs = GlyphChoice(rawValue: glyphs.value)
  }
  if let background = root.choice("background", ThemeBackground.allCases.map(\.rawValue), &findings) {
    theme.background = ThemeBackground(rawValue: background.value)
  }
  readPalette(root, &theme, &findings)
  readRoles(root, &theme, &findings)
  return theme
}

private func checkSchema(_ root: Section, _ findings: inout Findings) {
  guard let schema = root.mapping["schema"] else {
    findings.add(
      root.diagnostic(
        .error, "schema", at: root.mapping.entries.first?.mark, "is missing", remedy: "add 'schema: 1'"))
    return
  }
  guard schema.scalar?.value.whole != 1 else { return }
  findings.add(
    root.diagnostic(.error, "schema", at: schema.mark, "must be 1", remedy: "this version knows only 1"))
}

private func readPalette(_ root: Section, _ theme: inout ThemeSource, _ findings: inout Findings) {
  guard let palette = root.section("palette", &findings) else { return }
  for entry in palette.mapping.entries {
    let color =
      entry.value.mapping == nil
      ? palette.color(of: entry.value, entry.key, theme.palette, &findings)
      : palette.section(of: entry.value, entry.key, &findings).flatMap {
        readFixedColor($0, at: entry.mark, &findings)
      }
    if let color { theme.palette[entry.key] = color }
  }
}

private func readRoles(_ root: Section, _ theme: inout ThemeSource, _ findings: inout Findings) {
  guard let roles = root.section("roles", &findings) else { return }
  let known = Role.allCases.map(\.rawValue)
  for entry in roles.mapping.entries {
    guard let role = Role(rawValue: entry.key) else {
      let meant = suggestion(for: entry.key, among: known).map { "did you mean \($0)?" }
      findings.add(
        roles.diagnostic(
          .error, entry.key, at: entry.mark, "unknown role", remedy: meant ?? "remove it"))
      continue
    }
    guard let fields = roles.section(of: entry.value, entry.key, &findings) else { continue }
    fields.checkKeys(["fg", "bg", "attr", "mono"], consequence: "nothing reads it", &findings)
    var appearance = theme.appearances[role] ?? Appearance()
    appearance.foreground = fields.color("fg", theme.palette, &findings) ?? appearance.foreground
    appearance.background = fields.color("bg", theme.palette, &findings) ?? appearance.background
    appearance.attributes = fields.attributes("attr", &findings) ?? appearance.attributes
    appearance.mono = fields.attributes("mono", &findings) ?? appearance.mono
    theme.appearances[role] = appearance
  }
}

/// `{hex: "#5faf5f", c256: 71, c16: green}`; what is missing is the nearest colour.
private func readFixedColor(_ section: Section, at mark: Mark, _ findings: inout Findings) -> Color? {
  section.checkKeys(["hex", "c256", "c16"], consequence: "nothing reads it", &findings)
  guard let hex = section.text("hex", &findings) else {
    if section.mapping["hex"] == nil {
      findings.add(section.diagnostic(.error, "hex", at: mark, "is missing", remedy: "add hex: \"#rrggbb\""))
    }
    return nil
  }
  guard let rgb = RGB(hex: hex.value) else {
    findings.add(
      section.diagnostic(
        .error, "hex", at: hex.mark, "must be #rrggbb in quotes", remedy: "write \"#5faf5f\""))
    return nil
  }
  let c256 = section.integer("c256", in: 0...255, &findings).map { UInt8($0.value) }
  var c16: UInt8?
  if section.mapping["c16"]?.scalar?.value.whole != nil {
    c16 = section.integer("c16", in: 0...15, &findings).map { UInt8($0.value) }
  } else if let word = section.choice("c16", colorNames, &findings) {
    c16 = colorNames.firstIndex(of: word.value).map { UInt8($0) }
  }
  return .fixed(
    red: rgb.red, green: rgb.green, blue: rgb.blue, c256: c256 ?? rgb.nearestOf256,
    c16: c16 ?? rgb.nearestOf16)
}

extension Section {
  fileprivate func color(_ key: String, _ palette: [String: Color], _ findings: inout Findings) -> Color? {
    guard let node = mapping[key] else { return nil }
    return color(of: node, key, palette, &findings)
  }

  /// `default`, one of the 16 names, `#rrggbb`, or `$NAME` of the palette.
  fileprivate func color(
    of node: Node, _ key: String, _ palette: [String: Color], _ findings: inout Findings
  ) -> Color? {
    guard let word = text(of: node, key, &findings) else { return nil }
    if word.value == "default" { return .terminal }
    if let index = colorNames.firstIndex(of: word.value) { return .ansi(UInt8(index)) }
    if let rgb = RGB(hex: word.value) {
      return .fixed(
        red: rgb.red, green: rgb.green, blue: rgb.blue, c256: rgb.nearestOf256, c16: rgb.nearestOf16)
    }
    let isReference = word.value.hasPrefix("$")
    if isReference, let color = palette[String(word.value.dropFirst())] { return color }
    let names = isReference ? palette.keys.sorted().map { "$\($0)" } : ["default"] + colorNames
    let meant = suggestion(for: word.value, among: names).map { "did you mean \($0)?" }
    findings.add(
      diagnostic(
        .error, key, at: word.mark,
        isReference ? "the palette has no such colour" : "is no colour",
        remedy: meant ?? "write default, a name such as bright-red, \"#rrggbb\" or $NAME of the palette"))
    return nil
  }

  /// One word or a list of them.
  fileprivate func attributes(_ key: String, _ findings: inout Findings) -> Attributes? {
    guard let node = mapping[key] else { return nil }
    let words = node.items == nil ? text(key, &findings).map { [$0] } : texts(key, &findings)
    guard let words else { return nil }
    let known: [String: Attributes] = [
      "bold": .bold, "dim": .dim, "reverse": .reverse, "underline": .underline,
    ]
    var result: Attributes = []
    for word in words {
      guard let attribute = known[word.value] else {
        let meant = suggestion(for: word.value, among: known.keys.sorted()).map { "did you mean \($0)?" }
        findings.add(
          diagnostic(
            .error, key, at: word.mark, "must be bold, dim, reverse or underline",
            remedy: meant ?? "write one of these words, or []"))
        continue
      }
      result.insert(attribute)
    }
    return result
  }
}
