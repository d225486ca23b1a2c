/// The servers of `sessiontop demo`: one for each thing that an operator meets.
public final class DemoServers: Sendable {
  /// In the order in which they are shown.
  public let servers: [LoopbackServer]

  private init(_ servers: [LoopbackServer]) {
    self.servers = servers
  }

  /// Starts all of them on free ports of 127.0.0.1. `scale` shortens or stretches their cycles.
  public static func start(scale: Double = 1) throws -> DemoServers {
    func server(_ name: String, _ change: (inout Behaviour) -> Void) throws -> LoopbackServer {
      var behaviour = Behaviour()
      change(&behaviour)
      return try LoopbackServer(name: name, behaviour)
    }
    return DemoServers([
      try server("steady") { $0.answersAsEvents = true },
      try server("stateless") { $0.keepsSessions = false },
      try server("expiring") { $0.lifetime = .seconds(20) * scale },
      try server("restarting") {
        $0.restartInterval = .seconds(30) * scale
        $0.restartPause = .seconds(3) * scale
      },
      try server("slow") { $0.delay = .seconds(1.5) * scale },
      try server("locked") { $0.token = "nobody knows it" },
      try server("chatty") { $0.messageInterval = .seconds(2) * scale },
      try server("half-broken") { $0.failsLists = true },
    ])
  }

  /// Closes all of them.
  public func stop() {
    for server in servers { server.stop() }
  }
}
