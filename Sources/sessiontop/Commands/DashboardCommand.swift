import ArgumentParser
import TopConfiguration
import TopDisplay
import TopPlatform
import TopReports
import MCPSessions

/// `dashboard`, and what happens without a command.
struct DashboardCommand: ProgramCommand {
  static let configuration = CommandConfiguration(
    commandName: "dashboard", abstract: "The live screen (what happens without a command).")

  @OptionGroup var source: Source
  @OptionGroup var screen: Screen
  @OptionGroup var logging: Logging

  @Flag(help: "Print the screen as flat lines, once; with --refresh again whenever it changed.")
  var plain = false

  @Flag(help: "Keep an engine of its own although a service watches the same files.")
  var own = false

  @MainActor
  func perform() throws(CannotRun) -> Int32 {
    let signals = try Signals.ofScreen()
    let places = source.places
    guard let loaded = load(places) else { return ExitCode.configuration }
    var plan = try DashboardPlan(screen, loaded.ui)
    plan.servers = loaded.servers
    plan.limits = loaded.limits
    plan.keeping = logging.settings(loaded)
    let words = source.config.map { "--config \(quoted($0))" } + (source.found ? ["--found"] : [])
    plan.invocation = (["sessiontop"] + words).joined(separator: " ")
    if plain {
      return try printPlain(plan, loaded: loaded, repeats: screen.refresh?.duration, signals: signals)
    }
    if !own {
      let (living, others) = Instances.look()
      if let service = living.first(where: { $0.report.command == "serve" && $0.watches(loaded) })?.report {
        plan.attach(to: service)
        return try openDashboard(plan, signals: signals)
      }
      for case (let name, .version(let other)) in others {
        plan.greeting = plan.greeting ?? "\(name) is there, but \(other)"
      }
    }
    plan.reloader = Reloader(places, loaded)
    plan.control = ControlSocket(as: "dashboard", loaded, isReadOnly: plan.isReadOnly)
    return try openDashboard(plan, signals: signals)
  }
}
