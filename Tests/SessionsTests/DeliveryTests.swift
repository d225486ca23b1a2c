import Testing

@testable import MCPSessions

@Suite struct `A delivery` {
  private var random = SeededGenerator(seed: 1)
  private static let wall = WallTime(milliseconds: 1_795_428_000_000)

  private func at(_ seconds: Double) -> Moment {
    Moment(instant: .zero + .seconds(seconds), wall: Self.wall)
  }

  private func delivery(_ signal: Collector.Signal = .logs) throws -> Delivery {
    Delivery(
      Collector(
        signal: signal,
        endpoint: try Endpoint("http://user:pass-word@c:4318/v1/\(signal.rawValue)?key=abcdef"),
        headers: [Header(name: "Authorization", value: "Bearer sesame-7")]))
  }

  private func parcels(_ events: Int...) -> ParcelQueue {
    var queue = ParcelQueue()
    for count in events { queue.append(Parcel(events: count) { _ in Array("\(count)".utf8) }) }
    return queue
  }

  @Test(arguments: [429, 502, 503, 504])
  mutating func `is tried again where the collector is only busy, never before it wishes`(status: Int) throws
  {
    var delivery = try delivery()
    delivery.take(parcels(7), at: .zero)
    #expect(
      delivery.next(at: .zero)?.text == "7" && delivery.next(at: .zero) == nil && delivery.deadline == nil)
    delivery.answered(
      .response(status: status, retryAfter: "40", mediaType: nil, body: []), at: at(1), using: &random)
    #expect(delivery.deadline == at(41).instant && delivery.next(at: at(40).instant) == nil)
    #expect(delivery.next(at: at(41).instant)?.text == "7")
    delivery.answered(
      .response(status: 200, retryAfter: nil, mediaType: nil, body: Array("{}".utf8)), at: at(42),
      using: &random)
    #expect(delivery.isIdle)
    #expect(
      delivery.takeNews().map(\.text) == [
        "the collector at http://c:4318/v1/logs?key=•••  does not take events: \(status)"
          .replacing("  ", with: " "),
        "the collector at http://c:4318/v1/logs?key=••• takes events again",
      ])
  }

  @Test mutating func `of what is refused otherwise is over, and what was lost is counted`() throws {
    var delivery = try delivery()
    for (place, status) in [400, 401, 404, 413, 500, 301].enumerated() {
      delivery.take(parcels(10), at: .zero)
      #expect(delivery.next(at: at(Double(place)).instant) != nil)
      let body = Array(#"{"message":"bad key sesame-7 at pass-word"}"#.utf8)
      delivery.answered(
        .response(status: status, retryAfter: "1", mediaType: nil, body: body), at: at(Double(place)),
        using: &random)
      #expect(delivery.isIdle)
    }
    #expect(
      delivery.takeNews().map(\.text) == [
        "the collector at http://c:4318/v1/logs?key=••• refuses events: 400 bad key ••• at •••; 10 events did not reach it"
      ], "told once a minute")
    delivery.take(parcels(1), at: at(100).instant)
    _ = delivery.next(at: at(100).instant)
    delivery.answered(
      .response(status: 200, retryAfter: nil, mediaType: nil, body: []), at: at(100), using: &random)
    #expect(
      delivery.takeNews().map(\.text).first?.hasSuffix("takes events again; 50 events did not reach it")
        == true)
  }

  @Test mutating func `over a way that fails waits longer each time, and gives up after five minutes`() throws
  {
    var delivery = try delivery()
    delivery.take(parcels(10, 20), at: .zero)
    var now = Instant.zero
    var tries = 0
    var sent: [String] = []
    while now < at(400).instant, let due = delivery.deadline {
      now = max(now, due)
      guard let parcel = delivery.next(at: now) else { break }
      sent.append(parcel.text)
      tries += 1
      delivery.answered(
        .failed(TransferFailure(.connectRefused, words: "Connection refused")),
        at: Moment(instant: now, wall: Self.wall), using: &random)
    }
    #expect((12...40).contains(tries) && sent.first == "10" && sent.last == "20")
    #expect(delivery.takeNews().contains { $0.text.contains("; 10 events did not reach it") })
  }

  @Test mutating func `of metrics sends the newest sums, and loses none`() throws {
    var delivery = try delivery(.metrics)
    var queue = ParcelQueue()
    for text in ["old", "older"] { queue.append(Parcel(events: 0) { _ in Array(text.utf8) }) }
    delivery.take(queue, at: .zero)
    #expect(delivery.next(at: .zero)?.text == "older")
    delivery.answered(.failed(TransferFailure(.dnsError, words: "no such host")), at: at(0), using: &random)
    var newer = ParcelQueue()
    newer.append(Parcel(events: 0) { _ in Array("new".utf8) })
    delivery.take(newer, at: .zero)
    let due = try #require(delivery.deadline)
    #expect(delivery.next(at: due)?.text == "new")
  }

  /// In each encoding, as the official definitions write it.
  @Test(arguments: [
    ("application/json", #"{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"too old"}}"#),
    ("application/x-protobuf", "\u{0A}\u{0B}\u{08}\u{02}\u{12}\u{07}too old"),
  ])
  mutating func `that is taken in part says what was not, and why`(type: String, body: String) throws {
    var delivery = try delivery()
    delivery.take(parcels(7), at: .zero)
    _ = delivery.next(at: .zero)
    delivery.answered(
      .response(status: 200, retryAfter: nil, mediaType: type, body: Array(body.utf8)), at: at(0),
      using: &random)
    #expect(
      delivery.takeNews().map(\.text) == [
        "the collector at http://c:4318/v1/logs?key=••• rejects 2 of the events that it got: too old; 2 events did not reach it"
      ])
  }

  @Test(arguments: [
    ("application/json", #"{"code":3,"message":"no key"}"#),
    ("Application/X-Protobuf; q=1", "\u{08}\u{03}\u{12}\u{06}no key"),
    // Whoever stands before it answers in words of its own.
    ("text/html", "<title>no key</title>"),
  ])
  mutating func `that is refused says why`(type: String, body: String) throws {
    var delivery = try delivery()
    delivery.take(parcels(7), at: .zero)
    _ = delivery.next(at: .zero)
    delivery.answered(
      .response(status: 400, retryAfter: nil, mediaType: type, body: Array(body.utf8)), at: at(0),
      using: &random)
    #expect(delivery.takeNews().map(\.text).first?.contains("refuses events: 400 no key; 7 events") == true)
  }

  @Test mutating func `takes no more than its bound, and says what came too fast`() throws {
    var delivery = try delivery()
    var queue = ParcelQueue()
    for _ in 0..<100 { queue.append(Parcel(events: 512) { _ in [] }) }
    #expect(queue.events == ParcelQueue.limit && queue.dropped == 100 * 512 - ParcelQueue.limit)
    delivery.take(queue, at: .zero)
    delivery.take(queue, at: .zero)
    #expect(
      delivery.takeNews().map(\.text) == [
        "more events come than the collector at http://c:4318/v1/logs?key=••• takes; 43008 events did not reach it"
      ])
  }

  @Test mutating func `that is in a hurry tries once more at once`() throws {
    var delivery = try delivery()
    delivery.take(parcels(1), at: .zero)
    _ = delivery.next(at: .zero)
    delivery.answered(
      .response(status: 503, retryAfter: "60", mediaType: nil, body: []), at: at(0), using: &random)
    #expect(delivery.next(at: at(1).instant) == nil)
    delivery.hurry()
    #expect(delivery.next(at: at(1).instant) != nil)
  }
}

@Suite struct `Variables of OpenTelemetry` {
  @Test func `say where what goes, and with what`() throws {
    let settings = TelemetrySettings([
      "OTEL_EXPORTER_OTLP_ENDPOINT": "https://c.example/base/",
      "OTEL_EXPORTER_OTLP_HEADERS": "a=1%202, b = x",
      "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://l:9/in", "OTEL_EXPORTER_OTLP_LOGS_HEADERS": "c=3",
      "OTEL_EXPORTER_OTLP_TIMEOUT": "2500", "OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE": "ca.pem",
      "OTEL_METRIC_EXPORT_INTERVAL": "15000", "OTEL_SERVICE_NAME": "s",
      "OTEL_RESOURCE_ATTRIBUTES": "service.name=other,team=a%2Cb",
      "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL": "HTTP/JSON",
      "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip", "OTEL_EXPORTER_OTLP_LOGS_COMPRESSION": "none",
    ])
    #expect(settings.problems == [])
    #expect(
      settings.collectors.map(\.encoding) == [.protobuf, .json], "protobuf is the specification's default")
    #expect(settings.collectors.map(\.isCompressed) == [true, false])
    #expect(
      settings.collectors.map(\.endpoint.display) == ["https://c.example/base/v1/metrics", "http://l:9/in"])
    #expect(
      settings.collectors[0].headers == [Header(name: "a", value: "1 2"), Header(name: "b", value: "x")])
    #expect(settings.collectors[1].headers == [Header(name: "c", value: "3")])
    #expect(settings.collectors.map(\.timeout) == [.milliseconds(2_500), .milliseconds(2_500)])
    #expect(settings.collectors.map(\.caFile) == ["ca.pem", nil])
    #expect(settings.interval == .seconds(15))
    #expect(settings.resource.map { "\($0.name)=\($0.value)" } == ["service.name=s", "team=a,b"])
  }

  @Test(
    arguments: [
      // What is set, how many collectors there are, and what is told.
      ([:], 0, []), (["OTEL_EXPORTER_OTLP_ENDPOINT": "  "], 0, []),
      (["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:1", "OTEL_SDK_DISABLED": "TRUE"], 0, []),
      (["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:1", "OTEL_LOGS_EXPORTER": "none"], 1, []),
      (["OTEL_METRICS_EXPORTER": "otlp"], 1, []),
      (
        ["OTEL_METRICS_EXPORTER": "prometheus"], 0,
        ["OTEL_METRICS_EXPORTER: only otlp and none are known; no metrics are exported"]
      ),
      (
        [
          "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://c:1",
          "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL": "grpc",
        ], 0,
        [
          "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: grpc is not spoken; set it to http/protobuf or http/json, which collectors take at another port, 4318 as a rule; no metrics are exported"
        ]
      ),
      (
        ["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://c:1", "OTEL_EXPORTER_OTLP_PROTOCOL": "thrift"], 0,
        ["OTEL_EXPORTER_OTLP_PROTOCOL: only http/protobuf and http/json are known; no events are exported"]
      ),
      (
        ["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://c:1", "OTEL_EXPORTER_OTLP_COMPRESSION": "zstd"], 1,
        ["OTEL_EXPORTER_OTLP_COMPRESSION: only gzip and none are known; it is sent as it is"]
      ),
      (
        ["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "localhost:4317"], 0,
        [
          "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT is no address; write it as http://host:4318; no events are exported"
        ]
      ),
      (
        ["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://c:1", "OTEL_EXPORTER_OTLP_HEADERS": "token"], 0,
        ["OTEL_EXPORTER_OTLP_HEADERS is to be name=value pairs with commas between; no events are exported"]
      ),
      (
        ["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://c:1", "OTEL_EXPORTER_OTLP_HEADERS": "a=b%0D%0AX:1"], 0,
        ["OTEL_EXPORTER_OTLP_HEADERS holds what cannot stand in a header; no events are exported"]
      ),
      (
        ["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://c:1", "OTEL_EXPORTER_OTLP_TIMEOUT": "soon"], 1,
        ["OTEL_EXPORTER_OTLP_TIMEOUT is to be milliseconds from 1 to 600000; 10000 is taken"]
      ),
    ] as [([String: String], Int, [String])])
  func `that say nothing send nothing, and slips are told`(
    variables: [String: String], count: Int, problems: [String]
  ) {
    let settings = TelemetrySettings(variables)
    #expect(settings.collectors.count == count && settings.problems == problems)
  }
}

extension Parcel {
  fileprivate var text: String { String(decoding: bytes(.json), as: UTF8.self) }
}
