import ArgumentParser
import TopConfiguration
import TopDisplay
import Glibc

/// `theme`: what there is, how it looks, what is wrong with it.
struct ThemeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "theme", abstract: "Themes: list them, show one, check one.",
    subcommands: [List.self, Show.self, CheckTheme.self], defaultSubcommand: List.self)

  struct List: ProgramCommand {
    static let configuration = CommandConfiguration(abstract: "The themes that can be named.")

    func perform() -> Int32 {
      let own = Themes.userNames(environment)
      for name in Themes.names { writeLine(own.contains(name) ? "\(name) (yours)" : name) }
      for name in own where !Themes.names.contains(name) { writeLine("\(name) (yours)") }
      if let folder = Themes.folder(environment) { writeLine("yours are NAME.yaml in \(folder)") }
      return ExitCode.done
    }
  }

  struct Show: ProgramCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Every role of a theme with its colours for every depth, as a sample where colour is possible.")

    @Argument(help: "A name or a file.", completion: .themes)
    var name = "default"

    func perform() -> Int32 {
      let (theme, diagnostics) = Themes.named(
        name, environment: environment, currentDirectory: currentDirectory)
      for diagnostic in diagnostics { complain(diagnostic.description) }
      guard let theme else { return ExitCode.usage }
      let hasColor = isatty(1) == 1 && (environment["NO_COLOR"] ?? "").isEmpty
      let ground = theme.background == .any ? "any background" : "a \(theme.background.rawValue) background"
      writeLine("\(theme.name), for \(ground)")
      writeLine(row("ROLE", "TRUE COLOUR", "256", "16", "BACKGROUND", "ATTRIBUTES", "WITHOUT COLOUR"))
      for role in Role.allCases {
        let look = theme[role]
        let line = row(
          role.rawValue, hex(look.foreground), of256(look.foreground), of16(look.foreground),
          hex(look.background), words(look.attributes), words(look.mono ?? look.attributes))
        writeLine(hasColor ? "\(line) \(sample(look))" : line)
      }
      return ExitCode.done
    }
  }

  struct CheckTheme: ProgramCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Check contrast, and that states can be told apart without colour and by deuteranopes.")

    @Argument(help: "Names or files; all that are built in otherwise.", completion: .themes)
    var names: [String] = []

    func perform() -> Int32 {
      var code = ExitCode.done
      for name in names.isEmpty ? Themes.names : names {
        let (theme, diagnostics) = Themes.named(
          name, environment: environment, currentDirectory: currentDirectory)
        for diagnostic in diagnostics { writeLine(diagnostic.description) }
        guard let theme else {
          code = ExitCode.notWell
          continue
        }
        let report = TopConfiguration.check(theme)
        for problem in report.problems { writeLine("\(name): error: \(problem)") }
        for note in report.notes { writeLine("\(name): note: \(note)") }
        if report.problems.isEmpty { writeLine("\(name): can be read, and its states told apart") }
        if !report.problems.isEmpty { code = ExitCode.notWell }
      }
      return code
    }
  }
}

private func row(_ words: String...) -> String {
  zip(words, [19, 12, 8, 15, 11, 15, 15]).map { word, width in
    word + String(repeating: " ", count: max(1, width - word.count))
  }.joined()
}

private func hex(_ color: Color) -> String {
  switch color {
  case .terminal: "default"
  case .ansi(let index): colorNames[Int(index & 15)]
  case .fixed(let red, let green, let blue, _, _):
    "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

private func of256(_ color: Color) -> String {
  switch color {
  case .terminal: "default"
  case .ansi(let index): String(index)
  case .fixed(_, _, _, let number, _): String(number)
  }
}

private func of16(_ color: Color) -> String {
  if case .fixed(_, _, _, _, let number) = color { colorNames[Int(number & 15)] } else { hex(color) }
}

private func words(_ attributes: Attributes) -> String {
  let all: [(Attributes, String)] = [
    (.bold, "bold"), (.dim, "dim"), (.reverse, "reverse"), (.underline, "underline"),
  ]
  let present = all.filter { attributes.contains($0.0) }.map(\.1).joined(separator: " ")
  return present.isEmpty ? "-" : present
}

/// A word in the look of a role.
private func sample(_ look: Appearance) -> String {
  func code(_ color: Color, _ base: Int) -> [String] {
    switch color {
    case .terminal: []
    case .ansi(let index): [String(index < 8 ? base + Int(index) : base + 52 + Int(index))]
    case .fixed(_, _, _, let number, _): ["\(base + 8);5;\(number)"]
    }
  }
  let marks: [(Attributes, String)] = [(.bold, "1"), (.dim, "2"), (.underline, "4"), (.reverse, "7")]
  let codes =
    marks.filter { look.attributes.contains($0.0) }.map(\.1) + code(look.foreground, 30)
    + code(look.background, 40)
  return "\u{1B}[\(codes.joined(separator: ";"))m sample \u{1B}[0m"
}
