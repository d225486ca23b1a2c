import MCPWire
import Testing

@testable import MCPSessions

/// When what changed is told, and how much of it.
@Suite struct `What a fleet tells` {
  private var fleet: Fleet
  private var seconds = 0.0

  init() throws {
    let servers = try ["a", "b", "c"].map {
      Server(
        name: $0, transport: .streamableHTTP, endpoint: try Endpoint("http://\($0).example/mcp"),
        settings: SessionSettings())
    }
    fleet = Fleet(
      servers: servers, limits: Limits(), seed: 1, at: Moment(instant: .zero, wall: WallTime(milliseconds: 0))
    )
    _ = fleet.takeReport(at: now)
  }

  private var now: Moment {
    Moment(instant: .zero + .seconds(seconds), wall: WallTime(milliseconds: Int64(seconds * 1_000)))
  }

  private mutating func started() -> [TransferRequest] {
    fleet.start(at: now).compactMap { if case .send(let request) = $0 { request } else { nil } }
  }

  private mutating func refuse(_ request: TransferRequest) {
    let failure = TransferFailure(.connectRefused, words: "refused")
    _ = fleet.transfer(request.id, .ended(TransferEnd(failure: failure)), at: now)
  }

  @Test mutating func `waits for company where only a row changed`() {
    #expect(fleet.reportDue == nil)
    seconds = 10
    fleet.note(nil, of: [SessionKey(server: "a")])
    _ = fleet.wake(at: now)
    #expect(fleet.reportDue == now.instant + .milliseconds(100))
    seconds += 0.05
    fleet.note(nil, of: [SessionKey(server: "b")])
    _ = fleet.wake(at: now)
    #expect(fleet.reportDue == now.instant + .milliseconds(50), "the first that waits decides")
    #expect(fleet.takeReport(at: now).sessions.count == 2)
    #expect(fleet.reportDue == nil)
  }

  @Test mutating func `comes at once when something happened, and a storm in steps`() {
    seconds = 10
    fleet.announce(.configProblem, .warning, "one", at: now)
    #expect(fleet.reportDue.map { $0 <= now.instant } == true)
    _ = fleet.takeReport(at: now)
    seconds += 0.001
    fleet.announce(.configProblem, .warning, "two", at: now)
    let due = fleet.reportDue
    #expect(due == .zero + .seconds(10) + .milliseconds(20))
  }

  @Test mutating func `is known in the order of its keys, whatever comes and goes`() {
    var store = Store()
    store.fold(fleet.takeReport(at: now), at: now)
    func report(_ names: [String], removed: [String] = []) -> EngineReport {
      var report = EngineReport()
      for key in names.map({ SessionKey(server: $0) }) {
        report.sessions[key] = SessionReport(key: key, state: .ready, since: now)
      }
      report.removed = Set(removed.map { SessionKey(server: $0) })
      return report
    }
    store.fold(report(["c", "a", "é", "b"]), at: now)
    #expect(store.order.map(\.server) == ["a", "b", "c", "é"])
    store.fold(report(["a", "d"], removed: ["b", "x"]), at: now)
    #expect(store.order.map(\.server) == ["a", "c", "d", "é"])
    #expect(store.order == store.sessions.keys.sorted())
    #expect(store.limited(to: [SessionKey(server: "d")]).order.map(\.server) == ["d"])
  }

  @Test mutating func `names no way to an origin but those that changed`() throws {
    let requests = started()
    #expect(requests.count == 3)
    _ = fleet.takeReport(at: now)
    refuse(requests[0])
    let first = fleet.takeReport(at: now).origins
    #expect(first.values.map(\.origin) == ["http://a.example:80"])
    #expect(first.values.first?.failures == 1)
    refuse(requests[1])
    let second = fleet.takeReport(at: now)
    #expect(second.origins.values.map(\.origin) == ["http://b.example:80"])
    var store = Store()
    store.fold(EngineReport(origins: first), at: now)
    store.fold(second, at: now)
    #expect(store.origins.values.map(\.origin).sorted() == ["http://a.example:80", "http://b.example:80"])
  }

  @Test mutating func `of a way that is well again takes it out of what is known`() throws {
    let request = try #require(started().first)
    refuse(request)
    var store = Store()
    store.fold(fleet.takeReport(at: now), at: now)
    #expect(store.origins.count == 1)
    var probe: TransferRequest?
    while probe == nil, let next = fleet.deadline, seconds < 100 {
      seconds = max(seconds + 0.001, (next - .zero).inSeconds)
      for case .send(let request) in fleet.wake(at: now) { probe = request }
    }
    let id = try #require(probe?.id)
    _ = fleet.transfer(id, .head(ResponseHead(status: 503)), at: now)
    _ = fleet.transfer(id, .ended(TransferEnd(head: ResponseHead(status: 503))), at: now)
    store.fold(fleet.takeReport(at: now), at: now)
    #expect(store.origins.values.filter { $0.failures > 0 }.isEmpty)
  }
}

/// Who waited for servers tells what came of that, and blames nobody who was not asked.
@Suite struct `A server that was waited for` {
  @Test(arguments: [
    (0, false, false, nil as Purpose?), (1, false, false, .ping), (1, true, true, nil),
    (2, true, true, .list),
    (2, true, false, nil),
  ]) func `is degraded where it was asked and did not answer`(
    probes: Int, isAnswered: Bool, awaitsList: Bool, silent: Purpose?
  ) {
    var session = SessionReport(
      key: SessionKey(server: "a"), state: .ready,
      since: Moment(instant: .zero, wall: WallTime(milliseconds: 0)))
    session.kind = .stateful
    (session.counts.probes, session.awaitsList, session.nextProbe) = (probes, awaitsList, .zero)
    if isAnswered { session.latency = LatencySummary(last: 1, p50: 1, p95: 1, p99: 1) }
    let told = session.waitedFor(.seconds(10))
    #expect(told.state == (silent == nil ? .ready : .degraded) && told.cause?.request == silent)
  }
}

extension EngineReport {
  fileprivate init(origins: [Int: OriginReport]) {
    self.init()
    self.origins = origins
  }
}
