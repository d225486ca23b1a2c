import ArgumentParser
import Configuration
import Platform
import Reports
import Sessions

/// `attach`: a dashboard on a running instance.
struct AttachCommand: ProgramCommand {
  static let configuration = CommandConfiguration(
    commandName: "attach",
    abstract: "The dashboard on an instance that is running: any number at once, none of which it waits for.",
    discussion: """
      Leaving it leaves the sessions alone. When the instance goes away the dashboard says so, shows what it said last, \
      and attaches again by itself.
      """)

  @Argument(help: "Its name; not needed where only one is running.")
  var name: String?

  @OptionGroup var screen: Screen

  @MainActor
  func perform() throws(CannotRun) -> Int32 {
    let signals = try Signals.ofScreen()
    let running = try Instances.one(named: name).report
    // The look is this person's own; what is watched is the instance's.
    var plan = try DashboardPlan(screen, ConfigurationPlaces(paths: [], namesByFile: false).read().ui)
    plan.attach(to: running)
    guard !screen.plain else {
      throw CannotRun(
        description: "--plain is for an engine of its own; sessiontop status asks the instance",
        exitCode: ExitCode.usage)
    }
    return try openDashboard(plan, signals: signals)
  }
}

extension DashboardPlan {
  /// Shows what a running instance sees.
  mutating func attach(to running: InstanceReport) {
    attachedTo = running.name
    isReadOnly = isReadOnly || running.isReadOnly
    host = "\(hostName) \(PrintableText.line(running.name, limit: 20))"
    invocation = "sessiontop attach \(running.name)"
    greeting = greeting ?? "on the service \(running.name): its sessions stay when you leave"
  }
}
