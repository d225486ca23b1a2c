import ArgumentParser
import TopConfiguration
import LoopbackServers
import TopPlatform
import MCPSessions

/// `demo`: embedded servers, and the dashboard on them.
struct Demo: ProgramCommand {
  static let configuration = CommandConfiguration(
    abstract: "The dashboard on embedded servers that come, go, expire and fail; nothing to configure.")

  @OptionGroup var screen: Screen

  @MainActor
  func perform() throws(CannotRun) -> Int32 {
    let signals = try Signals.ofScreen()
    do {
      let embedded = try DemoServers.start()
      defer { embedded.stop() }
      var settings = SessionSettings()
      settings.pingInterval = .seconds(3)
      settings.slow = .seconds(1)
      var plan = try DashboardPlan(screen, UISettings())
      plan.servers = try embedded.servers.map { address in
        var server = Server(
          name: address.name, transport: .streamableHTTP, endpoint: try Endpoint(address.url),
          settings: settings)
        server.summary = address.summary
        return server
      }
      plan.host = "\(hostName) demo"
      plan.invocation = "sessiontop demo"
      plan.greeting = "try Enter, n, o, O, /state:d, K, U; WHY says what a server shows; ? has all"
      return try openDashboard(plan, signals: signals)
    } catch let error as CannotRun {
      throw error
    } catch {
      throw CannotRun(
        description: "the embedded servers cannot start: \(error)", exitCode: ExitCode.internalError)
    }
  }
}
