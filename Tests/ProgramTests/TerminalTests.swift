import Glibc
import LoopbackServers
import Testing

/// How the dashboard behaves towards terminals of all sorts, and towards what lies between.
@Suite(.serialized) struct `In any terminal the dashboard` {
  /// Two servers; one is lost at the end.
  private static let recording = """
    {"v":1,"type":"event","seq":1,"time":"2026-11-23T10:00:00.000Z","event":"session_created","level":"info",\
    "server":"ledger","user":"app","session":"12345678...","state":"ready","message":"Session created: 12345678..."}
    {"v":1,"type":"event","seq":2,"time":"2026-11-23T10:00:00.000Z","event":"session_error","level":"warning",\
    "server":"billing","user":"app","state":"recovering","error":{"type":"session_terminated","status":404,\
    "detail":"Sitzung veraltet \u{2014} \u{65E5}\u{672C}"},"message":"Session error: gone"}

    """

  struct Kind: Sendable, CustomTestStringConvertible {
    let term: String
    var locale = "C.UTF-8"
    var noColor = false
    /// What the bytes must not hold.
    let never: [String]
    var testDescription: String { "\(term) \(locale)\(noColor ? " NO_COLOR" : "")" }
  }

  @Test(arguments: [(UInt16.max, UInt16(24)), (80, .max), (.max, .max)])
  func `lives on where that says it is endless`(columns: UInt16, rows: UInt16) throws {
    let file = try Self.recording.temporaryFile(suffix: ".jsonl")
    defer { unlink(file) }
    let screen = try PseudoTerminal(columns: 80, rows: 24)
    let program = try ChildProcess(
      sessiontopBinary, ["replay", file], environment: ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"],
      terminal: screen.path)
    try screen.wait(for: "billing")
    screen.resize(columns: columns, rows: rows)
    try screen.wait(for: "billing", after: screen.seen.count)
    screen.resize(columns: 80, rows: 24)
    try screen.wait(for: "billing", after: screen.seen.count)
    screen.type("Q")
    #expect(try program.end() == 0)
  }

  @Test(arguments: [
    Kind(term: "xterm-256color", never: ["\u{1B}]11;", "\u{1B}]4;", "\u{1B}[5m"]),
    Kind(term: "xterm-256color", locale: "C", never: ["│", "●"]),
    Kind(term: "xterm-256color", noColor: true, never: []),
    Kind(term: "vt100", noColor: true, never: ["\u{1B}]"]),
    Kind(term: "vt100", never: ["\u{1B}]"]),
    Kind(term: "vt100", locale: "C", never: ["\u{1B}]", "●"]),
    Kind(term: "linux", never: ["\u{1B}]2", "\u{1B}]8", "38;5"]),
    Kind(term: "screen-256color", never: ["\u{1B}]8"]),
    Kind(term: "tmux-256color", never: ["\u{1B}]11"]),
  ]) func `draws with what there is, and leaves nothing behind`(kind: Kind) throws {
    let file = try Self.recording.temporaryFile(suffix: ".jsonl")
    defer { unlink(file) }
    let screen = try PseudoTerminal(columns: 80, rows: 24)
    var environment = ["TERM": kind.term, "LC_ALL": kind.locale]
    environment["NO_COLOR"] = kind.noColor ? "1" : ""
    let program = try ChildProcess(
      sessiontopBinary, ["replay", file], environment: environment, terminal: screen.path)
    try screen.wait(for: "billing")
    screen.type("\r")
    try screen.wait(for: "why:")
    screen.type("Q")
    #expect(try program.end() == 0)
    screen.drain(quietFor: 200)
    let text = String(decoding: screen.seen, as: UTF8.self)
    for sequence in kind.never { #expect(!text.contains(sequence), "\(sequence.debugDescription)") }
    // SGR with a parameter that chooses a colour.
    let isColored = text.split(separator: "\u{1B}").contains {
      $0.prefixMatch(of: /\[(\d+;)*([349]\d|10\d)(;\d+)*m/) != nil
    }
    #expect(isColored == (!kind.noColor && kind.term != "vt100"))
    if kind.locale == "C" { #expect(screen.seen.allSatisfy { $0 < 0x80 }) }
    if kind.term.hasPrefix("xterm") {
      // The title comes back before the screen does, and the screen last of all.
      #expect(text.contains("\u{1B}]2;sessiontop replay: billing recovering\u{1B}\\"))
      #expect(text.contains("\u{1B}[23;2t"))
      let after = text.components(after: "\u{1B}[?1049l")
      #expect(!after.contains("billing"), "\(after.debugDescription)")
    }
  }

  @Test func `tells at once that lines of a recording are damaged, and in the events where`() throws {
    let lines = Self.recording.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
    let file = try (lines.prefix(1) + ["{\"v\":1,\"type\":\"ev", "nonsense"] + lines.dropFirst())
      .joined(separator: "\n").temporaryFile(suffix: ".jsonl")
    defer { unlink(file) }
    let screen = try PseudoTerminal(columns: 120, rows: 40)
    let program = try ChildProcess(
      sessiontopBinary, ["replay", file, "--speed", "1000"],
      environment: ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"], terminal: screen.path)
    try screen.wait(for: "2 lines are no events and were left out")
    try screen.wait(for: "2 lines of the recording cannot")
    screen.type("Q")
    #expect(try program.end() == 0)
  }

  @Test func `writes nothing when nothing changed`() throws {
    let file = try Self.recording.temporaryFile(suffix: ".jsonl")
    defer { unlink(file) }
    let screen = try PseudoTerminal(columns: 120, rows: 40)
    let program = try ChildProcess(
      sessiontopBinary, ["replay", file], environment: ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"],
      terminal: screen.path)
    try screen.wait(for: "PAUSED")
    screen.drain(quietFor: 300)
    #expect(screen.drain(quietFor: 2_500).isEmpty)
    screen.type("j")
    #expect(!screen.drain(quietFor: 300).isEmpty)
    #expect(try program.stop() == 0)
  }

  @Test func `takes no key from pasted text`() throws {
    let file = try Self.recording.temporaryFile(suffix: ".jsonl")
    defer { unlink(file) }
    let screen = try PseudoTerminal(columns: 80, rows: 24)
    let program = try ChildProcess(
      sessiontopBinary, ["replay", file], environment: ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"],
      terminal: screen.path)
    try screen.wait(for: "\u{1B}[?2004h")
    try screen.wait(for: "PAUSED")
    screen.type("\u{1B}[200~Q quit\r\u{1B}[A:quit\r\u{1B}[201~")
    try screen.wait(for: "pasted text is not taken as keys")
    screen.type("Q")
    #expect(try program.end() == 0)
    try screen.wait(for: "\u{1B}[?2004l")
  }

  @Test func `takes the mouse only when asked, and gives it back`() throws {
    let file = try Self.recording.temporaryFile(suffix: ".jsonl")
    defer { unlink(file) }
    let screen = try PseudoTerminal(columns: 80, rows: 24)
    let program = try ChildProcess(
      sessiontopBinary, ["replay", file], environment: ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"],
      terminal: screen.path)
    try screen.wait(for: "PAUSED")
    screen.drain(quietFor: 200)
    #expect(!String(decoding: screen.seen, as: UTF8.self).contains("1000h"))
    screen.type("M")
    try screen.wait(for: "1000h")
    screen.drain(quietFor: 200)
    // A press on the second row of the list.
    screen.type("\u{1B}[<0;5;5M")
    let drawn = String(decoding: screen.drain(quietFor: 300), as: UTF8.self)
    #expect(drawn.contains("▸"), "\(drawn.debugDescription)")
    screen.type("Q")
    #expect(try program.end() == 0)
    screen.drain(quietFor: 200)
    #expect(String(decoding: screen.seen, as: UTF8.self).contains("1000l"))
  }

  @Test func `offers what leads somewhere as a link`() throws {
    let server = try LoopbackServer.start(Behavior(name: "ledger"))
    defer { server.stop() }
    let configuration = try """
    mcpServers: {ledger: {type: streamable-http, url: "\(server.url)"}}
    log: {events: false}
    """.temporaryFile(suffix: ".yaml")
    defer { unlink(configuration) }
    let screen = try PseudoTerminal(columns: 100, rows: 30)
    let program = try ChildProcess(
      sessiontopBinary, ["--config", configuration],
      environment: ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"], terminal: screen.path)
    try screen.wait(for: "ready")
    screen.type("\r")
    try screen.wait(for: "\u{1B}]8;;\(server.url)\u{1B}\\\(server.url)\u{1B}]8;;\u{1B}\\")
    #expect(try program.stop() == 0)
  }

  @Test func `ends in time though the line takes nothing`() throws {
    let screen = try PseudoTerminal(columns: 200, rows: 60)
    let program = try ChildProcess(
      sessiontopBinary, ["demo", "--for", "3s"],
      environment: ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"],
      terminal: screen.path)
    // Nobody reads: the terminal is full after its first few kilobytes.
    #expect(try program.end(within: .seconds(10)) == 0)
    let left = screen.drain(quietFor: 300)
    #expect(left.count < 65_536, "frames are skipped, not queued")
    #expect(String(decoding: left, as: UTF8.self).contains("\u{1B}[?1049l"), "the screen is given back")
  }

  @Test func `catches up with a slow line by skipping frames`() throws {
    let screen = try PseudoTerminal(columns: 120, rows: 40)
    let program = try ChildProcess(
      sessiontopBinary, ["demo"], environment: ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"],
      terminal: screen.path)
    try screen.wait(for: "steady")
    // Two seconds in which the line takes next to nothing, while the demo goes on.
    for _ in 0..<20 { screen.read(atMost: 100, within: 100) }
    screen.type("?")
    try screen.wait(for: "terminate selected or marked", within: .seconds(5))
    screen.drain(quietFor: 50)
    #expect(screen.seen.count < 65_536, "\(screen.seen.count) bytes for three seconds")
    #expect(try program.stop() == 0)
  }

  @Test func `is suspended and comes back as it was`() throws {
    let file = try Self.recording.temporaryFile(suffix: ".jsonl")
    defer { unlink(file) }
    let terminal = try Tmux(columns: 80, rows: 24)
    try terminal.run("\(sessiontopBinary) replay \(file)")
    try terminal.wait(for: "the dashboard") { $0.contains("billing") }
    try terminal.press("C-z")
    try terminal.wait(for: "the shell") { $0.contains("Stopped") }
    #expect(try terminal.format("#{alternate_on} #{cursor_flag}") == "0 1")
    try terminal.run("fg")
    try terminal.wait(for: "the dashboard again") { $0.contains("events, follow") }
    try terminal.press("?")
    try terminal.wait(for: "the help") { $0.contains("Esc closes") }
    try terminal.press("Q")
    try terminal.wait(for: "the shell") { $0.hasSuffix("$\n") || !$0.contains("keys") }
  }

  @Test func `copies into the clipboard and names the window`() throws {
    let file = try Self.recording.temporaryFile(suffix: ".jsonl")
    defer { unlink(file) }
    let terminal = try Tmux(columns: 80, rows: 24)
    try terminal.set("set-clipboard", "on")
    try terminal.run("\(sessiontopBinary) replay \(file)")
    try terminal.wait(for: "the dashboard") { $0.contains("PAUSED") }
    #expect(try terminal.format("#{pane_title}") == "sessiontop replay: billing recovering")
    try terminal.press("y")
    try terminal.wait(for: "the notice") { $0.contains("sent to the clipboard") }
    #expect(try terminal.clipboard.hasPrefix("billing, user app: recovering for"))
    try terminal.press("Y")
    try terminal.wait(for: "the command") { $0.contains("sessiontop replay '") }
    #expect(try terminal.clipboard == "sessiontop replay '\(file)' --filter 'server:=billing'")
    try terminal.press("Q")
  }
}

extension String {
  /// What stands behind the last occurrence of a text.
  fileprivate func components(after text: String) -> String {
    var rest = self[...]
    while let range = rest.firstRange(of: text) { rest = rest[range.upperBound...] }
    return String(rest)
  }
}
