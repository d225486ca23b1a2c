import Testing

@testable import MCPSessions

@Suite struct `Endpoints` {
  @Test(arguments: [
    ("https://Host.example/mcp", "https://host.example/mcp", "https://host.example:443"),
    ("http://127.0.0.1:8080/mcp?key=abc&x", "http://127.0.0.1:8080/mcp?key=•••&•••", "http://127.0.0.1:8080"),
    ("https://user:secret@h/x#part", "https://h/x", "https://h:443"),
    ("http://[::1]:99/", "http://[::1]:99/", "http://[::1]:99"),
    ("ws://h", "ws://h", "ws://h:80"), ("http://h./", "http://h./", "http://h.:80"),
  ]) func `show neither user information nor query values`(url: String, shown: String, origin: String) throws
  {
    let endpoint = try Endpoint(url)
    #expect(endpoint.display == shown)
    #expect(endpoint.origin.description == origin)
    #expect(!"\(endpoint)".contains("secret") && !"\(endpoint)".contains("abc"))
  }

  @Test(arguments: [
    "kqzvwxjhtrplmndgbcfq", "XkQzVwJhTrPlMnDgBcFq", "QZVWXJHTRPLMNDGBCFKQ", "4829104829177320",
    "83920174650192837465",
    "kqzvwxjhtr7plmndgbcfq", "wJalrXUtnFEMIKMDENGbPxRfiCYEXAMPLEKEY", "sk-proj-abcdefghijkl",
    "0f8fad5b-d9cb-469f-a165-70867728950e", "AbCdEfGhIjKlMnOpQrStUv",
  ]) func `with a key in their path show it nowhere`(key: String) throws {
    let endpoint = try Endpoint("https://h/a/\(key)/mcp")
    #expect(endpoint.display == "https://h/a/•••/mcp")
    #expect(endpoint.secrets.map(\.revealed) == [key])
    var own = Redactor()
    own.learn(address: endpoint.url.revealed)
    let gate = Gate(own: own, known: KnownSecrets())
    #expect(gate.text(whole: "no \(key.uppercased()) here").text == "no ••• here")
    // The same in an address that nobody has configured.
    let strange = Gate(own: Redactor(), known: KnownSecrets())
    #expect(strange.text(whole: "see https://else/\(key).").text == "see https://else/•••.")
  }

  @Test(arguments: [
    "/streamable-http", "/v1/projects/12345", "/modelcontextprotocol/endpoint", "/getUserProfileInformation",
    "/v1/projects/123456789012/locations", "/knowledgebasesearch", "/aws-documentation-mcp-server",
    "/mcp.sse",
    "/Geschwindigkeitsbegrenzung", "/googleWorkspaceMCPServer", "/2025-11-25T10:00:00",
    "/kubernetesdashboard",
    "/jsonrpchttpendpoint", "/0000000000000000", "/sequentialthinkingserver", "/awsdocumentationmcpserver",
    "/streamablehttpendpoint", "/a-very-long-name-that-somebody-chose-for-it", "/AzureDevOpsMCPServer",
  ]) func `with words in their path show them`(path: String) throws {
    #expect(try Endpoint("https://h\(path)").display == "https://h\(path)")
  }

  @Test(arguments: [
    ("mcp", Endpoint.Problem.noScheme), ("ftp://h", .unknownScheme("ftp")),
    ("file:///etc/passwd", .unknownScheme("file")),
    ("http://", .noHost), ("http://:80/", .noHost), ("http://h:0/", .badPort("0")),
    ("http://h:70000/", .badPort("70000")), ("http://a..b/", .emptyLabel), ("http://.a/", .emptyLabel),
    ("http://[::1/", .noHost),
    ("http://a../", .emptyLabel),
    ("http://h/a b", .badCharacter(position: 10)), ("http://h/\u{1B}", .badCharacter(position: 9)),
  ]) func `that cannot be used say why`(url: String, problem: Endpoint.Problem) {
    #expect(throws: problem) { try Endpoint(url) }
  }
}

@Suite struct `Texts that only look the same` {
  private let composed = "caf\u{E9}"
  private let decomposed = "cafe\u{301}"

  @Test func `are two servers, two users, two values`() {
    #expect(composed == decomposed, "which is what makes this necessary")
    #expect(SessionKey(server: composed) != SessionKey(server: decomposed))
    #expect(SessionKey(server: "a", user: composed) != SessionKey(server: "a", user: decomposed))
    #expect(Header(name: "X-Key", value: composed) != Header(name: "X-Key", value: decomposed))
    #expect(Set([composed, decomposed].map { ExactText($0) }).count == 2)
    let keys = [SessionKey(server: composed), SessionKey(server: decomposed)]
    #expect(keys.sorted() == keys.reversed().sorted(), "and always have the same order")
  }

  @Test(arguments: [
    ("https://a.example.org/\u{308}b", "https://a.example.org:443"),
    ("https://a.example.org\u{600}/b", "https://a.example.org\u{600}:443"),
    ("https://user@\u{308}h/", "https://\u{308}h:443"),
  ]) func `are told apart in an address, as the HTTP client does`(url: String, origin: String) throws {
    #expect(try Endpoint(url).origin.description == origin)
  }
}

@Suite struct `Printable text` {
  @Test(arguments: [
    ("plain", "plain"), ("a\u{34F}b", "a\\u{34F}b"), ("a\u{E0100}b", "a\\u{E0100}b"),
    ("a\u{1B}[31mb", "a\\u{1B}[31mb"), ("line\r\nbreak", "line\\u{D}\\u{A}break"),
    ("\u{9B}31m", "\\u{9B}31m"), ("\u{202E}txt", "\\u{202E}txt"), ("a\u{200B}b", "a\\u{200B}b"),
    ("\u{0}", "\\u{0}"),
    ("日本 😀", "日本 😀"), ("e\u{301}", "e\u{301}"),
  ]) func `shows what could repaint a terminal as an escape`(text: String, shown: String) {
    #expect(PrintableText.line(text) == shown)
  }

  @Test func `is bounded, marks included`() {
    #expect(PrintableText.line(String(repeating: "x", count: 500)).count == 203)
    let tower = "a" + String(repeating: "\u{301}", count: 1_000)
    #expect(PrintableText.line(tower).unicodeScalars.count == 5)
  }
}

@Suite struct `Times` {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (1_795_431_192_094, "2026-11-23T10:53:12.094Z"),
    (951_782_400_000, "2000-02-29T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
  ]) func `are RFC 3339 in UTC`(milliseconds: Int64, text: String) {
    #expect(WallTime(milliseconds: milliseconds).rfc3339 == text)
  }

  @Test(arguments: [
    ("5", Duration.seconds(5)), ("0", .milliseconds(500)), ("99999999999", .seconds(3_600)),
    ("1.5", .seconds(2)), ("3s", .seconds(3)), ("2m", .seconds(120)), ("250ms", .seconds(1)),
    ("Mon, 23 Nov 2026 10:00:30 GMT", .seconds(30)), ("Monday, 23-Nov-26 10:00:30 GMT", .seconds(30)),
    ("Mon Nov 23 10:00:30 2026", .seconds(30)), ("Mon, 23 Nov 2026 10:00:30 +0000", .seconds(30)),
    ("Mon, 23 Nov 2020 10:00:30 GMT", .milliseconds(500)), ("3, 120", .seconds(120)), ("7,7", .seconds(7)),
  ]) func `of Retry-After have a floor and a cap`(header: String, expected: Duration) {
    let now = WallTime(milliseconds: 1_795_428_000_000)
    #expect(retryAfter(header, now: now) == expected)
  }

  @Test(arguments: ["", "soon", "-5", "0x10", "1.5.2", "nan", "+2", "Mon, 23 Foo 2026 10:00:30 GMT"])
  func `of a Retry-After that makes no sense are ignored`(header: String) {
    #expect(retryAfter(header, now: WallTime(milliseconds: 0)) == nil)
  }
}

@Suite struct `Backoff` {
  @Test(arguments: 1...200) func `stays within its bounds and above its floor`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let backoff = MCPSessions.Backoff(base: .seconds(1))
    for attempt in 1...40 {
      let ceiling = min(pow2(attempt - 1), 60)
      let delay = backoff.delay(attempt: attempt, using: &random).inSeconds
      #expect(
        delay <= ceiling && delay >= max(0.05, ceiling / 4), "attempt \(attempt), seed \(seed): \(delay)")
    }
  }

  @Test func `never comes at once, whatever the settings say`() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<100 {
      #expect(
        MCPSessions.Backoff(base: .zero, maximum: .zero).delay(attempt: 1, using: &random)
          >= .milliseconds(50))
    }
  }

  private func pow2(_ exponent: Int) -> Double { exponent > 20 ? 1e6 : Double(1 << exponent) }
}

@Suite struct `The event ring` {
  @Test func `keeps the newest and counts what went`() {
    var ring = EventRing(capacity: 3)
    for number in 1...5 { ring.append(event(number)) }
    #expect(ring.count == 3)
    #expect(ring.dropped == 2)
    #expect(ring.newest(10).map(\.message) == ["3", "4", "5"])
    #expect(ring.newest(2).map(\.message) == ["4", "5"])
    #expect(ring[0].message == "3")
  }

  @Test func `of reports drops the oldest and keeps every row`() {
    var report = EngineReport()
    for number in 1...5_000 {
      var next = EngineReport()
      next.events = [event(number)]
      let key = SessionKey(server: "s\(number % 10)")
      next.sessions[key] = SessionReport(key: key, state: .ready, since: event(number).time)
      report.merge(next)
    }
    #expect(report.events.count == EngineReport.eventLimit)
    #expect(report.eventsDropped == 5_000 - EngineReport.eventLimit)
    #expect(report.events.last?.message == "5000")
    #expect(report.sessions.count == 10)
  }

  private func event(_ number: Int) -> Event {
    let moment = Moment(instant: .zero, wall: WallTime(milliseconds: Int64(number)))
    return Event(time: moment, kind: .serverMessage, message: "\(number)")
  }
}

@Suite struct `Error counters` {
  @Test func `forget what is out of their window`() {
    var counters = ErrorCounters()
    func at(_ seconds: Int) -> Instant { .zero + .seconds(seconds) }
    counters.count(.httpError, at: at(10))
    counters.count(.httpError, times: 2, at: at(50))
    func totals(_ seconds: Int) -> [Int] {
      ErrorCounters.Window.allCases.map { counters.total(.httpError, over: $0, at: at(seconds)) }
    }
    #expect(totals(55) == [3, 3, 3])
    #expect(totals(75) == [2, 3, 3])
    #expect(totals(200) == [0, 3, 3])
    #expect(totals(2_000) == [0, 0, 3])
    #expect(totals(100_000) == [0, 0, 0])
    #expect(counters.total(.authError, over: .day, at: at(55)) == 0)
  }
}

@Suite struct `Latencies` {
  @Test func `give percentiles within a tenth`() throws {
    var histogram = LatencyHistogram()
    #expect(histogram.summary == nil)
    for milliseconds in 1...1_000 { histogram.add(.milliseconds(milliseconds)) }
    let summary = try #require(histogram.summary)
    #expect(abs(summary.p50 - 500) < 50 && abs(summary.p95 - 950) < 95 && abs(summary.p99 - 990) < 99)
    #expect(summary.last == 1_000)
  }
}

@Suite struct `Equal events` {
  @Test func `within a second come out as one with a count`() {
    var folder = EventCoalescer()
    func event(_ second: Double, _ kind: EventKind = .serverMessage) -> Event {
      let instant = Instant.zero + .seconds(second)
      return Event(
        time: Moment(instant: instant, wall: WallTime(milliseconds: 0)), kind: kind, message: "x")
    }
    #expect(folder.take(event(0)) != nil)
    #expect(folder.take(event(0.1)) == nil)
    #expect(folder.take(event(0.2)) == nil)
    #expect(folder.flush(at: .zero + .seconds(0.9)).isEmpty)
    #expect(folder.flush(at: .zero + .seconds(1)).map(\.repeated) == [2])
    #expect(folder.deadline == nil)
    #expect(folder.take(event(1.5)) != nil)
    #expect(folder.take(event(1.6, .sessionError)) != nil)
    #expect(folder.take(event(1.7, .sessionError)) != nil, "what happens to a session keeps its order")
  }

  @Test func `are not the only ones that are held back: a session has its share of a second`() {
    var folder = EventCoalescer()
    func event(_ number: Int, server: String) -> Event {
      Event(
        time: Moment(instant: .zero, wall: WallTime(milliseconds: 0)), kind: .serverMessage, server: server,
        message: "\(number)")
    }
    let told = (0..<1_000).compactMap { folder.take(event($0, server: "a")) }
    #expect(told.count == 30)
    #expect(folder.take(event(0, server: "b")) != nil, "others have their own")
    let rest = folder.flush(at: .zero + .seconds(1))
    #expect(rest.map(\.kind) == [.eventsDropped])
    #expect(rest.first?.message == "970 more events of this session within a second, not told one by one")
  }
}
