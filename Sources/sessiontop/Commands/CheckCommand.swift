import ArgumentParser
import TopConfiguration
import MCPWire
import MCPSessions
import TopReports

/// `check`: every problem, then what is usable; or what is in force for one server.
struct Check: ProgramCommand {
  static let configuration = CommandConfiguration(
    abstract: "Validate configuration files without touching the network: every problem in one run.")

  @OptionGroup var source: Source

  @Argument(help: "Files to check; those of --config otherwise.", completion: .configuration)
  var files: [String] = []

  @Flag(help: "Print servers and problems, or the settings of --show, as one JSON object.")
  var json = false

  @Option(
    help: "Print what is in force for this server and where each value comes from.",
    completion: .configuredServers)
  var show: String?

  func perform() -> Int32 {
    let places = source.places
    let loaded = ConfigurationPlaces(
      paths: files + places.paths, namesByFile: places.namesByFile, environment: places.environment
    ).read()
    if let name = show { return showSettings(of: name, loaded, asJSON: json) }
    if json {
      writeLine(checkLine(loaded))
    } else {
      for diagnostic in loaded.diagnostics { writeLine(diagnostic.description) }
      for source in loaded.sources { writeLine(words(for: source)) }
      for line in verdicts(loaded) { writeLine(line) }
    }
    return checkResult(loaded)
  }
}

/// Notices are no fault; anything worse is one, and without a usable server there is nothing to do.
func checkResult(_ loaded: Loaded) -> Int32 {
  guard loaded.isUsable else { return ExitCode.configuration }
  let isClean = loaded.diagnostics.allSatisfy { $0.severity == .notice }
  return isClean ? ExitCode.done : ExitCode.notWell
}

/// Whose a file is, and how much stands in it.
private func words(for source: SourceFile) -> String {
  let path = PrintableText.line(source.path, limit: 4_096)
  return "\(path): a file of \(source.owner), \(source.servers) server\(source.servers == 1 ? "" : "s")"
}

private func verdicts(_ loaded: Loaded) -> [String] {
  guard loaded.isUsable else { return [] }
  guard !loaded.servers.isEmpty else { return ["no servers"] }
  return loaded.servers.map { server in
    let verdict =
      switch server.availability {
      case .automatic where server.process != nil: "started and monitored"
      case .automatic: "monitored" + (server.note.map { " (\(PrintableText.line($0)))" } ?? "")
      case .onDemand where server.process != nil: "started only when you ask (r, --stdio, stdio: all)"
      case .onDemand: "monitored on demand"
      case .switchedOff(let why): "monitored on demand: \(PrintableText.line(why))"
      case .unmonitored(let why): "not monitored: \(PrintableText.line(why))"
      case .broken(let why): "cannot be used: \(PrintableText.line(why))"
      }
    return "\(PrintableText.line(server.name, limit: 60)): \(server.transport.rawValue), \(verdict)"
      + commandVerdict(server)
  }
}

/// The whole result as one line of JSON, schema version 1; what has no place in a file has no line.
private func checkLine(_ loaded: Loaded) -> String {
  var writer = JSONWriter()
  writer.object {
    $0.member("v", 1)
    $0.array("servers") {
      for server in loaded.servers {
        $0.object {
          $0.member("name", server.name)
          $0.member("transport", server.transport.rawValue)
          $0.member("usable", server.availability.isUsable)
          $0.member("monitored", server.availability.isMonitored)
          $0.command(server)
        }
      }
    }
    $0.array("problems") {
      for problem in loaded.diagnostics {
        $0.object {
          $0.member("file", problem.file)
          $0.member("line", problem.mark?.line)
          $0.member("column", problem.mark?.column)
          $0.member("severity", problem.severity.rawValue)
          $0.member("path", problem.path)
          $0.member("message", problem.problem)
          $0.member("remedy", problem.remedy)
        }
      }
    }
    $0.array("files") {
      for source in loaded.sources {
        $0.object {
          $0.member("file", PrintableText.line(source.path, limit: 4_096))
          $0.member("owner", source.owner)
          $0.member("servers", source.servers)
        }
      }
    }
  }
  return writer.text
}

extension Availability {
  fileprivate var isUsable: Bool {
    if case .broken = self { false } else { true }
  }

  fileprivate var isMonitored: Bool {
    switch self {
    case .automatic, .onDemand, .switchedOff: true
    case .unmonitored, .broken: false
    }
  }
}

/// `check --show`: problems go to standard error, so that the settings can be piped on.
private func showSettings(of name: String, _ loaded: Loaded, asJSON: Bool) -> Int32 {
  let shown = PrintableText.line(name, limit: 128)
  for diagnostic in loaded.diagnostics where diagnostic.severity != .notice {
    complain(diagnostic.description)
  }
  guard let settings = loaded.effective[ExactText(shown)] else {
    guard loaded.isUsable else { return ExitCode.configuration }
    let known = loaded.servers.map(\.name)
    let remedy =
      suggestion(for: shown, among: known).map { "did you mean \($0)?" }
      ?? "`sessiontop check` lists the servers"
    complain("there is no server '\(shown)' in the configuration; \(remedy)")
    return ExitCode.usage
  }
  if asJSON {
    writeLine(settingsLine(settings, of: shown))
  } else {
    for line in settingsTable(settings) { writeLine(line) }
  }
  return checkResult(loaded)
}

/// Settings as one line of JSON; numbers and flags keep their type, nothing in force is null.
func settingsLine(_ settings: [ResolvedSetting], of name: String?) -> String {
  var writer = JSONWriter()
  writer.object {
    $0.member("name", name)
    $0.array("settings") {
      for setting in settings {
        $0.object {
          $0.member("name", setting.name)
          switch setting.value {
          case .number(let number): $0.member("value", number)
          case .flag(let flag): $0.member("value", flag)
          case .text(let text): $0.member("value", text)
          case .masked: $0.member("value", setting.value.description)
          case .none: $0.null("value")
          }
          $0.member("origin", setting.source)
        }
      }
    }
  }
  return writer.text
}

/// Name, value and origin in columns.
func settingsTable(_ settings: [ResolvedSetting]) -> [String] {
  let rows = settings.map { setting in
    [setting.name, setting.value.description, setting.source].map { PrintableText.line($0, limit: 400) }
  }
  func width(_ column: Int) -> Int { rows.map { $0[column].count }.max() ?? 0 }
  // One long URL must not push all origins off the screen.
  let (names, values) = (min(width(0), 40), min(width(1), 48))
  return rows.map { padded($0[0], to: names) + "  " + padded($0[1], to: values) + "  " + $0[2] }
}
