public import Display
import Glibc

/// Why a theme cannot be used: place, problem and remedy in one line each.
public struct ThemeError: Error, CustomStringConvertible, Sendable {
  public let description: String
}

/// The themes inside the binary, and those of the user.
public enum Themes {
  /// Built-in themes, the default first.
  public static let names = ["default", "dark", "light", "mono"]

  /// A built-in theme, a file by its path, or `themes/NAME.yaml` in the user's configuration directory.
  public static func load(_ name: String, environment: [String: String]) throws(ThemeError) -> Theme {
    let builtIn = [
      "default": PackageResources.default_yaml, "dark": PackageResources.dark_yaml,
      "light": PackageResources.light_yaml, "mono": PackageResources.mono_yaml,
    ]
    if let bytes = builtIn[name] { return try theme(bytes, file: "\(name).yaml") }
    let home = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? "\(environment["HOME"] ?? "")/.config"
    let path = name.contains("/") ? name : "\(home)/sessiontop/themes/\(name).yaml"
    guard let bytes = try contents(path) else {
      let guess = closest(to: name, among: names).map { "did you mean \($0)?" } ?? "use one of \(names.joined(separator: ", "))"
      throw ThemeError(description: "theme \(name): there is no \(path); \(guess)")
    }
    return try theme(bytes, file: path)
  }

  static func theme(_ bytes: [UInt8], file: String) throws(ThemeError) -> Theme {
    var findings = Findings(file: file)
    let theme = read(bytes, &findings)
    guard findings.diagnostics.isEmpty else {
      throw ThemeError(description: findings.diagnostics.map(\.description).joined(separator: "\n"))
    }
    return theme
  }

  private static func read(_ bytes: [UInt8], _ findings: inout Findings) -> Theme {
    let empty = Theme(name: "", appearances: [:])
    do {
      guard let root = try YAMLParser.parse(bytes), let fields = Fields(root, path: "theme", &findings) else {
        findings.error(nil, "", "the file holds no theme", "start with `schema: 1` and `name:`")
        return empty
      }
      fields.reportUnknown(
        known: ["schema", "name", "palette", "roles", "glyphs"], consequence: "it has no effect", &findings)
      let palette = readPalette(fields["palette"], &findings)
      let appearances = readRoles(fields["roles"], palette, &findings)
      let glyphs = fields.text("glyphs", &findings)
      if let glyphs, GlyphChoice(rawValue: glyphs.text) == nil {
        findings.error(glyphs.mark, "glyphs", "\(glyphs.text) is no choice", "use auto, ascii or utf8")
      }
      return Theme(
        name: fields.text("name", &findings)?.text ?? "unnamed", appearances: appearances,
        glyphs: glyphs.flatMap { GlyphChoice(rawValue: $0.text) } ?? .automatic)
    } catch {
      findings.error(error.mark, "", error.problem, error.remedy)
      return empty
    }
  }

  private static func readRoles(
    _ node: YAMLNode?, _ palette: [String: Color], _ findings: inout Findings
  ) -> [Role: Appearance] {
    guard let node, let roles = Fields(node, path: "roles", &findings) else { return [:] }
    var appearances: [Role: Appearance] = [:]
    for entry in node.entries ?? [] {
      guard let role = Role(rawValue: entry.key) else {
        let guess = closest(to: entry.key, among: Role.allCases.map(\.rawValue)).map { "did you mean \($0)?" }
        findings.error(entry.keyMark, roles.path(entry.key), "no such role", guess ?? "remove it")
        continue
      }
      guard let fields = Fields(entry.value, path: roles.path(entry.key), &findings) else { continue }
      var look = Appearance()
      if let (name, mark) = fields.text("fg", &findings) { look.foreground = color(name, mark, fields.path("fg"), palette, &findings) }
      if let (name, mark) = fields.text("bg", &findings) { look.background = color(name, mark, fields.path("bg"), palette, &findings) }
      if let attributes = attributes(fields, "attr", &findings) { look.attributes = attributes }
      look.mono = attributes(fields, "mono", &findings)
      appearances[role] = look
    }
    return appearances
  }

  private static func attributes(_ fields: Fields, _ name: String, _ findings: inout Findings) -> Attributes? {
    guard let node = fields[name] else { return nil }
    let known = ["bold": Attributes.bold, "dim": .dim, "reverse": .reverse, "underline": .underline]
    var result: Attributes = []
    for element in node.elements ?? [node] {
      guard case .text(let word) = element.value, let attribute = known[word] else {
        findings.error(element.mark, fields.path(name), "no such attribute", "use bold, dim, reverse or underline")
        continue
      }
      result.insert(attribute)
    }
    return result
  }

  private static func color(
    _ name: String, _ mark: Mark, _ path: String, _ palette: [String: Color], _ findings: inout Findings
  ) -> Color {
    if name == "default" { return .terminal }
    if name.hasPrefix("$"), let color = palette[String(name.dropFirst())] { return color }
    if let index = ansiNames.firstIndex(of: name) { return .ansi(UInt8(index)) }
    if let color = fixedColor(hex: name, c256: nil, c16: nil) { return color }
    let known = palette.keys.map { "$\($0)" } + ansiNames
    let guess = closest(to: name, among: known).map { "did you mean \($0)?" }
    findings.error(mark, path, "\(name) is no colour", guess ?? "use default, a palette name, an ANSI name or #rrggbb")
    return .terminal
  }

  private static func readPalette(_ node: YAMLNode?, _ findings: inout Findings) -> [String: Color] {
    guard let node, Fields(node, path: "palette", &findings) != nil else { return [:] }
    var palette: [String: Color] = [:]
    for entry in node.entries ?? [] {
      let path = "palette.\(entry.key)"
      guard let fields = Fields(entry.value, path: path, &findings), let (hex, mark) = fields.text("hex", &findings)
      else { continue }
      let c256 = fields.integer("c256", 0...255, unit: "colours", &findings)
      let c16 = fields.text("c16", &findings)
      let index = c16.flatMap { ansiNames.firstIndex(of: $0.text) }
      if let c16, index == nil { findings.error(c16.mark, "\(path).c16", "no such colour", "use an ANSI name such as bright-red") }
      guard let color = fixedColor(hex: hex, c256: c256, c16: index) else {
        findings.error(mark, "\(path).hex", "no colour", "write \"#rrggbb\" in quotes")
        continue
      }
      palette[entry.key] = color
    }
    return palette
  }

  private static func contents(_ path: String) throws(ThemeError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 262_144)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    guard count >= 0, count < bytes.count else {
      throw ThemeError(description: "\(path): cannot be read or is larger than 256 KiB; name a theme file")
    }
    return Array(bytes[..<count])
  }
}
