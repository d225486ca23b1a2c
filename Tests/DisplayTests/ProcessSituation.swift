import MCPSessions

@testable import TopDisplay

extension Situations {
  /// A mixed file: streamable HTTP, HTTP+SSE, and processes: well, failing with its words, never started.
  static let processes: Store = {
    var old = ready("old", id: nil)
    old.kind = .sse
    old.protocolVersion = "2024-11-05"
    var git = ready("git", id: nil, age: 3_700)
    git.kind = .process
    git.stream = .off
    git.process = ProcessReport(
      id: 4_711, since: moment(-3_700),
      usage: ServerUsage(processes: 3, threads: 14, memory: 131_400_000, processorTime: .seconds(41)),
      load: 2.4)
    git.lastWords = words(["Starting git server", "WARNING: the index is locked, waiting"])
    var github = troubled(
      "github", "app", .recovering, since: 95,
      SessionError(
        .exited, detail: "Error: GITHUB_TOKEN is not set (exit code 1 before initialize was answered)"),
      next: 41, advice: "read its last words; start its command by hand to see more", errors: [.exited: 4])
    github.lastReachable = moment(-4)
    github.lastWords = words([
      "> github-mcp@0.9.1 start", "    at main (/srv/github/index.js:14:11)",
      "Error: GITHUB_TOKEN is not set",
    ])
    var fetch = SessionReport(key: SessionKey(server: "fetch"), state: .idle, since: moment(-9_000))
    fetch.advice = "r starts: uvx mcp-server-fetch --ignore-robots-txt"
    return store(
      [
        DisplayTests.server("ledger"), DisplayTests.server("old", .sse),
        server(
          "git", command: CommandReport(line: "mcp-server-git -r /srv/code", folder: nil, variables: [])),
        server(
          "github",
          command: CommandReport(
            line: "node /srv/github/index.js --token •••", folder: "/srv/github",
            variables: ["GITHUB_TOKEN", "LOG_LEVEL"])),
        server(
          "fetch",
          command: CommandReport(
            line: "uvx mcp-server-fetch --ignore-robots-txt", folder: "/srv", variables: ["HTTPS_PROXY"],
            download: "mcp-server-fetch (uvx)")),
      ],
      [ready("ledger"), old, git, github, fetch],
      [
        event(-99, 1, .serverMessage, .info, "github", "> github-mcp@0.9.1 start"),
        event(-98, 2, .serverMessage, .error, "github", "Error: GITHUB_TOKEN is not set"),
        event(
          -95, 3, .sessionError, .warning, "github", error: github.cause,
          "Session error: exited - Error: GITHUB_TOKEN is not set (exit code 1 before initialize was answered)"
        ),
        event(-20, 4, .serverMessage, .warning, "git", "WARNING: the index is locked, waiting"),
      ])
  }()

  private static func server(_ name: String, command: CommandReport) -> ServerReport {
    ServerReport(
      name: name, transport: .stdio, url: nil, users: ["app"], note: nil, settings: SessionSettings(),
      command: command)
  }

  private static func words(_ lines: [String]) -> LastWords {
    LastWords(lines.map { ForeignText(recorded: $0) })
  }
}
