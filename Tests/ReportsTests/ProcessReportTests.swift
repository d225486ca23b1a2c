import TopReports
import MCPSessions
import Testing

@Suite struct `A server that is a process` {
  private let store: Store = {
    var session = SessionReport(key: SessionKey(server: "git"), state: .ready, since: noon)
    session.process = ProcessReport(
      id: 4_711, since: noon,
      usage: ServerUsage(processes: 3, threads: 14, memory: 131_400_000, processorTime: .seconds(41)),
      load: 2.44)
    session.lastWords = LastWords((1...30).map { ForeignText(recorded: "line \($0)") })
    var report = EngineReport()
    report.servers = [
      ServerReport(
        name: "git", transport: .stdio, url: nil, users: ["app"], note: nil, settings: SessionSettings(),
        command: CommandReport(
          line: "uvx git", folder: "/srv", variables: ["TOKEN"], download: "git (uvx)"))
    ]
    report.sessions = [session.key: session]
    var store = Store()
    store.fold(report, at: noon)
    return store
  }()

  @Test func `says in JSON what it costs and what it said last`() {
    let line = snapshotLine(store, at: noon)
    #expect(
      line.contains(
        #""process":{"id":4711,"age_ms":0,"cpu_percent":2.4,"cpu_ms":41000,"memory_bytes":131400000,"threads":14,"processes":3}"#
      ))
    #expect(line.contains(#""last_words":["line 11","line 12""#) && line.contains(#""line 30"]"#))
    #expect(
      line.contains(
        #""command":{"line":"uvx git","folder":"/srv","variables":["TOKEN"],"download":"git (uvx)"}"#))
  }

  @Test func `has its figures among the metrics`() {
    let text = prometheusText(metricFamilies(store, at: noon))
    for line in [
      #"sessiontop_process_cpu_seconds_total{server="git"} 41"#,
      #"sessiontop_process_resident_memory_bytes{server="git"} 131400000"#,
      #"sessiontop_process_threads{server="git"} 14"#, #"sessiontop_processes{server="git"} 3"#,
      "# TYPE sessiontop_process_cpu_seconds_total counter",
    ] { #expect(text.contains(line + "\n"), "\(line)") }
  }
}
