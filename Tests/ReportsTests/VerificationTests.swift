import MCPSessions
import Testing

@testable import TopReports

/// A session of a closed way, which is called ready and cannot be asked; the way was closed `closed` seconds
/// ago, the last answer came 20 s before that.
private func doubtful(_ closed: Int64?, _ state: SessionState = .ready) -> Store {
  var store = Store()
  var report = EngineReport()
  report.servers = [server("ledger"), server("wiki")]
  var held = SessionReport(key: SessionKey(server: "ledger"), state: state, since: moment(1_000))
  held.lastGood = moment(4_000)
  if let closed {
    held.unverifiedSince = moment(5_000 - closed - 20)
    held.closedWay = ClosedWay(
      since: moment(5_000 - closed), cause: SessionError(.connectRefused, detail: "Failed to connect"))
    held.remark = "not probed since 11:58:40 UTC, the way to its server is closed"
  }
  let other = SessionReport(key: SessionKey(server: "wiki"), state: .ready, since: moment(1_000))
  report.sessions = [held.key: held, other.key: other]
  store.fold(report, at: noon)
  return store
}

@Suite struct `A session that cannot be asked` {
  @Test(arguments: [
    (Int64?.none, PluginStatus.ok), (1, .warning), (59, .warning), (60, .critical), (7_200, .critical),
  ]) func `is a warning at once, and critical after a minute`(closed: Int64?, status: PluginStatus) {
    let (line, found) = pluginLine(doubtful(closed), failing: nil, at: noon)
    #expect(found == status, "\(line)")
    guard closed != nil else { return }
    #expect(line.contains("1 of 2 sessions: ledger ready? (connect_refused) |"), "\(line)")
    #expect(line.contains(" live=1;") && line.contains(" unverified=1;") && line.contains(" ready=2;"))
  }

  @Test(arguments: [
    (SessionState.recovering, false, Int64?.none, PluginStatus.critical, "recovering"),
    (.recovering, true, nil, .warning, "recovering"), (.connecting, true, nil, .unknown, "connecting"),
    (.connecting, true, 5, .warning, "connecting (connect_refused)"),
    (.connecting, true, 60, .critical, "connecting (connect_refused)"),
    (.connecting, false, 5, .critical, "connecting (connect_refused)"),
  ]) func `or waits for its way is no unknown, and critical where it never was of use`(
    state: SessionState, hasWorked: Bool, closed: Int64?, status: PluginStatus, words: String
  ) {
    var session = SessionReport(key: SessionKey(server: "ledger"), state: state, since: moment(4_990))
    if hasWorked { session.lastGood = moment(4_000) }
    session.closedWay = closed.map {
      ClosedWay(since: moment(5_000 - $0), cause: SessionError(.connectRefused, detail: "no"))
    }
    var report = EngineReport()
    report.servers = [server("ledger")]
    report.sessions = [session.key: session]
    var store = Store()
    store.fold(report, at: noon)
    let (line, found) = pluginLine(store, failing: nil, at: noon)
    #expect(found == status && line.contains("1 of 1 sessions: ledger \(words) |"), "\(line)")
  }

  @Test func `counts for the oldest of a server's last good answers, as on the screen`() {
    var report = EngineReport()
    report.servers = [server("ledger")]
    for (user, good) in [("ana", Int64(4_940)), ("ben", 4_999)] {
      var session = SessionReport(key: SessionKey(server: "ledger", user: user), state: .ready, since: noon)
      session.lastGood = moment(good)
      report.sessions[session.key] = session
    }
    var store = Store()
    store.fold(report, at: noon)
    let row = statusTable(store, at: noon, width: 200).split(separator: "\n").dropFirst().first ?? ""
    #expect(row.contains(" 1m00s "), "\(row)")
  }

  @Test(arguments: [
    ("unverified", PluginStatus.critical), ("down", .ok), ("ready", .critical), ("degraded", .ok),
  ]) func `can be named as what alone is not well`(word: String, status: PluginStatus) {
    var failing = FailingStates()
    let isKnown = failing.add(word)
    #expect(isKnown && failing.words == [word] && !failing.isEmpty)
    #expect(pluginLine(doubtful(5), failing: failing, at: noon).status == status)
    let query = StatusQuery(format: .plugin, failing: failing, width: 80)
    #expect(ControlRequest(ControlRequest.status(number: 1, query).line) == .status(number: 1, query))
  }

  @Test func `is no word for what nobody knows`() {
    var failing = FailingStates()
    let isKnown = failing.add("ready?")
    #expect(!isKnown && failing.isEmpty)
  }

  @Test(arguments: [(Int64?.none, "0", "1"), (59, "1", "1"), (60, "1", "0")])
  func `is counted, and is up no longer than a minute`(closed: Int64?, count: String, up: String) {
    let text = prometheusText(metricFamilies(doubtful(closed), at: noon))
    #expect(text.contains("sessiontop_sessions_unverified{server=\"ledger\"} \(count)\n"), "\(text)")
    #expect(text.contains("sessiontop_server_up{server=\"ledger\"} \(up)\n"))
    #expect(text.contains("sessiontop_server_up{server=\"wiki\"} 1\n"))
  }

  @Test(arguments: [(SessionState.ready, "ready?"), (.degraded, "degraded?")])
  func `is called so wherever it is printed, with the reason`(state: SessionState, word: String) {
    let store = doubtful(5, state)
    let row = statusRows(store, at: noon).split(separator: "\n").first { $0.hasPrefix("ledger\t") } ?? ""
    #expect(row.contains("\tapp\t\(word)\t"), "\(row)")
    let why = "not probed since 11:58:40 UTC, the way to its server is closed"
    #expect(row.contains("\tconnect_refused\t\(why)\t"))
    let table = statusTable(store, at: noon, width: 200)
    #expect(table.contains(" \(word) ") && table.contains("1 of 2 live"), "\(table)")
    let json = snapshotLine(store, at: noon)
    #expect(json.contains(#""unverified_since":"2026-"#) && json.contains(#""unverified":1"#), "\(json)")
    #expect(json.contains(#""closed_way":{"since":"2026-"#))
    #expect(json.contains(#""state":"\#(state.rawValue)""#))
  }

  @Test(arguments: SessionState.allCases)
  func `is only one that is called live`(state: SessionState) {
    var session = SessionReport(key: SessionKey(server: "a"), state: state, since: noon)
    #expect(!session.isUnverified && session.isKnownLive == state.isLive && session.onset == noon)
    session.unverifiedSince = moment(4_900)
    #expect(session.isUnverified == state.isLive && !session.isKnownLive)
    #expect(session.stateWord == (state.isLive ? "\(state.rawValue)?" : state.rawValue))
    #expect(session.isTrouble == (state.isProblem || state.isLive))
  }
}
