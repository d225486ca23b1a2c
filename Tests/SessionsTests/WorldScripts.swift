@testable import MCPSessions

/// A world of one server that answers out of a script what it does not answer well.
func world(
  ping seconds: Double = 2, _ script: (@Sendable (TransferRequest) -> World.Scripted?)? = nil
) throws -> World {
  var settings = SessionSettings()
  settings.pingInterval = .seconds(seconds)
  var machine = World.Machine()
  machine.script = script
  return try World(["a"], settings: settings, machine: machine)
}

extension World {
  static let patient: ResponseHead = {
    var head = ResponseHead(status: 503, contentType: "text/plain")
    head.retryAfter = "1"
    return head
  }()
}
