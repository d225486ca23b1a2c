import Glibc
import LoopbackServers
import TopTestFolders
import Testing

/// Debian's Prometheus and its tool, and the files for it that get installed.
@Suite(
  .enabled(
    if: areInstalled(["prometheus", "promtool"]),
    "prometheus is missing: `make test-deps` installs it where its package can be had"))
struct `Prometheus` {
  private static let packaging = packageRoot + "/Sources/sessiontop/Packaging"
  private static let own = packageRoot + "/Tests/ProgramTests/Prometheus"

  @Test func `sees an outage, answers what is asked of it, and holds an alert ready`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let (metricsPort, port) = (try freePort(), try freePort())
    let file = try "".temporaryFile(suffix: ".prom")
    let configuration = try """
    metrics: {listen: '127.0.0.1:\(metricsPort)', file: \(file)}
    session: {pingInterval: 300}
    mcpServers:
      ledger: {type: streamable-http, url: "\(server.url)"}
    """.temporaryFile(suffix: ".yaml")
    let scraping = try """
    global: {scrape_interval: 500ms, evaluation_interval: 500ms}
    rule_files: ['\(Self.packaging)/sessiontop.rules.yml']
    scrape_configs: [{job_name: sessiontop, static_configs: [{targets: ['127.0.0.1:\(metricsPort)']}]}]
    """.temporaryFile(suffix: ".yml")
    let folder = TemporaryFolder()
    defer { for path in [file, configuration, scraping] { unlink(path) } }
    let program = try ChildProcess(
      sessiontopBinary, ["watch", "--format", "jsonl", "--config", configuration, "--for", "300s"])
    try program.wait(for: "a stream") { $0.contains(#""event":"stream_opened""#) }
    let prometheus = try ChildProcess(
      "/usr/bin/env",
      [
        "prometheus", "--config.file=\(scraping)", "--storage.tsdb.path=\(folder.path)",
        "--web.listen-address=127.0.0.1:\(port)", "--log.level=warn",
      ])
    func expect(_ query: String, is value: String) throws {
      let asked = try ChildProcess(
        "/usr/bin/env", ["python3", Self.own + "/ask.py", "\(port)", "is", query, value])
      #expect(try asked.end(within: .seconds(90)) == 0, "\(asked.output)\(prometheus.output)")
    }
    try expect(#"sessiontop_server_up{server="ledger"}"#, is: "1")
    try expect(#"scrape_samples_scraped{job="sessiontop"} > bool 100"#, is: "1")
    try expect(
      #"sum(mcp_client_operation_duration_seconds_bucket{mcp_method_name="ping",le="+Inf"}) > bool 2"#,
      is: "1")

    server.stop()
    try expect(#"sessiontop_server_up{server="ledger"}"#, is: "0")
    try expect(#"sum(sessiontop_server_state{server="ledger",state=~"recovering|down|unstable"})"#, is: "1")
    try expect(#"count(ALERTS{alertname="MCPServerDown",server="ledger",alertstate="pending"})"#, is: "1")
    try expect(
      #"sum(rate(mcp_client_operation_duration_seconds_count{error_type="connect_refused"}[1m])) > bool 0"#,
      is: "1")
    let dashboard = try ChildProcess(
      "/usr/bin/env",
      [
        "python3", Self.own + "/ask.py", "\(port)", "understands",
        Self.packaging + "/sessiontop.grafana.json",
      ])
    #expect(try dashboard.end() == 0, "\(dashboard.output)")
    #expect(dashboard.output.contains("What is not well 1\n"), "\(dashboard.output)")
    #expect(try prometheus.stop() == 0, "\(prometheus.output)")
    #expect(!prometheus.output.contains("err="), "\(prometheus.output)")
    #expect(try program.stop() == 0)
    let checked = try ChildProcess("/bin/sh", ["-c", "promtool check metrics <\(file)"])
    #expect(try checked.end() == 0 && checked.output == "", "\(checked.output)")
  }

  @Test func `takes the alert rules, which say what they are to say`() throws {
    let rules = Self.packaging + "/sessiontop.rules.yml"
    let check = try ChildProcess("/usr/bin/env", ["promtool", "check", "rules", "--lint-fatal", rules])
    #expect(try check.end() == 0, "\(check.output)")
    let cases = try String(contentsOf: Self.own + "/rules.test.yml").replacing("RULES", with: rules)
      .temporaryFile(suffix: ".yml")
    defer { unlink(cases) }
    let tried = try ChildProcess("/usr/bin/env", ["promtool", "test", "rules", cases])
    #expect(try tried.end() == 0, "\(tried.output)")
  }

  /// A port that was free a moment ago.
  private func freePort() throws -> Int {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    return server.port
  }
}

/// Whether programs are found on the search path.
private func areInstalled(_ programs: [String]) -> Bool {
  let folders = (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":")
  return programs.allSatisfy { program in folders.contains { access("\($0)/\(program)", X_OK) == 0 } }
}
