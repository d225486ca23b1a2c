import TopReports
import MCPSessions
import Testing

/// What one process knows is what another reads, as far as a dashboard shows it.
@Suite struct `A snapshot in full` {
  private func read(_ line: String) throws -> (report: EngineReport, time: Moment) {
    switch readLine(line.utf8) {
    case .snapshot(let report, let time), .report(let report, let time): return (report, time)
    default: throw CancellationError()
    }
  }

  @Test func `is read as it was, whatever clock the reader has`() throws {
    let store = busyStore()
    let (report, time) = try read(snapshotLine(store, at: noon, inFull: true))
    let here = report.shifted(by: noon.instant - time.instant)
    #expect(here.servers == store.servers)
    #expect(here.statistics == store.statistics)
    for (key, session) in store.sessions {
      #expect(here.sessions[key] == session, "\(key)")
    }
  }

  @Test func `keeps ages on another clock`() throws {
    let (report, time) = try read(snapshotLine(busyStore(), at: noon, inFull: true))
    let now = Instant.zero + .seconds(77)
    let there = report.shifted(by: now - time.instant)
    let billing = try #require(there.sessions[SessionKey(server: "billing")])
    #expect(billing.lastGood.map { now - $0.instant } == .seconds(252))
    #expect(billing.nextAttempt.map { $0 - now } == .seconds(6))
  }

  @Test func `tells of a change nothing that did not change`() throws {
    var change = EngineReport()
    change.sessions = busyStore().sessions.filter { $0.key.server == "billing" }
    change.removed = [SessionKey(server: "gone", user: "ana")]
    let (report, time) = try read(reportLine(change, at: noon))
    let here = report.shifted(by: noon.instant - time.instant)
    #expect(here.servers == nil && here.statistics == nil && here.removed == change.removed)
    #expect(here.sessions == change.sessions)
  }
}
