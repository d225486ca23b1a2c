import MCPWire
import Testing

@testable import MCPSessions

// What must hold after every step, whatever servers do.

extension World {
  mutating func checkRequest(_ request: TransferRequest, _ id: String?) {
    let name = request.session.server
    hasSent.insert(request.session)
    checkPace(request.session)
    if request.purpose == .initialize {
      #expect(id == nil, "an initialize never carries an id")
      #expect(countOpen(request) == 1, "one initialize in flight for a session")
    } else {
      let isModern = request.headers.contains { $0.name == "Mcp-Method" }
      #expect(request.purpose != .discover || isModern)
      #expect(request.purpose != .ping || !isModern, "that revision has no ping")
      let isOverStream = request.purpose == .attach || request.url.revealed.contains("session_id=")
      let version = isModern ? "2026-07-28" : isOverStream ? nil : machines[name]?.spoken
      #expect(request.headers.first { $0.name == "MCP-Protocol-Version" }?.value.revealed == version)
    }
    #expect(request.headers.contains { $0.name == "X-Key" }, "configured headers go with every request")
    if let id, request.purpose != .delete {
      #expect(machines[name]?.dead.contains(id) != true, "a dead id was sent: \(request.purpose)")
    }
    if [Purpose.ping, .discover, .list, .stream, .attach, .reply].contains(request.purpose) {
      #expect(countOpen(request) == 1, "one transfer of a kind a session: \(request.purpose)")
    }
  }

  /// What a simulated server agrees on: an older revision that is offered, else the newest.
  static func revision(offeredBy request: TransferRequest) -> String {
    ["2025-06-18", "2025-03-26"].first { request.body.contains("\"protocolVersion\":\"\($0)\"") }
      ?? "2025-11-25"
  }

  /// To be asked whenever a session sends something, or starts a process.
  mutating func checkPace(_ session: SessionKey) {
    let since = now.instant
    sentOf[session] = (sentOf[session] ?? []).filter { since - $0 < .seconds(1) } + [since]
    #expect(sentOf[session, default: []].count <= 12, "at most twelve requests of a session in any second")
  }

  /// Whose id was called gone by what is believed, so that it may not be sent again.
  mutating func noteDeath(_ request: TransferRequest, _ head: ResponseHead) {
    let name = request.session.server
    let mayBeItsOwn = [.list, .initialized].contains(request.purpose)
    // A conflict over a list is believed once as well, and says nothing of the id.
    if head.status == 409, request.purpose == .list { machines[name]?.calledGoneBy.insert(.list) }
    guard head.status == 404, request.purpose != .stream, let sent = Self.sessionID(request) else { return }
    // What alone is answered so may be its own trouble: of one session after the other it is asked about.
    let isAgain = mayBeItsOwn && machines[name]?.calledGoneBy.insert(request.purpose).inserted == false
    if !isAgain, !mayBeItsOwn || machines[name]?.sessions.contains(sent) != true {
      machines[name]?.dead.insert(sent)
    }
  }

  /// A list, or `initialized`, that calls a session gone in a word of its own is doubted until it works: a
  /// ping is asked behind it what is so.
  mutating func noteDoubt(_ request: TransferRequest, _ event: TransferEvent) {
    let name = request.session.server
    switch (request.purpose, event) {
    case (.initialized, .head(let head)) where head.isSuccess:
      machines[name]?.calledGoneBy.remove(.initialized)
    case (.list, .item(.message(let message))):
      switch message.content {
      case .failure: machines[name]?.calledGoneBy.insert(.list)
      case .result(let result) where result.tools != nil: machines[name]?.calledGoneBy.remove(.list)
      default: break
      }
    default: break
    }
  }

  func countOpen(_ request: TransferRequest) -> Int {
    openOf[request.session]?.values.count { $0 == request.purpose } ?? 0
  }

  static func sessionID(_ request: TransferRequest) -> String? {
    request.headers.first { $0.name == "Mcp-Session-Id" }?.value.revealed
  }

  mutating func check(_ report: EngineReport) {
    for event in report.events where event.kind == .sessionError || event.kind == .recoveryFailed {
      let key = SessionKey(server: event.server ?? "", user: event.user ?? "")
      let isOurs = event.error?.type == .configError
      #expect(isOurs || hasSent.contains(key), "\(key.server) is told an error and has sent nothing")
    }
    // Large worlds are summed up now and then.
    steps += 1
    if fleet.sessions.count <= 8 || steps % 1_000 == 0 { checkSum() }
    for row in report.sessions.values {
      let isWaiting = [.recovering, .down, .unstable, .unauthorized, .failed, .connecting].contains(row.state)
      guard isWaiting else { continue }
      let hasTransfer = openOf[row.key]?.isEmpty == false || running.values.contains(row.key)
      let time = row.nextAttempt ?? fleet.deadline
      #expect(hasTransfer || time != nil, "\(row.key.server) is \(row.state) and nothing will happen")
    }
  }

  /// To be asked before the store takes the report in.
  func checkGrowth(_ report: EngineReport) {
    for (series, histogram) in report.durations {
      guard let before = store.durations[series], before.since == histogram.since else { continue }
      let grew = zip(before.counts, histogram.counts).allSatisfy { $0 <= $1 } && before.sum <= histogram.sum
      #expect(grew && before.count < histogram.count, "what is counted never becomes less")
    }
  }

  private func checkSum() {
    let sum = store.statistics
    let live = fleet.sessions.reduce(0) { $0 + $1.held }
    #expect(sum.opened == sum.ended + sum.leftBehind + live, "all that was opened is ended, left, or live")
  }

  func recount() {
    checkSum()
    let statistics = store.statistics
    let live = store.sessions.values.count { $0.isKnownLive }
    #expect(statistics.activeSessions == live, "statistics equal a recount")
    guard !hasRemoved else { return }
    let errors = store.sessions.values.reduce(0) { $0 + $1.errors.values.reduce(0, +) }
    #expect(statistics.sessionErrors.values.reduce(0, +) == errors, "counters equal a recount")
  }
}

extension Session {
  /// Ids that it holds, or is about to end.
  fileprivate var held: Int {
    let own = [identity?.id, trouble.doubted?.identity.id].compactMap { $0 }
    return own.count + farewells.count + putOff.count
  }
}
