import MCPSessions
import MCPWire
import Testing

@testable import TopReports

@Suite struct `What a collector gets` {
  private let resource = OTLPResource(
    [("service.name", "s"), ("host.name", "given")], host: "h", instance: "i", started: moment(1_000).wall)

  @Test func `are metrics in JSON, as OTLP has it`() throws {
    let text = String(
      decoding: otlpMetrics(metricFamilies(busyStore(), at: noon), resource, as: .json, at: noon),
      as: UTF8.self)
    let whole = try JSONValue(reading: text)
    #expect(whole.names == ["resourceMetrics"])
    #expect(
      text.contains(
        """
        "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s"}},\
        {"key":"host.name","value":{"stringValue":"given"}},{"key":"service.version",\
        "value":{"stringValue":"\(Outgoing.clientVersion)"}},{"key":"service.instance.id",\
        "value":{"stringValue":"i"}}]}
        """
      ))
    #expect(
      text.contains(
        """
        {"name":"sessiontop.users","description":"Users with an active session.","unit":"{user}",\
        "gauge":{"dataPoints":[{"timeUnixNano":"1795428000123000000",\
        "asInt":"2","attributes":[]}]}}
        """
      ))
    #expect(
      text.contains(
        """
        {"name":"sessiontop.recoveries.attempted",\
        "description":"Recoveries attempted since start.","unit":"{recovery}",\
        "sum":{"dataPoints":[{"startTimeUnixNano":"1795424000123000000",\
        "timeUnixNano":"1795428000123000000","asInt":"3","attributes":[]}],"aggregationTemporality":2,\
        "isMonotonic":true}}
        """
      ))
    #expect(
      text.contains(
        """
        "startTimeUnixNano":"1795424000123000000","timeUnixNano":"1795428000123000000",\
        "count":"3","sum":2.518,"bucketCounts":["1","1","0","0","0","0","0","0","1","0","0","0",\
        "0","0","0"],"explicitBounds":[0.01,0.02,0.05,0.1,0.2,0.5,1.0,2.0,5.0,10.0,30.0,60.0,\
        120.0,300.0],"attributes":[{"key":"server","value":{"stringValue":"ledger"}},
        """
      ))
    #expect(text.contains(#"{"key":"server.port","value":{"intValue":"443"}}"#))
    #expect(!text.contains("12345678") && !text.contains("ana"))
  }

  @Test func `are events as log records`() throws {
    var event = Event(
      seq: 17, time: noon, kind: .sessionError, level: .warning, server: "a \"b\"", user: "ana",
      session: "12345678...",
      state: .recovering,
      error: SessionError(.sessionTerminated, status: 404, rpcCode: -32_600, detail: "gone"),
      message: "Session error")
    event.repeated = 3
    let text = String(decoding: otlpLogs([event], resource, as: .json, at: noon), as: UTF8.self)
    _ = try JSONValue(reading: text)
    #expect(
      text.hasSuffix(
        """
        "logRecords":[{"timeUnixNano":"1795428000123000000",\
        "severityNumber":13,"severityText":"WARNING","body":{"stringValue":"Session error"},\
        "attributes":[{"key":"event.sequence","value":{"intValue":"17"}},{"key":"server",\
        "value":{"stringValue":"a \\"b\\""}},{"key":"user.name","value":{"stringValue":"ana"}},\
        {"key":"mcp.session.id","value":{"stringValue":"12345678..."}},{"key":"state",\
        "value":{"stringValue":"recovering"}},{"key":"error.type",\
        "value":{"stringValue":"session_terminated"}},{"key":"error.message",\
        "value":{"stringValue":"gone"}},{"key":"http.response.status_code",\
        "value":{"intValue":"404"}},{"key":"rpc.response.status_code",\
        "value":{"stringValue":"-32600"}},{"key":"repeated","value":{"intValue":"3"}}],\
        "observedTimeUnixNano":"1795428000123000000",\
        "eventName":"sessiontop.session_error"}]}]}]}
        """
      ), "\(text)")
  }

  /// Who scrapes and who collects must find the same names.
  @Test func `has the names that Prometheus makes of them`() {
    let names = Dictionary(
      metricFamilies(busyStore(), at: noon).map { ($0.name, $0.prometheusName) }, uniquingKeysWith: { $1 })
    #expect(names["mcp.client.operation.duration"] == "mcp_client_operation_duration_seconds")
    #expect(names["sessiontop.process.resident_memory"] == "sessiontop_process_resident_memory_bytes")
    #expect(names["sessiontop.process.cpu"] == "sessiontop_process_cpu_seconds_total")
    #expect(names["sessiontop.server.up"] == "sessiontop_server_up")
  }
}
