import Glibc
import LoopbackServers
import TopTestFolders
import Testing

/// What the screen knows, for those who do not look at one.
@Suite struct `Without a screen` {
  @Test func `the dashboard can be read as flat lines`() throws {
    let server = try LoopbackServer.start(Behavior(name: "ledger"))
    defer { server.stop() }
    let configuration = try """
    mcpServers:
      ledger: {type: streamable-http, url: "\(server.url)"}
      gone: {type: streamable-http, url: "http://127.0.0.1:1/mcp"}
    log: {events: false}
    """.temporaryFile(suffix: ".yaml")
    defer { unlink(configuration) }
    let program = try ChildProcess(sessiontopBinary, ["--plain", "--config", configuration])
    #expect(try program.end() == 0)
    #expect(program.output.contains(/Server ledger: ready for \d+s/), "\(program.output)")
    #expect(program.output.contains(/Server gone: recovering for \d+s, connect refused/), "\(program.output)")
    #expect(!program.output.contains("\u{1B}") && !program.output.contains("│"))
    #expect(server.sessions.isEmpty, "the session was ended")
  }

  @Test func `what is printed last is as old as the end of the run, however long leaving takes`() throws {
    let hanging = try LoopbackServer.start(script: { _, _ in Reply([.silence]) })
    defer { hanging.stop() }
    let configuration = try """
    mcpServers: {hangs: {type: streamable-http, url: "\(hanging.url)"}}
    log: {events: false}
    """.temporaryFile(suffix: ".yaml")
    defer { unlink(configuration) }
    let program = try ChildProcess(
      sessiontopBinary, ["--plain", "--config", configuration, "--for", "1s"])
    #expect(try program.end() == 0)
    #expect(program.output.contains(/Server hangs: connecting for [0-3]s/), "\(program.output)")
    #expect(program.output.contains(", 1 server: 1 connecting."), "\(program.output)")
  }

  @Test func `a program is told of alerts, and nothing in them is run`() throws {
    let folder = TemporaryFolder()
    let told = folder.path + "/told.jsonl"
    let configuration = try """
    mcpServers: {"$(touch pwned)": {type: streamable-http, url: "http://127.0.0.1:1/mcp"}}
    log: {events: false}
    ui: {onAlert: [/bin/sh, -c, "cat >> \(told)"]}
    """.temporaryFile(suffix: ".yaml")
    defer { unlink(configuration) }
    let screen = try PseudoTerminal(columns: 80, rows: 24)
    let program = try ChildProcess(
      sessiontopBinary, ["--config", configuration], environment: ["TERM": "xterm-256color"],
      terminal: screen.path)
    try screen.wait(for: "recovering")
    let deadline = ContinuousClock.now + .seconds(20)
    while (try? String(contentsOf: told))?.hasSuffix("\n") != true, ContinuousClock.now < deadline {
      screen.read(atMost: 65_536, within: 100)
    }
    #expect(try program.stop() == 0)
    let line = try String(contentsOf: told)
    #expect(line.contains(#""event":"state_changed""#) && line.contains(#""state":"recovering""#), "\(line)")
    #expect(line.contains(#""type":"connect_refused""#))
    #expect(folder.names() == ["told.jsonl"])
  }

  @Test func `themes are listed, shown and checked`() throws {
    let folder = TemporaryFolder()
    let environment = ["XDG_CONFIG_HOME": folder.path]
    let same = folder.path + "/same.yaml"
    try """
    schema: 1
    name: same
    based_on: dark
    roles: {state.failed: {fg: "#5faf5f", attr: [], mono: []}, text: {fg: "#333333"}}
    """.write(to: same)
    let check = try ChildProcess(sessiontopBinary, ["theme", "check", same], environment: environment)
    #expect(try check.end() == 1)
    #expect(
      check.output == """
        \(same): error: text has a contrast of 1.7 on black, 4.5 is wanted
        \(same): error: state.ready and state.failed look the same without colour
        \(same): error: state.ready and state.failed look nearly the same to a deuteranope (difference 0.0, 10 is wanted)
        \(same): note: the least contrast is 1.7

        """)
    let hostile = folder.path + "/hostile.yaml"
    try "schema: 1\nname: \"\\e]52;c;QUJD\\a\\e[2J\"\nbased_on: dark\n".write(to: hostile)
    for verb in ["show", "check"] {
      let told = try ChildProcess(sessiontopBinary, ["theme", verb, hostile], environment: environment)
      #expect(try told.end() == 0)
      #expect(!told.output.isEmpty && !told.output.unicodeScalars.contains("\u{1B}"), "\(told.output)")
    }
    let all = try ChildProcess(sessiontopBinary, ["theme", "check"], environment: environment)
    #expect(try all.end() == 0, "\(all.output)")
    let list = try ChildProcess(sessiontopBinary, ["theme"], environment: environment)
    #expect(try list.end() == 0)
    #expect(list.output.hasPrefix("default\ndark\nlight\nhigh-contrast\ndeuteranopia\nmono\n"))
    let show = try ChildProcess(sessiontopBinary, ["theme", "show", "dark"], environment: environment)
    #expect(try show.end() == 0)
    #expect(show.output.contains(/state.ready +#5faf5f +71 +green/))
  }

  @Test(arguments: [
    (["replay", "/no/such/file"], "/no/such/file cannot be read"),
    (["replay", "/dev/null"], "holds no events"),
    (["theme", "show", "drak"], "did you mean dark?"),
  ]) func `what cannot be opened is told`(arguments: [String], says: String) throws {
    let program = try ChildProcess(sessiontopBinary, arguments)
    #expect(try program.end() == 2)
    #expect(program.output.contains(says), "\(program.output)")
  }
}
