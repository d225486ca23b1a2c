import ArgumentParser
import CLinux
import Configuration
import Display
import Glibc
import LoopbackServers
import MCPWire
import Sessions
import Platform

// Wiring only: arguments to values, values to one of the loops.

let programVersion = Outgoing.clientVersion

/// What a program that we start is to begin with, before we change our own.
let inheritance = Inheritance()

umask(0o077)
clinux_use_one_heap()
_ = clinux_forbid_core_file()
clinux_raise_descriptor_limit()
signal(SIGPIPE, SIG_IGN)
// See `Writing`.
signal(SIGIO, SIG_IGN)

var command: any ParsableCommand
do {
  command = try Sessiontop.parseAsRoot()
} catch {
  answer(error)
}

/// Prints what the argument parser has to say: an answer that was asked for, or what is wrong with the words.
func answer(_ error: any Error) -> Never {
  let isAnswer = Sessiontop.exitCode(for: error) == .success
  let message = Sessiontop.fullMessage(for: error)
  if isAnswer {
    writeLine(message)
  } else {
    _ = message.split(separator: "\n").map { complain(String($0)) }
  }
  exit(isAnswer ? ExitCode.done : ExitCode.usage)
}

if let check = command as? Check { exit(sessiontop.check(check)) }
if let files = command as? FilesCommand { exit(sessiontop.files(files)) }
if let settings = command as? Settings { exit(sessiontop.settings(settings)) }
if let command = command as? Tokens { exit(tokens(command)) }
if let themes = command as? any ThemeWord { exit(themes.perform()) }
if let command = command as? Benchmark { exit(command.serve ? serveHerd() : benchmark()) }

// Before the first thread starts: every thread inherits the mask.
let signals: Signals
do {
  // Without a screen there is nothing to give back before a stop: Ctrl-Z does what it always does.
  let screenless = command is Watch || command is Status || command is Login || command is Logout
  signals = try Signals(
    [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2] + (screenless ? [] : [SIGWINCH, SIGTSTP, SIGCONT]))
} catch {
  complain("signals cannot be read: \(error)")
  exit(ExitCode.internalError)
}

switch command {
case let command as Watch: exit(headless { () throws(CannotRun) in try watch(command, signals: signals) })
case let command as Status: exit(headless { () throws(CannotRun) in try status(command, signals: signals) })
case let command as Login:
  exit(
    headless { () throws(CannotRun) in
      let target = try SignInTarget(command.server, user: command.user, command.source)
      var run = try SignInRun(target, opensBrowser: !command.noBrowser)
      return run.signIn(command.device ? .device : .browser, signals: signals)
    })
case let command as Logout:
  exit(
    headless { () throws(CannotRun) in
      let target = try SignInTarget(command.server, user: command.user, command.source)
      var run = try SignInRun(target, opensBrowser: false)
      return run.signOut(signals: signals)
    })
case let command as Demo: exit(demo(command.screen, signals: signals))
case let command as ReplayCommand: exit(replay(command, signals: signals))
case let command as DashboardCommand: exit(dashboard(command, signals: signals))
default:
  // The parser's own commands, such as help, end by throwing what they print.
  do {
    try command.run()
    exit(ExitCode.done)
  } catch {
    answer(error)
  }
}

/// Says in one line why a command cannot run.
func headless(_ run: () throws(CannotRun) -> Int32) -> Int32 {
  do {
    return try run()
  } catch {
    complain(error.description)
    return error.exitCode
  }
}

@MainActor
func dashboard(_ command: DashboardCommand, signals: Signals) -> Int32 {
  let places = command.source.places
  guard let loaded = load(places) else { return ExitCode.configuration }
  return open(command.screen, loaded.ui, signals: signals) { plan in
    plan.servers = loaded.servers
    plan.limits = loaded.limits
    plan.keeping = loaded.settings
    let words =
      command.source.config.map { "--config \(quoted($0))" } + (command.source.found ? ["--found"] : [])
    plan.invocation = (["sessiontop"] + words)
      .joined(separator: " ")
    if command.screen.plain {
      return headless { () throws(CannotRun) in
        try plain(plan, loaded: loaded, repeats: command.screen.refresh?.duration, signals: signals)
      }
    }
    plan.reloader = Reloader(places, loaded)
    return nil
  }
}

@MainActor
func demo(_ screen: Screen, signals: Signals) -> Int32 {
  do {
    let embedded = try DemoServers.start()
    defer { embedded.stop() }
    var settings = SessionSettings()
    settings.pingInterval = .seconds(3)
    settings.slow = .seconds(1)
    let servers = try embedded.servers.map { address in
      var server = Server(
        name: address.name, transport: .streamableHTTP, endpoint: try Endpoint(address.url),
        settings: settings)
      server.summary = address.summary
      return server
    }
    return open(screen, UISettings(), signals: signals) { plan in
      plan.servers = servers
      plan.host = "\(hostName) demo"
      plan.invocation = "sessiontop demo"
      plan.greeting = "try Enter, n, o, O, /state:d, K, U; WHY says what a server shows; ? has all"
      return nil
    }
  } catch {
    complain("the embedded servers cannot start: \(error)")
    return ExitCode.internalError
  }
}

@MainActor
func replay(_ command: ReplayCommand, signals: Signals) -> Int32 {
  let (recording, problem) = readRecording(command.file)
  if let problem { complain(problem) }
  guard let recording else { return ExitCode.usage }
  return open(command.screen, UISettings(), signals: signals) { plan in
    plan.recording = recording
    plan.speed = command.speed
    plan.invocation = "sessiontop replay \(quoted(command.file))"
    return nil
  }
}

/// Opens the dashboard as the command line and the settings want it. `complete` adds what it is opened on, or
/// does something else instead and returns the exit code of that.
@MainActor
func open(
  _ screen: Screen, _ ui: UISettings, signals: Signals, complete: (inout DashboardPlan) -> Int32?
) -> Int32 {
  let named = environment["SESSIONTOP_THEME"].flatMap { name in name.allSatisfy { $0 == " " } ? nil : name }
  var chosen = screen.theme ?? named ?? ui.theme
  do {
    var theme: Theme
    var problem: String?
    do {
      theme = try Themes.load(chosen, environment: environment, currentDirectory: currentDirectory)
    } catch {
      // A slip in a theme must not keep anybody from seeing what is down; who names one wants that one.
      guard screen.theme == nil else { throw error }
      problem = "\(error); the built-in theme is used"
      chosen = "default"
      theme = try Themes.load(chosen, environment: environment, currentDirectory: currentDirectory)
    }
    var plan = DashboardPlan(theme: theme)
    plan.greeting = problem
    let others = Themes.names + Themes.userNames(environment).filter { !Themes.names.contains($0) }
    plan.themeNames = [chosen] + others.filter { $0 != chosen }
    plan.isReadOnly = screen.readOnly || ui.readOnly
    plan.glyphs = screen.ascii ? .ascii : ui.glyphs
    plan.refresh =
      screen.refresh.map { min(.seconds(60), max(.milliseconds(100), $0.duration)) } ?? ui.refresh
    plan.duration = screen.duration?.duration
    plan.filter = screen.filter
    plan.rings = ui.bell
    plan.hasTitle = ui.title
    plan.onAlert = ui.onAlert
    plan.keys = ui.keys
    plan.filters = ui.filters
    plan.signIn = ui.signIn
    return complete(&plan) ?? dashboard(plan, signals: signals)
  } catch {
    complain("\(error)")
    return ExitCode.usage
  }
}
