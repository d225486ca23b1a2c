import ArgumentParser
import TopConfiguration
import MCPSessions

/// `settings`: the default file, or every setting in force with its origin.
struct Settings: ProgramCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the settings: a commented file of all defaults, or what is in force and from where.")

  enum Kind: String, EnumerableFlag {
    case `default`, effective

    static func help(for value: Kind) -> ArgumentHelp? {
      switch value {
      case .default: "A commented file with every setting at its default."
      case .effective: "What is in force, and the file and line, variable or default it comes from."
      }
    }
  }

  @OptionGroup var source: Source

  @Flag var kind = Kind.effective

  @Flag(help: "Print what is in force as one JSON object.")
  var json = false

  func perform() -> Int32 {
    guard kind == .effective else {
      writeLine(defaultSettingsFile)
      return ExitCode.done
    }
    let loaded = source.places.read()
    for diagnostic in loaded.diagnostics where diagnostic.severity != .notice {
      complain(diagnostic.description)
    }
    if json {
      writeLine(settingsLine(loaded.inForce, of: nil))
    } else {
      for line in settingsTable(loaded.inForce) { writeLine(line) }
    }
    return checkResult(loaded)
  }
}
