import ArgumentParser
import TopPlatform
import MCPSessions

/// `login`: signs in to a server.
struct Login: ProgramCommand {
  static let configuration = CommandConfiguration(
    abstract: "Sign in to a server, also over SSH; the sign-in is kept and renewed from then on.")

  @OptionGroup var source: Source

  @Argument(help: "A server of the configuration, or an address.", completion: .configuredServers)
  var server: String

  @Option(help: "The user of the configuration who signs in.")
  var user: String?

  @Flag(help: "By a code that is typed on another device, where the issuer offers that.")
  var device = false

  @Flag(name: .customLong("no-browser"), help: "Only show the address.")
  var noBrowser = false

  @MainActor
  func perform() throws(CannotRun) -> Int32 {
    let signals = try Signals.screenless()
    var run = try SignInRun(try SignInTarget(server, user: user, source), opensBrowser: !noBrowser)
    return run.signIn(device ? .device : .browser, signals: signals)
  }
}
