import ArgumentParser
import TopConfiguration
import TopDisplay
import TopPlatform
import TopReports
import MCPSessions

/// `attach`: a dashboard on running instances.
struct AttachCommand: ProgramCommand {
  static let configuration = CommandConfiguration(
    commandName: "attach",
    abstract: "The dashboard on instances that are running: any number at once, none of which it waits for.",
    discussion: """
      NAME is one of this machine, ssh:HOST or ssh:HOST/NAME one of another, where ssh must come in without a question \
      and find sessiontop in the PATH. Servers of several stand there as HOST/SERVER, and each line has a row of its own.
      Leaving it leaves the sessions alone. When an instance goes away the dashboard says so, shows what it said last, \
      and attaches again by itself.
      """)

  @Argument(
    help: "NAME, ssh:HOST or ssh:HOST/NAME; not needed where only one is running.",
    completion: .instances,
    transform: { text in
      guard let target = LinkTarget(text) else {
        throw ValidationError("\(PrintableText.line(text, limit: 60)) is no NAME, ssh:HOST or ssh:HOST/NAME")
      }
      return target
    })
  var targets: [LinkTarget] = []

  @Flag(help: "No screen: carry the lines of an instance to standard input and output, for another machine.")
  var pipe = false

  @OptionGroup var screen: Screen

  func validate() throws {
    if pipe, targets.count > 1 || targets.contains(where: { $0.host != nil }) {
      throw ValidationError("--pipe carries the lines of one instance of this machine")
    }
    var seen: Set<LinkTarget> = []
    for target in targets where !seen.insert(target).inserted {
      throw ValidationError("\(PrintableText.line(target.spelling, limit: 60)) stands there twice")
    }
  }

  @MainActor
  func perform() throws(CannotRun) -> Int32 {
    if pipe { return try carry() }
    let signals = try Signals.ofScreen()
    // The look is this person's own; what is watched is the instance's.
    var plan = try DashboardPlan(screen, ConfigurationPlaces(paths: [], namesByFile: false).read().ui)
    if targets.isEmpty || targets.count == 1 && targets[0].host == nil {
      plan.attach(to: try Instances.one(named: targets.first?.name).report)
    } else {
      plan.attachedTo = targets
      let labels = targets.map { $0.label(among: targets) }.joined(separator: " ")
      plan.host = PrintableText.line(labels, limit: 32)
      plan.invocation = "sessiontop attach " + targets.map { quoted($0.spelling) }.joined(separator: " ")
    }
    return try openDashboard(plan, signals: signals)
  }

  private func carry() throws(CannotRun) -> Int32 {
    let name = try Instances.one(named: targets.first?.name).report.name
    do {
      if let why = try relay(to: Instances.path(of: name) ?? "") { noteLostOutput(why) }
      return ExitCode.done
    } catch {
      throw CannotRun(description: "\(name) cannot be reached: \(error)", exitCode: ExitCode.notWell)
    }
  }
}

extension DashboardPlan {
  /// Shows what a running instance sees.
  mutating func attach(to running: InstanceReport) {
    attachedTo = [LinkTarget(name: running.name)]
    isReadOnly = isReadOnly || running.isReadOnly
    host = "\(hostName) \(PrintableText.line(running.name, limit: 20))"
    invocation = "sessiontop attach \(running.name)"
    greeting = greeting ?? "on the service \(running.name): its sessions stay when you leave"
  }
}
