import MCPWire
import MCPSessions
import Testing

@testable import LoopbackServers

/// The checks must be able to fail: each is shown a client that breaks it, as a transcript of what a server
/// saw.
///
/// A line is the time in ms, what was asked, the status of the answer, and what else matters: `id=` the
/// session id that the request carried, `gives=` the one that the answer gave, `says=` the protocol version
/// header, `bytes=` the size of the answer, `rpc=` the id of the request. An answer takes 1 ms.
struct WireCheckTests {
  static let good = """
    0 initialize 200 gives=a
    5 notifications/initialized 202 id=a
    9 GET 200 id=a
    300 ping 200 id=a
    700 tools/list 200 id=a
    1100 DELETE 200 id=a
    """

  @Test func `a good client passes every common check`() {
    for check in Check.common + Check.deletedSession + Check.worksOn + [
      .usesFirstID, .gapsGrow, .noImmediateRetry,
    ] {
      #expect(check.complaint(evidence(Self.good)) == nil, "\(check.name)")
    }
  }

  static let bad: [(Check, String, String)] = [
    (.cleanInitialize, "0 initialize 404 id=a", "it does"),
    (.version, "0 initialize 200 gives=a\n9 ping 200 id=a says=1999-01-01", "ping says 1999-01-01"),
    (.ids, "0 initialize 200 gives=a\n9 ping 404 id=b", "ping carries an id that was not given"),
    (.ids, "0 initialize 500 gives=a\n9 ping 404 id=a", "ping carries an id that was not given"),
    (
      .deadIDs, "0 initialize 200 gives=a\n9 ping 404 id=a\n400 GET 404 id=a",
      "GET carries an id that died 0.39 seconds before"
    ),
    (
      .deadIDs, "0 initialize 200 gives=a\n9 DELETE 200 id=a\n109 ping 404 id=a",
      "ping carries an id that died 0.099 seconds before"
    ),
    (
      .requestIDs, "0 initialize 200\n9 ping 200 rpc=7\n99 ping 200 rpc=7",
      "ping has the id of an earlier request"
    ),
    (.rate, (0...12).map { "\($0 * 70) ping 200" }.joined(separator: "\n"), "13 requests in 0.84 seconds"),
    (
      .oneInitialize, "0 initialize - ends=900\n500 initialize 200",
      "another one 0.5 seconds after one that was not answered"
    ),
    (.initialized, "0 initialize 200", "no notifications/initialized"),
    (.pinged, "0 initialize 200\n9 ping 404", "no ping was answered with 200"),
    (.keepsSession, "0 initialize 200\n900 initialize 200", "2 times initialize"),
    (.usesFirstID, "0 initialize 200 gives=a\n9 ping 404 id=b", "ping carries another id"),
    (.inventsNoID, "0 initialize 200\n9 ping 200 id=a", "ping carries an id that nobody gave"),
    (
      .gapsGrow, "0 initialize 500\n400 initialize 500\n550 initialize 500\n700 initialize 500",
      "2 gaps of 0.15 seconds or less"
    ),
    (
      .gapsGrow, (0...6).map { "\($0 * 400) initialize 500" }.joined(separator: "\n"),
      "4 gaps of 0.4 seconds or less"
    ),
    (.noImmediateRetry, "0 initialize 500\n20 initialize 500", "the first retry came after 0.019 seconds"),
    (.didNotGoOn, "0 initialize 500\n9 ping 400", "went on with ping"),
    (.atMost(2, "GET"), "0 GET 405\n9 GET 405\n20 GET 405", "3 times GET"),
    (.reinitializesSoon, "0 initialize 200 gives=a\n9 ping 404 id=a", "no initialize after the loss"),
    (
      .reinitializesSoon, "0 initialize 200 gives=a\n9 ping 404 id=a\n7009 initialize 200",
      "it took 7.0 seconds"
    ),
    (.dropsDeadID, "0 initialize 200 gives=a\n9 ping 404 id=a\n90 ping 404 id=a", "ping carries the dead id"),
    (.answersServer, "0 initialize 200", "no answer"),
    (.stopsReading, "0 GET 200 bytes=100000000", "took 95 MiB of one answer"),
    (.sendsDelete, "0 initialize 200 gives=a", "no DELETE with an id"),
    (.sendsDelete, "0 initialize 200 gives=a\n9 DELETE 404 id=b", "DELETE carries another id"),
    (.deletesCalmly, "0 DELETE 401\n9 DELETE 401\n20 DELETE 401", "3 times DELETE"),
    (.waited(.seconds(3)), "0 initialize 429\n2500 initialize 429", "waited 2.5 seconds"),
    (.neverSends("x"), "0 ping 404 id=x", "ping carries it"),
    (.idFromErrorUnused, "0 ping 404 id=from-an-error", "ping carries it"),
    (.reopensStream, "0 GET 200", "the stream was opened once"),
    (.reopensAfter(.seconds(3)), "0 GET 200\n1000 GET 200", "after 1.0 seconds"),
    (.sendsNothing, "0 initialize 200", "sent initialize"),
    (.speaks("2025-06-18"), "0 initialize 200\n9 ping 200", "ping says 2025-11-25"),
    (.pingedAfter(.seconds(5)), "0 initialize 200\n9 ping 200", "no ping was answered"),
  ]

  @Test(arguments: bad)
  func `a client that breaks a rule is found out`(_ check: Check, _ transcript: String, _ complaint: String) {
    #expect(check.complaint(evidence(transcript)) == complaint, "\(check.name)")
  }

  @Test func `outages are judged by what happens in them and after them`() {
    var seen = evidence("0 initialize 200\n5100 initialize 200\n5300 ping 200")
    seen.outage = (.seconds(1), .seconds(4))
    #expect(Check.cameBack.complaint(seen) == nil)
    #expect(Check.fewAttemptsWhileDown.complaint(seen) == nil)
    seen.connections = (0..<9).map { .milliseconds(1_500 + $0 * 250) }
    #expect(Check.fewAttemptsWhileDown.complaint(seen) == "9 attempts in 3.0 seconds")
    seen = evidence("0 initialize 200\n15000 initialize 200")
    seen.outage = (.seconds(1), .seconds(4))
    #expect(Check.cameBack.complaint(seen) == "it took 11.0 seconds")
  }

  @Test func `what is told is looked at as well`() {
    var seen = evidence("0 initialize 200 gives=abcdefghijkl")
    seen.events = [Event(time: .zero, kind: .serverMessage, message: "the id is abcdefghijkl")]
    #expect(Check.noSecrets.complaint(seen) == "a secret in: the id is abcdefghijkl...")
    seen.events = [Event(time: .zero, kind: .serverMessage, message: "a\u{1B}[2J")]
    #expect(Check.printable.complaint(seen) == #"U+1b in: "a\u{1B}[2J""#)
    seen.events = ["ready", "ready"].map {
      Event(time: .zero, kind: .stateChanged, state: SessionState(rawValue: $0), message: "")
    }
    #expect(Check.stateChanges.complaint(seen) == "ready twice in a row")
    seen.elsewhere = seen.requests
    #expect(Check.nothingElsewhere.complaint(seen) == "a POST does")
  }

  @Test func `a run is judged by its end and by what it reports`() {
    let fault = FaultCase("x", "", [.recovering], [.httpError])
    var seen = evidence("0 initialize 500")
    #expect(complaints(fault, seen) == ["has no end: no row", "reported []"])
    seen.report = SessionReport(key: SessionKey(server: "x"), state: .ready, since: .zero)
    #expect(complaints(fault, seen) == ["ended ready (ready)", "reported []"])
    seen.report?.state = .recovering
    seen.report?.errors = [.httpError: 1]
    #expect(complaints(fault, seen) == [])
    let healthy = FaultCase("x", "", [.ready])
    seen.report?.state = .ready
    #expect(complaints(healthy, seen) == [#"reported ["http_error"]"#])
  }
}

extension Moment {
  fileprivate static let zero = Moment(instant: .zero, wall: WallTime(milliseconds: 0))
}

/// What a server would know after this transcript.
private func evidence(_ transcript: String) -> Evidence {
  var entries: [RequestLog.Entry] = []
  for (index, line) in transcript.split(separator: "\n").enumerated() {
    let words = line.split(separator: " ").map(String.init)
    var more: [String: String] = [:]
    for word in words.dropFirst(3) {
      let pair = word.split(separator: "=").map(String.init)
      more[pair[0]] = pair[1]
    }
    let time = Duration.milliseconds(Int(words[0]) ?? 0)
    var entry = RequestLog.Entry(request: request(words[1], number: index + 1, time: time, more))
    if let status = Int(words[2]) {
      entry.head = Reply.Head(status, more["gives"].map { [.init("Mcp-Session-Id", $0)] } ?? [])
    }
    entry.finished = more["ends"].flatMap { Int($0) }.map { .milliseconds($0) } ?? time + .milliseconds(1)
    entry.bytesSent = more["bytes"].flatMap { Int($0) } ?? 100
    entries.append(entry)
  }
  return Evidence(requests: entries, connections: [])
}

private func request(_ kind: String, number: Int, time: Duration, _ more: [String: String]) -> Request {
  let isPost = !["GET", "DELETE"].contains(kind)
  var headers = [
    Request.Header("Accept", isPost ? "application/json, text/event-stream" : "text/event-stream")
  ]
  if isPost { headers.append(.init("Content-Type", "application/json")) }
  if kind != "initialize" { headers.append(.init("MCP-Protocol-Version", more["says"] ?? "2025-11-25")) }
  if let id = more["id"] { headers.append(.init("Mcp-Session-Id", id)) }
  let id = kind.hasPrefix("notifications/") ? "" : "\"id\":\(more["rpc"] ?? "\(number)"),"
  return Request(
    number: number, connection: 1, time: time, method: isPost ? "POST" : kind, target: "/mcp",
    headers: headers,
    body: isPost ? bytes("{\"jsonrpc\":\"2.0\",\(id)\"method\":\"\(kind)\"}") : [])
}
