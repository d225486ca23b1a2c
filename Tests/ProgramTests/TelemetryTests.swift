import Glibc
import LoopbackServers
import TopTestFolders
import Testing

/// What a collector gets that reads with the official definitions, and what becomes of one that does not take
/// it.
@Suite(.serialized) struct `Telemetry` {
  /// The collector holds every document against what the official writer makes of the same.
  @Test(arguments: [
    ([:], "application/x-protobuf plain"),
    (["OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"], "application/x-protobuf gzip"),
    (
      ["OTEL_EXPORTER_OTLP_PROTOCOL": "http/json", "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"],
      "application/json gzip"
    ),
    (["OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"], "application/json plain"),
  ])
  func `reaches a collector as metrics and as logs, also while a server is away`(
    encoding: [String: String], told: String
  ) throws {
    let collector = try Collector()
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let program = try watch(
      server, collector,
      variables: [
        "OTEL_EXPORTER_OTLP_HEADERS": "api-key=s%C3%A9same-7", "OTEL_SERVICE_NAME": "night shift",
        "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test,service.name=day",
      ].merging(encoding) { $1 })
    try program.wait(for: "a stream") { $0.contains(#""event":"stream_opened""#) }
    try collector.wait(for: #"gauge sessiontop.server.up  {"server": "ledger"} 1"#)
    try collector.wait(for: "log sessiontop.session_created INFO Session created: ")
    server.stop()
    try collector.wait(for: #"gauge sessiontop.server.up  {"server": "ledger"} 0"#)
    try collector.wait(for: "log sessiontop.session_error WARNING ")
    #expect(try program.stop() == 0)
    let (kind, told) = (told, collector.output)
    #expect(
      told.contains(#""service.name": "night shift""#)
        && told.contains(#""deployment.environment.name": "test""#))
    #expect(told.contains("histogram mcp.client.operation.duration s {"))
    #expect(told.contains(#""mcp.method.name": "ping""#) && told.contains(#""server.port": "#))
    #expect(told.contains("sum sessiontop.session.errors {error} "))
    let points = told.split(separator: "\n").filter { !$0.hasPrefix("log ") && !$0.hasPrefix("request ") }
    #expect(!points.contains { $0.contains("\"user") || $0.contains("session.id") })
    #expect(
      told.contains("/v1/metrics \(kind) s\u{E9}same-7 -> 200")
        || told.contains("/v1/metrics \(kind) sÃ©same-7 -> 200"))
    #expect(told.contains("/v1/logs \(kind) ") && !told.contains("Traceback"))
    #expect(!program.output.contains("collector"), "nothing was wrong: \(program.output)")
  }

  @Test(
    arguments: [
      ("400", "refuses events: 400 no thanks, key •••"), ("307", "refuses events: 307, a redirect"),
      ("503/1,200", "does not take events: 503 no thanks, key •••"), ("silent,200", "session_timeout"),
      ("partial,200", "rejects 1 of the events that it got: one is odd"), ("slow,200", nil),
    ] as [(String, String?)])
  func `that is not taken is told once, and holds nobody up`(answers: String, told: String?) throws {
    let collector = try Collector(logs: answers)
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let program = try watch(
      server, collector,
      variables: [
        "OTEL_EXPORTER_OTLP_HEADERS": "api-key=sesame-secret-7",
        "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT": answers == "slow,200" ? "10000" : "1000",
      ])
    if let told { try program.wait(for: "a complaint") { $0.contains(told) } }
    try program.wait(for: "a stream") { $0.contains(#""event":"stream_opened""#) }
    if answers.hasSuffix(",200") { try collector.wait(for: "log sessiontop.session_created ") }
    // Metrics have a connection of their own.
    try collector.wait(for: #"gauge sessiontop.server.up  {"server": "ledger"} 1"#)
    #expect(try program.stop() == 0)
    #expect(!program.output.contains("sesame-secret"))
    #expect(!collector.output.contains("/elsewhere"), "no redirect is followed")
    let complaints = program.output.split(separator: "\n").filter { $0.contains("the collector at ") }
    #expect(complaints.count <= 2, "\(complaints)")
  }

  @Test func `waits for a collector that is away, and keeps the events`() throws {
    let port = try freePort()
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let program = try watch(server, port: port)
    try program.wait(for: "a complaint") {
      $0.contains("the collector at http://127.0.0.1:\(port)/v1/logs does not take events: connect_refused")
    }
    let collector = try Collector(port: port)
    try collector.wait(for: "log sessiontop.session_created ")
    try program.wait(for: "good news") { $0.contains("/v1/logs takes events again") }
    #expect(try program.stop() == 0)
  }

  @Test func `goes over TLS to a collector that knows us, and to none that we do not know`() throws {
    let folder = TemporaryFolder()
    let own = try certificate(lasting: 30, in: folder)
    let other = TemporaryFolder()
    let client = try certificate(lasting: 30, in: other)
    let collector = try Collector(words: ["--certificate", own, "--authority", client])
    let server = try LoopbackServer.start()
    defer { server.stop() }
    func watch(_ variables: [String: String]) throws -> ChildProcess {
      let place = ["OTEL_EXPORTER_OTLP_ENDPOINT": "https://127.0.0.1:\(collector.port)"]
      let program = try self.watch(server, variables: place.merging(variables) { $1 })
      // Whatever the collector is, the servers are watched.
      try program.wait(for: "a stream") { $0.contains(#""event":"stream_opened""#) }
      return program
    }
    let refused = [
      // What is set, and what is told.
      ([:], "trust it: name its file in OTEL_EXPORTER_OTLP_CERTIFICATE"),
      (["OTEL_EXPORTER_OTLP_CERTIFICATE": client], "does not take events: tls_error"),
      (["OTEL_EXPORTER_OTLP_CERTIFICATE": folder.path + "/none.pem"], folder.path + "/none.pem"),
      (["OTEL_EXPORTER_OTLP_CERTIFICATE": own], "set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and _CLIENT_KEY"),
      (
        ["OTEL_EXPORTER_OTLP_CERTIFICATE": own, "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": "/no/such.pem"],
        "/no/such.pem"
      ),
    ]
    for (variables, told) in refused {
      let program = try watch(variables)
      try program.wait(for: "\(told) with \(variables)") { $0.contains(told) }
      #expect(try program.stop() == 0)
    }
    #expect(!collector.output.contains("request "), "nothing is told to whom we do not know")
    let known = [
      "OTEL_EXPORTER_OTLP_CERTIFICATE": own, "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": client,
      // Its own variable counts before the one for all, for each signal alone.
      "OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY": client, "OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE": client,
    ]
    let program = try watch(known)
    try collector.wait(for: "log sessiontop.session_created INFO")
    try program.wait(for: "the other signal") { $0.contains("does not take metrics: tls_error") }
    #expect(!program.output.contains("does not take events"))
    #expect(try program.stop() == 0)
    #expect(!collector.output.contains("/v1/metrics"))
  }

  @Test(arguments: [
    (["OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"], "OTEL_EXPORTER_OTLP_PROTOCOL: grpc is not spoken"),
    (["OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"], "OTEL_EXPORTER_OTLP_ENDPOINT is no address"),
  ])
  func `that cannot be is refused in words, and the watch goes on`(
    variables: [String: String], told: String
  ) throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let program = try watch(server, port: 1, variables: variables)
    try program.wait(for: "a stream") { $0.contains(#""event":"stream_opened""#) }
    #expect(program.output.contains(told), "\(program.output)")
    #expect(try program.stop() == 0)
  }

  private func watch(
    _ server: LoopbackServer, _ collector: Collector? = nil, port: Int = 0,
    variables: [String: String] = [:]
  ) throws -> ChildProcess {
    let path = try """
    session: {pingInterval: 300}
    mcpServers:
      ledger: {type: streamable-http, url: "\(server.url)"}
    """.temporaryFile(suffix: ".yaml")
    let own = [
      "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:\(collector?.port ?? port)",
      "OTEL_METRIC_EXPORT_INTERVAL": "300",
    ]
    return try ChildProcess(
      sessiontopBinary, ["watch", "--format", "jsonl", "--config", path, "--for", "120s"],
      environment: own.merging(variables) { $1 })
  }
}

/// A collector that runs for one test.
private final class Collector {
  let port: Int
  private let process: ChildProcess

  init(
    port: Int? = nil, metrics: String = "200", logs: String = "200", words: [String] = []
  ) throws {
    let folder = packageRoot + "/Tests/Interoperability"
    let environment = try ChildProcess(
      "/usr/bin/env", ["bash", folder + "/environment.sh", "opentelemetry-proto==1.45.2"])
    guard try environment.end(within: .seconds(300)) == 0 else {
      throw ChildProcess.Failure(description: environment.output)
    }
    self.port = try port ?? freePort()
    process = try ChildProcess(
      String(environment.output.prefix { $0 != "\n" }),
      [folder + "/collector.py", "--port", "\(self.port)", "--metrics", metrics, "--logs", logs]
        + words)
    try process.wait(for: "the collector") { $0.contains("listens") }
  }

  var output: String { process.output }

  func wait(for text: String) throws { try process.wait(for: text) { $0.contains(text) } }
}

/// A port that was free a moment ago.
private func freePort() throws -> Int {
  let server = try LoopbackServer.start()
  defer { server.stop() }
  return server.port
}
