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
          key: SessionKey(server: "b"), state: nil, isDone: false, why: "there is no such session"),
      ]),
    .status(number: 9, text: "SERVER\tUSER\nledger\tapp", note: "n", code: 1),
    .refusal(number: 3, "it is read-only"),
  ]) func `are read as they are answered`(answer: ControlAnswer) {
    #expect(ControlAnswer(answer.line) == answer, "\(answer.line)")
    #expect(!answer.line.contains("\n"))
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
