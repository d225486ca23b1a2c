import TopReports
import MCPSessions
import Testing

private let ledger = SessionKey(server: "ledger \"2\"", user: "ana")

@Suite struct `Lines to and from a running instance` {
  @Test(arguments: [
    ControlRequest.hello(version: "0.1.0", isReadOnly: true, follows: false),
    .command(number: 7, .reconnect, .filter("server:git* for>1h"), isDryRun: true),
    .command(number: 8, .terminate, .sessions([ledger]), isDryRun: false),
    .status(
      number: 9, StatusQuery(format: .tsv, filter: "state:down", failing: [.down, .failed], width: 80)),
    .status(number: 10, StatusQuery(format: .plugin, width: 120)),
  ]) func `are read as they are written`(request: ControlRequest) {
    #expect(ControlRequest(request.line) == request, "\(request.line)")
    #expect(!request.line.contains("\n"))
  }

  @Test(arguments: [
    ControlAnswer.hello(
      InstanceReport(
        version: "0.1.0", process: 4_711, name: "default", command: "serve", files: ["/etc/a.yaml"],
        started: noon.wall, isReadOnly: false, shard: Shard("2/3"))),
    .result(
      number: 7, .reconnect, isDryRun: false,
      [
        ActionOutcome(key: ledger, state: .ready, isDone: true),
        ActionOutcome(
          key: ledger, state: .idle, isDone: nil,
          command: CommandReport(
            line: "npx -y x", folder: "/srv", variables: ["A", "B"], download: "x (npx)")),
        ActionOutcome(
          key: SessionKey(server: "b"), state: nil, isDone: false, why: "there is no such session"),
      ]),
    .status(number: 9, text: "SERVER\tUSER\nledger\tapp", note: "n", code: 1),
    .refusal(number: 3, "it is read-only"),
  ]) func `are read as they are answered`(answer: ControlAnswer) {
    #expect(ControlAnswer(answer.line) == answer, "\(answer.line)")
    #expect(!answer.line.contains("\n"))
  }

  @Test(arguments: [
    (
      #"{"v":2,"type":"hello","version":"0.9.0"}"#,
      "it speaks protocol version 2 (sessiontop 0.9.0), this program version 1 (sessiontop 0.1.0): update the program here"
    ),
    (
      #"{"v":0,"type":"result","id":0,"refused":"x"}"#,
      "it speaks protocol version 0, this program version 1 (sessiontop 0.1.0): end it and start it anew with the program that is here"
    ),
    (#"{"v":1,"type":"hello"}"#, nil), (#"{"v":"2"}"#, nil), ("hello", nil), (#"{"v":7}"#, nil),
  ]) func `of another version say which, and what is to be done`(line: String, says: String?) {
    #expect(OtherVersion(line)?.description == says)
  }

  @Test(arguments: [
    "", "hello", "{}", #"{"v":2,"type":"hello"}"#,
    #"{"v":1,"type":"command","command":"explode","filter":"a"}"#,
    #"{"v":1,"type":"command","command":"pause"}"#,
    #"{"v":1,"type":"command","command":"pause","sessions":[{"server":"a"}]}"#,
    #"{"v":1,"type":"status","format":"xml"}"#, #"{"v":1,"type":"status","format":"tsv","fail_on":["dwon"]}"#,
  ]) func `are refused when they are none`(line: String) {
    #expect(ControlRequest(line) == nil)
  }

  @Test(arguments: [
    (#"{"v":1,"type":"hello","read_only":"true"}"#, "read_only is to be true or false"),
    (#"{"v":1,"type":"hello","readonly":true}"#, "no member is called readonly"),
    (#"{"v":1,"type":"hello","follow":1}"#, "follow is to be true or false"),
    (
      #"{"v":1,"type":"command","id":1,"command":"terminate","dry_run":"true","filter":"a"}"#,
      "dry_run is to be true or false"
    ),
    (
      #"{"v":1,"type":"command","id":1,"command":"terminate","dry_run":1,"filter":"a"}"#,
      "dry_run is to be true or false"
    ),
    (
      #"{"v":1,"type":"command","id":1,"command":"terminate","dryrun":true,"filter":"a"}"#,
      "no member is called dryrun"
    ),
    (
      #"{"v":1,"type":"command","id":1,"command":"pause","filter":"a","sessions":[]}"#,
      "filter is to be there without sessions"
    ),
    (#"{"v":1,"type":"command","id":1,"command":"pause","filter":["a"]}"#, "filter is to be a text"),
    (
      #"{"v":1,"type":"command","id":9007199254740993,"command":"pause","filter":"a"}"#,
      "id is to be a whole number from 0 to 2^53 - 1"
    ),
    (
      #"{"v":1,"type":"command","id":"1","command":"pause","filter":"a"}"#,
      "id is to be a whole number from 0 to 2^53 - 1"
    ),
    (
      #"{"v":1,"type":"status","format":"tsv","width":"80"}"#,
      "width is to be a whole number from 0 to 2^53 - 1"
    ),
    (#"{"v":1,"type":"status","format":"tsv","fail_on":"down"}"#, "fail_on is to be a list of states"),
    (#"["v"]"#, "a line is none of protocol version 1"),
    (
      #"{"v":2,"type":"hello","read_only":false}"#,
      "a line is of protocol version 2, and version 1 is spoken here, by sessiontop 0.1.0: use the same program on both sides"
    ),
  ]) func `are not obeyed with a slip in them, which is told`(line: String, says: String) {
    let slip = #expect(throws: ControlSlip.self) { try ControlRequest(reading: line) }
    #expect(slip?.description == says)
  }

  @Test func `mean a session once that they name twice`() throws {
    let line = ControlRequest.command(number: 1, .pause, .sessions([ledger, ledger]), isDryRun: false).line
    #expect(
      try ControlRequest(reading: line) == .command(number: 1, .pause, .sessions([ledger]), isDryRun: false))
  }

  @Test func `tell what changed as a snapshot does`() {
    var report = EngineReport()
    let key = SessionKey(server: "ledger")
    report.sessions[key] = SessionReport(key: key, state: .ready, since: noon)
    report.removed = [SessionKey(server: "gone")]
    let line = reportLine(report, at: noon)
    #expect(line.hasPrefix(#"{"v":1,"type":"report","time":""#), "\(line)")
    #expect(line.contains(#""sessions":[{"server":"ledger","user":"app","state":"ready""#), "\(line)")
    #expect(line.contains(#""removed":[{"server":"gone","user":"app"}]"#), "\(line)")
  }
}
