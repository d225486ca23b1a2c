import Glibc
import LoopbackServers
import MCPWire
import TopPlatform
import MCPSessions
import TopTestFolders
import Testing

/// What this program prints as JSON is what its schema says, no more and no less.
@Suite struct `The schema of the JSON` {
  private let schema: Schema

  init() throws {
    schema = try Schema(
      String(contentsOf: packageRoot + "/Sources/sessiontop/Packaging/sessiontop.schema.json"))
  }

  private func expect(_ text: String, _ what: String) {
    let lines = text.split(separator: "\n")
    #expect(!lines.isEmpty, "\(what) prints something")
    for line in lines {
      let offences = schema.offences(String(line))
      #expect(offences.isEmpty, "\(what): \(offences.joined(separator: "; ")) in \(line)")
    }
  }

  @Test func `knows the words of this program`() {
    #expect(schema.words(of: "state") == Set(SessionState.allCases.map(\.rawValue)))
    #expect(schema.words(of: "kind") == Set(SessionKind.allCases.map(\.rawValue)))
    #expect(schema.words(of: "error_type") == Set(ErrorType.allCases.map(\.rawValue)))
    #expect(schema.words(of: "transport") == Set(Transport.allCases.map(\.rawValue)))
    #expect(schema.words(of: "event", "event") == Set(EventKind.allCases.map(\.rawValue)))
    #expect(schema.words(of: "event", "level") == Set(EventLevel.allCases.map(\.rawValue)))
    #expect(schema.words(of: "session", "stream") == Set(StreamState.allCases.map(\.rawValue)))
  }

  @Test(arguments: [
    #"{"v":1,"type":"beat","new":1}"#, #"{"v":2,"type":"beat"}"#, #"{"v":1,"type":"event"}"#, "[]", "nothing",
    #"{"v":1,"type":"report","time":"yesterday","sessions":[]}"#,
    #"{"v":1,"type":"result","id":1,"refused":"no","code":1}"#,
  ]) func `refuses what is none of its lines`(line: String) {
    #expect(!schema.offences(line).isEmpty)
  }

  @Test func `names what the format for lnav shows`() throws {
    let text = try String(contentsOf: packageRoot + "/Sources/sessiontop/Packaging/sessiontop.lnav.json")
    let format = try JSONValue.read(text.utf8)["sessiontop_events"]
    let fields = schema.names(of: "event")
    let errors = schema.names(of: "error")
    let shown = format?["value"]?.members.keys.sorted() ?? []
    #expect(!shown.isEmpty)
    for name in shown {
      let parts = name.split(separator: "/").map(String.init)
      #expect(
        parts.count == 1 ? fields.contains(name) : parts[0] == "error" && errors.contains(parts[1]), "\(name)"
      )
    }
    for key in ["timestamp-field", "level-field", "body-field", "opid-field"] {
      #expect(fields.contains(format?[key]?.text ?? ""), "\(key)")
    }
  }

  @Test func `holds for every command`() throws {
    let server = try LoopbackServer.start(Behavior(name: "ledger"))
    defer { server.stop() }
    let configuration = try """
    mcpServers:
      ledger: {type: streamable-http, url: "\(server.url)"}
      gone: {type: streamable-http, url: "http://127.0.0.1:1/mcp"}
      wrong: {type: streamable-http, url: nonsense}
      socket: {type: websocket, url: "ws://127.0.0.1:1/"}
      files: {command: sh, args: [-c, "echo 'fatal: no database' >&2; exit 3"]}
    log: {events: false}
    """.temporaryFile(suffix: ".yaml")
    defer { unlink(configuration) }
    let source = ["--config", configuration]
    let calls: [[String]] = [
      ["status", "--json", "--fresh", "--for", "5s", "--stdio"] + source,
      ["watch", "--format", "jsonl", "--for", "3s", "--stdio"] + source, ["check", "--json"] + source,
      ["check", "--show", "ledger", "--json"] + source, ["settings", "--effective", "--json"] + source,
      ["tokens", "--json"], ["files", "--json"], ["probe", server.url, "--json", "--call", "add"],
      ["probe", "gone", "--json"] + source, ["probe", "files", "--json"] + source,
    ]
    for call in calls {
      let program = try ChildProcess(
        "/usr/bin/env", ["bash", "-c", "exec \"$0\" \"$@\" 2>/dev/null", sessiontopBinary] + call)
      _ = try program.end()
      expect(program.output, call.joined(separator: " "))
    }
  }

  @Test func `holds for what a service says`() throws {
    let server = try LoopbackServer.start(Behavior(name: "ledger"))
    defer { server.stop() }
    let configuration = try """
    mcpServers:
      ledger: {type: streamable-http, url: "\(server.url)"}
    log: {events: false}
    """.temporaryFile(suffix: ".yaml")
    defer { unlink(configuration) }
    let folder = TemporaryFolder()
    let service = try ChildProcess(
      sessiontopBinary, ["serve", "--config", configuration], environment: ["XDG_RUNTIME_DIR": folder.path])
    try service.wait(for: "a session") { $0.contains("Session created") }
    let client = try LineClient(path: folder.path + "/sessiontop/default.sock")
    let lines = [
      #"{"v":1,"type":"hello","version":"0","read_only":false,"follow":true}"#,
      #"{"v":1,"type":"command","id":1,"command":"terminate","dry_run":false,"filter":"server:ledger"}"#,
      #"{"v":1,"type":"status","id":2,"format":"tsv","width":80}"#,
      #"{"v":1,"type":"command","id":3,"command":"pause","dry_run":false,"filter":""}"#,
    ]
    for line in lines { #expect(client.send(line)) }
    var kinds: Set<String> = []
    let wanted: Set = ["hello", "snapshot", "event", "report", "result", "beat"]
    for _ in 0..<1_000 where !wanted.isSubset(of: kinds) {
      guard let line = client.line(within: 10_000) else { break }
      expect(line, "a service")
      if let kind = line.firstMatch(of: /"type":"(\w+)"/) { kinds.insert(String(kind.output.1)) }
    }
    #expect(wanted.isSubset(of: kinds), "\(kinds)")
    #expect(try service.stop() == 0)
  }
}
