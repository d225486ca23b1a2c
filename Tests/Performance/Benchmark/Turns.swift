import MCPSessions
import MCPWire
import SessionEngine

// What a turn of the engine decides, without a socket: one ping that becomes due, goes out and is answered.
// It is to cost the same however many sessions and origins there are.

func measureTurns() {
  for sessions in [1, 100, 10_000] { measureTurn(sessions: sessions, origins: 1) }
  for origins in [100, 1_000] { measureTurn(sessions: origins, origins: origins) }
}

private func measureTurn(sessions: Int, origins: Int) {
  guard let fleet = LiveFleet(sessions: sessions, origins: origins) else { return }
  let words = "\(sessions) session\(sessions == 1 ? "" : "s"), \(origins) origin\(origins == 1 ? "" : "s")"
  Figure(
    name: "a ping of an engine with \(words)", value: microseconds { fleet.ping() }, unit: "µs"
  ).report()
}

/// All sessions of a fleet live, and their servers answer at once.
private final class LiveFleet {
  private var fleet: Fleet
  private var clock = Instant.zero
  private var pings = 0

  init?(sessions: Int, origins: Int) {
    var settings = SessionSettings(pingInterval: .seconds(5), listEvery: 0)
    settings.stream = false
    let servers = (0..<sessions).compactMap { number in
      (try? Endpoint("http://host-\(number % origins).example/mcp")).map {
        Server(name: "s\(number)", transport: .streamableHTTP, endpoint: $0, settings: settings)
      }
    }
    var limits = Limits()
    limits.initializePerSecond = 100_000
    fleet = Fleet(
      servers: servers, limits: limits, seed: 1, at: Moment(instant: .zero, wall: WallTime(milliseconds: 0)))
    answer(fleet.start(at: now))
    while fleet.takeReport(at: now).statistics?.activeSessions != sessions {
      guard let next = fleet.deadline, next < .zero + .seconds(600) else { return nil }
      clock = max(clock, next)
      answer(fleet.wake(at: now))
    }
  }

  private var now: Moment {
    Moment(instant: clock, wall: WallTime(milliseconds: clock.nanoseconds / 1_000_000))
  }

  /// Lets time pass until one more ping was answered, and takes what is told when it is to be told.
  func ping() {
    let before = pings
    while pings == before {
      guard let next = [fleet.deadline, fleet.reportDue].compactMap({ $0 }).min() else { return }
      clock = max(clock, next)
      answer(fleet.wake(at: now))
      if let due = fleet.reportDue, due <= clock { _ = fleet.takeReport(at: now) }
    }
  }

  private func answer(_ orders: [Fleet.Order]) {
    var waiting = orders[...]
    while let order = waiting.popFirst() {
      guard case .send(let request) = order else { continue }
      let head = ResponseHead(
        status: request.purpose == .initialized ? 202 : 200, contentType: "application/json",
        sessionIDs: request.purpose == .initialize ? ["session-\(request.id.number)"] : [])
      var events = [TransferEvent.head(head)]
      if request.purpose == .ping { pings += 1 }
      if let message = reply(to: request) { events.append(.item(.message(message))) }
      events.append(.ended(TransferEnd(head: head)))
      for event in events { waiting += fleet.transfer(request.id, event, at: now) }
    }
  }

  private func reply(to request: TransferRequest) -> Message? {
    guard let id = (try? Message.read(request.body.utf8))?.first?.id else { return nil }
    let result = request.purpose == .initialize ? opening : "{}"
    return (try? Message.read(#"{"jsonrpc":"2.0","id":\#(id.json),"result":\#(result)}"#.utf8))?.first
  }
}

private let opening = """
  {"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"bench","version":"1"}}
  """
