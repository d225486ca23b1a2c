import TopReports
import MCPSessions
import Testing

@Suite struct `Sessions as rows` {
  @Test func `have a field for each title, and nothing is cut`() {
    let lines = statusRows(busyStore(), at: noon).split(separator: "\n", omittingEmptySubsequences: false)
    let titles = lines[0].split(separator: "\t")
    #expect(titles.prefix(3) == ["SERVER", "USER", "STATE"])
    for line in lines {
      #expect(line.split(separator: "\t", omittingEmptySubsequences: false).count == titles.count, "\(line)")
    }
    let billing = lines.first { $0.hasPrefix("billing\t") } ?? ""
    #expect(
      billing.contains("\trecovering\t") && billing.contains("\t6000\tsession_terminated\t"), "\(billing)")
    #expect(lines.count == 6 && lines.contains { $0.hasPrefix("git\t\tunmonitored\t") }, "\(lines)")
    #expect(lines.contains { $0.hasPrefix("ledger\tana\tready\t") && $0.contains("\t1440.0\t") })
    #expect(statusRows(Store(), at: noon) == titles.joined(separator: "\t"))
  }

  @Test func `of servers whose names only look alike stay with their own`() {
    let names = ["caf\u{E9}", "cafe\u{301}"]
    var report = EngineReport()
    report.servers = names.map { server($0) }
    for (name, state) in zip(names, [SessionState.ready, .down]) {
      let key = SessionKey(server: name)
      report.sessions[key] = SessionReport(key: key, state: state, since: noon)
    }
    var store = Store()
    store.fold(report, at: noon)
    let rows = statusRows(store, at: noon).split(separator: "\n").dropFirst().map {
      $0.split(separator: "\t")
    }
    #expect(rows.map { $0[0].utf8.count } == [5, 6] && rows.map { $0[2] } == ["ready", "down"])
    let servers = statusTable(store, at: noon, width: 200).split(separator: "\n")[1...2].map(String.init)
    #expect(servers.map { $0.split(separator: " ")[1] } == ["ready", "down"] && servers[1].contains("0/1"))
  }
}

@Suite struct `The line for monitoring systems` {
  @Test func `names the worst first and counts all`() {
    let (line, status) = pluginLine(busyStore(), failing: nil, at: noon)
    #expect(status == .critical)
    #expect(
      line.hasPrefix(
        "SESSIONTOP CRITICAL - 1 of 4 sessions: docs-remote unauthorized (auth_error) | servers=4;;;0 "),
      "\(line)")
    for figure in ["ready=2;;;0", "recovering=1;;;0", "errors=9c", "p95=1440.0ms;;;0"] {
      #expect(line.split(separator: " ").contains(Substring(figure)), "\(line)")
    }
    #expect(line.split(separator: "|").count == 2)
  }

  @Test(arguments: [
    (["down"], PluginStatus.ok), (["recovering"], .critical), (["unauthorized", "down"], .critical),
  ]) func `fails on the states that are named, and on no others`(names: [String], status: PluginStatus) {
    var states = FailingStates()
    for name in names { _ = states.add(name) }
    #expect(pluginLine(busyStore(), failing: states, at: noon).status == status)
  }

  @Test func `knows nothing of nothing`() {
    #expect(pluginLine(Store(), failing: nil, at: noon).status == .unknown)
    #expect(pluginLine(unknown: "a|b").line == "SESSIONTOP UNKNOWN - a/b")
  }

  @Test(arguments: [
    (SessionState.degraded, PluginStatus.warning), (.recovering, .critical), (.paused, .warning),
    (.down, .critical),
    (.failed, .critical), (.unstable, .critical), (.connecting, .unknown), (.ready, .ok), (.idle, .ok),
  ]) func `ranks states`(state: SessionState, status: PluginStatus) {
    var report = EngineReport()
    report.servers = [server("a")]
    let key = SessionKey(server: "a")
    report.sessions[key] = SessionReport(key: key, state: state, since: noon)
    var store = Store()
    store.fold(report, at: noon)
    #expect(pluginLine(store, failing: nil, at: noon).status == status)
    // What was of use before comes back as a rule.
    report.sessions[key]?.lastGood = noon
    store.fold(report, at: noon)
    let hasWorked = pluginLine(store, failing: nil, at: noon).status
    #expect(hasWorked == (state == .recovering ? .warning : status))
  }
}
