import MCPSessions
import Testing

@testable import TopReports

@Suite struct `Log lines` {
  @Test(arguments: [
    (
      Event(time: noon, kind: .sessionCreated, server: "ledger", message: "Session created: 12345678..."),
      "2026-11-23T10:00:00.123Z INFO [MCP][ledger] Session created: 12345678..."
    ),
    (
      Event(
        time: noon, kind: .sessionTerminated, server: "my-server", user: "app",
        message: "Session terminated: 12345678..."),
      "2026-11-23T10:00:00.123Z INFO [MCP][my-server] Session terminated: 12345678..."
    ),
    (
      Event(
        time: noon, kind: .recoveryStarted, level: .info, server: "ledger", user: "ana",
        message: "Session recovery started for error: session_terminated"),
      "2026-11-23T10:00:00.123Z INFO [MCP][User: ana][ledger] "
        + "Session recovery started for error: session_terminated"
    ),
    (
      Event(
        time: noon, kind: .sessionError, level: .warning, server: "ledger", repeated: 3,
        message: "Session error: session_terminated - Session has been terminated by the server"),
      "2026-11-23T10:00:00.123Z WARNING [MCP][ledger] "
        + "Session error: session_terminated - Session has been terminated by the server x3"
    ),
    (
      Event(time: noon, kind: .configProblem, level: .error, message: "librechat.yaml:3:5: no url"),
      "2026-11-23T10:00:00.123Z ERROR [MCP] librechat.yaml:3:5: no url"
    ),
    (
      Event(time: noon, kind: .stateChanged, level: .debug, server: "ledger", message: "ready"),
      "2026-11-23T10:00:00.123Z DEBUG [MCP][ledger] ready"
    ),
  ])
  func `say time, level, user, server and message`(event: Event, line: String) {
    #expect(logLine(event) == line)
    let priorities = [EventLevel.debug: 7, .info: 6, .warning: 4, .error: 3]
    let told = line.split(separator: " ", maxSplits: 2)[2]
    #expect(journalLine(event) == "<\(priorities[event.level] ?? 0)>\(told)")
  }

  @Test func `stay one line whatever a text holds`() {
    let event = Event(
      time: noon, kind: .serverMessage, server: "a\nb", user: "c\u{1B}[2J",
      message: "one\r\n2026-11-23T10:00:00.123Z INFO [MCP][x] forged\u{202E}")
    #expect(
      logLine(event)
        == #"2026-11-23T10:00:00.123Z INFO [MCP][User: c\u{1B}[2J][a\u{A}b] "#
        + #"one\u{D}\u{A}2026-11-23T10:00:00.123Z INFO [MCP][x] forged\u{202E}"#)
  }

  @Test func `are bounded`() {
    let event = Event(
      time: noon, kind: .serverMessage,
      message: Sentence(ForeignText(recorded: String(repeating: "a", count: 1_000_000), limit: 1_000_000)))
    #expect(logLine(event).count < 1_100)
  }
}

@Suite struct `Event lines` {
  @Test func `hold every member in the order of the schema`() {
    let event = Event(
      seq: 17, time: noon, kind: .sessionError, level: .warning, server: "ledger", user: "app",
      session: "12345678...", state: .recovering, sessionKind: .stateful, protocolVersion: "2025-11-25",
      error: SessionError(
        .sessionTerminated, status: 404, rpcCode: -32_600, curlCode: 56, detail: "Session not found"),
      attempt: 1, nextAttempt: .milliseconds(870),
      message: "Session error: session_terminated - Session has been terminated by the server")
    #expect(
      eventLine(event) == """
        {"v":1,"type":"event","seq":17,"time":"2026-11-23T10:00:00.123Z","event":"session_error",\
        "level":"warning","server":"ledger","user":"app","session":"12345678...","state":"recovering",\
        "kind":"stateful","protocol":"2025-11-25","error":{"type":"session_terminated","status":404,\
        "rpc_code":-32600,"curl_code":56,"detail":"Session not found"},"attempt":1,"next_attempt_ms":870,\
        "repeated":1,"message":"Session error: session_terminated - \
        Session has been terminated by the server"}
        """)
  }

  @Test func `leave out what is not known`() {
    let event = Event(seq: 1, time: noon, kind: .configReloaded, message: "")
    #expect(
      eventLine(event) == """
        {"v":1,"type":"event","seq":1,"time":"2026-11-23T10:00:00.123Z","event":"config_reloaded",\
        "level":"info","repeated":1,"message":""}
        """)
  }

  @Test func `leave out of an error what was not seen`() {
    let event = Event(
      seq: 2, time: noon, kind: .recoveryFailed,
      error: SessionError(.connectRefused, curlCode: 7, detail: ""),
      message: "x")
    #expect(eventLine(event).contains(#""error":{"type":"connect_refused","curl_code":7,"detail":""}"#))
  }

  @Test(arguments: [
    #"plain"#, #"a "quoted" word"#, #"back\slash"#, #"","level":"error"#, "\u{0}\u{1B}[31m\n\r\t\u{7F}\u{9B}",
    "\u{2028}\u{2029}\u{202E}\u{200B}\u{FEFF}\u{E0041}", "Grüße, 日本語, 👩‍👩‍👧", "{\"a\":[1,2", "\\u0022", "",
  ])
  func `give back any text exactly and let none break out`(text: String) throws {
    let event = Event(
      time: noon, kind: .serverMessage, server: text, user: text, session: text, protocolVersion: text,
      message: Sentence(ForeignText(recorded: text)))
    let line = eventLine(event)
    let value = try JSONValue(reading: line)
    #expect(
      value.names == [
        "v", "type", "seq", "time", "event", "level", "server", "user", "session", "protocol", "repeated",
        "message",
      ])
    for name in ["server", "user", "session", "protocol"] { #expect(value[name] == .string(text)) }
    #expect(value["message"] == .string(PrintableText.line(text)))
    #expect(!line.unicodeScalars.contains { PrintableText.isUnfit($0) && $0.value != 0x200D })
  }

  @Test(arguments: EventKind.allCases) func `are valid JSON for every kind`(kind: EventKind) throws {
    let value = try JSONValue(reading: eventLine(Event(time: noon, kind: kind, message: "m")))
    #expect(value["event"] == .string(kind.rawValue))
  }
}
