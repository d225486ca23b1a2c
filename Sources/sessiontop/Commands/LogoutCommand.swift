import ArgumentParser
import TopPlatform

/// `logout`: forgets a sign-in.
struct Logout: ProgramCommand {
  static let configuration = CommandConfiguration(
    abstract: "Forget a sign-in, and give the token back where the issuer takes it.")

  @OptionGroup var source: Source

  @Argument(help: "A server of the configuration, or an address.", completion: .configuredServers)
  var server: String

  @Option(help: "The user of the configuration who signs out.")
  var user: String?

  @MainActor
  func perform() throws(CannotRun) -> Int32 {
    let signals = try Signals.screenless()
    var run = try SignInRun(try SignInTarget(server, user: user, source), opensBrowser: false)
    return run.signOut(signals: signals)
  }
}
