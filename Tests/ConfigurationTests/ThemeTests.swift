import TopDisplay
import Glibc
import TopTestFolders
import Testing

@testable import TopConfiguration

struct ThemeTests {
  /// The folder at the top of the project, seen from this file.
  private static let folder =
    #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/themes"

  private func load(_ text: String) -> (theme: Theme?, lines: [String]) {
    let folder = TemporaryFolder()
    folder.write(text, to: "my.yaml")
    let (theme, diagnostics) = Themes.named("./my.yaml", currentDirectory: folder.path)
    return (theme, diagnostics.map(\.description))
  }

  @Test func `The list of themes is the folder of themes`() throws {
    let directory = try #require(opendir(Self.folder))
    defer { closedir(directory) }
    var files: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(".yaml") { files.append(String(name.dropLast(5))) }
    }
    #expect(files.sorted() == Themes.names.sorted())
  }

  @Test(arguments: Themes.names)
  func `A built-in theme gives every role a look and tells bad states apart without colour`(name: String)
    throws
  {
    let (theme, diagnostics) = Themes.named(name)
    #expect(diagnostics == [])
    let look = try #require(theme)
    #expect(look.name == name && look.appearances.count == Role.allCases.count)
    func mono(_ role: Role) -> Attributes { look[role].mono ?? look[role].attributes }
    let bad: [Role] = [.stateFailed, .stateUnauthorized, .stateUnstable, .stateRecovering, .stateDegraded]
    #expect(Set(bad.map(mono)).count == bad.count)
    #expect(bad.allSatisfy { mono($0) != mono(.stateReady) && mono($0) != mono(.stateIdle) })
    if name != "mono" {
      let shown = (bad + [.stateReady, .stateConnecting, .stateIdle]).map { look[$0] }
      #expect(Set(shown).count == shown.count)
    }
  }

  @Test func `The default theme follows the user's palette`() throws {
    let theme = try #require(Themes.named("default").theme)
    for (role, look) in theme.appearances {
      for color in [look.foreground, look.background] {
        if case .fixed = color { Issue.record("\(role) has a fixed colour") }
      }
    }
  }

  @Test func `A theme inherits field by field and missing stand-ins are derived`() throws {
    let (theme, lines) = load(
      """
      schema: 1
      name: mine
      based_on: default
      palette: {ok: {hex: "#5faf5f"}, red: {hex: "#ff0000", c256: 160, c16: 1}, line: bright-blue}
      roles:
        state.ready: {fg: $ok, bg: "#000000"}
        state.failed: {fg: $red}
        border: {fg: $line, attr: [dim, bold]}
      glyphs: ascii
      """)
    #expect(lines == [])
    let look = try #require(theme)
    #expect(look[.stateReady].foreground == .fixed(red: 0x5F, green: 0xAF, blue: 0x5F, c256: 71, c16: 8))
    #expect(look[.stateReady].background == .fixed(red: 0, green: 0, blue: 0, c256: 16, c16: 0))
    #expect(look[.stateFailed].foreground == .fixed(red: 255, green: 0, blue: 0, c256: 160, c16: 1))
    #expect(look[.stateFailed].attributes == .bold && look[.stateFailed].mono == [.reverse, .bold])
    #expect(look[.border].foreground == .ansi(12) && look[.border].attributes == [.dim, .bold])
    #expect(look.glyphs == .ascii && look.name == "mine")
  }

  @Test func `Whatever is wrong in a theme has its line`() {
    let (theme, lines) = load(
      """
      schema: 2
      name: 3
      palette: {ok: {hex: green}, two: {c16: red}}
      roles:
        state.redy: {fg: green}
        text: {fg: gren, bg: $okay, attr: [bold, blink], size: 3}
      """)
    #expect(theme == nil)
    #expect(
      lines == [
        "./my.yaml:1:9: error: schema: must be 1; this version knows only 1",
        "./my.yaml:2:7: error: name: must be text, not a whole number; put it in quotes",
        "./my.yaml:3:21: error: palette.ok.hex: must be #rrggbb in quotes; write \"#5faf5f\"",
        "./my.yaml:3:29: error: palette.two.hex: is missing; add hex: \"#rrggbb\"",
        "./my.yaml:5:3: error: roles.state.redy: unknown role; did you mean state.ready?",
        "./my.yaml:6:14: error: roles.text.fg: is no colour; did you mean green?",
        "./my.yaml:6:24: error: roles.text.bg: the palette has no such colour; write default, a name such as "
          + "bright-red, \"#rrggbb\" or $NAME of the palette",
        "./my.yaml:6:44: error: roles.text.attr: must be bold, dim, reverse or underline; write one of these words, "
          + "or []",
        "./my.yaml:6:52: warning: roles.text.size: unknown key, nothing reads it",
      ])
  }

  @Test func `Names, circles and missing files are explained`() {
    #expect(
      Themes.named("drak").diagnostics.map(\.description) == [
        "theme: error: drak: there is no such theme; did you mean dark?"
      ])
    let folder = TemporaryFolder()
    let environment = ["XDG_CONFIG_HOME": folder.path]
    folder.write("schema: 1\nname: a\nbased_on: b\n", to: "sessiontop/themes/a.yaml")
    folder.write("schema: 1\nname: b\nbased_on: a\n", to: "sessiontop/themes/b.yaml")
    folder.write(
      "schema: 1\nname: c\nbased_on: light\nroles: {text: {fg: red}}\n", to: "sessiontop/themes/c.yaml")
    let circle = Themes.named("a", environment: environment)
    #expect(circle.theme == nil)
    #expect(circle.diagnostics.first { $0.problem == "leads back to this theme" } != nil)
    #expect(Themes.named("c", environment: environment).theme?[.text].foreground == .ansi(1))
  }
}
