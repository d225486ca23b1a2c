import ArgumentParser
import CLinux
import Configuration
import Display
import Glibc
import LoopbackServers
import MCP
import Sessions
import Threading

// Wiring only: arguments to values, values to one of the loops.

let programVersion = Outgoing.clientVersion

umask(0o077)
_ = clinux_forbid_core_file()
clinux_raise_descriptor_limit()
signal(SIGPIPE, SIG_IGN)

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
if let settings = command as? Settings { exit(sessiontop.settings(settings)) }
if command is Benchmark { exit(benchmark()) }

// Before the first thread starts: every thread inherits the mask.
let signals: Signals
do {
  signals = try Signals([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT, SIGUSR1, SIGUSR2])
} catch {
  complain("signals cannot be read: \(error)")
  exit(ExitCode.internalError)
}

switch command {
case let command as Watch: exit(watch(command, signals: signals))
case let command as Status: exit(status(command, signals: signals))
case let command as Demo: exit(demo(command.screen, signals: signals))
case let command as Dashboard: exit(dashboard(command, signals: signals))
default:
  // The parser's own commands, such as help, end by throwing what they print.
  do {
    try command.run()
    exit(ExitCode.done)
  } catch {
    answer(error)
  }
}

@MainActor
func dashboard(_ command: Dashboard, signals: Signals) -> Int32 {
  guard let loaded = load(command.source.config) else { return ExitCode.configuration }
  return open(
    servers: loaded.servers, limits: loaded.limits, host: hostName, ui: loaded.ui, log: loaded.settings.log,
    screen: command.screen, signals: signals)
}

@MainActor
func demo(_ screen: Screen, signals: Signals) -> Int32 {
  do {
    let embedded = try DemoServers.start()
    defer { embedded.stop() }
    var settings = SessionSettings()
    settings.pingInterval = .seconds(3)
    let servers = try embedded.servers.map { server in
      Server(
        name: server.name, transport: .streamableHTTP, endpoint: try Endpoint(server.url), settings: settings)
    }
    return open(
      servers: servers, limits: Limits(), host: "\(hostName) demo", ui: UISettings(), log: nil,
      screen: screen,
      signals: signals)
  } catch {
    complain("the embedded servers cannot start: \(error)")
    return ExitCode.internalError
  }
}

@MainActor
func open(
  servers: [Server], limits: Limits, host: String, ui: UISettings, log: LogSettings?, screen: Screen,
  signals: Signals
) -> Int32 {
  let chosen = screen.theme ?? environment["SESSIONTOP_THEME"] ?? ui.theme
  do {
    var themes = [try Themes.load(chosen, environment: environment)]
    for name in Themes.names where name != chosen {
      themes.append(try Themes.load(name, environment: environment))
    }
    let plan = DashboardPlan(
      servers: servers, limits: limits, host: host, themes: themes,
      isReadOnly: screen.readOnly || ui.readOnly,
      glyphs: screen.ascii ? .ascii : ui.glyphs, refresh: ui.refresh,
      duration: screen.duration?.duration, log: log)
    return dashboard(plan, signals: signals)
  } catch {
    complain("\(error)")
    return ExitCode.usage
  }
}
