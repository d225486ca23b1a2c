import Testing

@testable import MCPSessions

private func process(_ arguments: [String] = [], _ variables: [(String, String)] = []) -> ServerProcess {
  ServerProcess(
    program: "node", arguments: arguments.map(Secret.init),
    environment: Dictionary(variables.map { ($0.0, Secret($0.1)) }) { first, _ in first },
    variables: variables.map(\.0))
}

/// What the command's line and a line that the process writes show of a text.
private func shown(_ text: String, of process: ServerProcess) -> String {
  var redactor = Redactor()
  redactor.learn(Server(name: "a", transport: .stdio, endpoint: nil, process: process))
  return Gate(own: redactor, known: KnownSecrets()).text(whole: text).text
}

/// Keys and passwords as services make them, none of which is one.
private let keys = [
  "ghp_abcdefghijklmnopqrst", "github_pat_11ABCDEFG0abcdefghij", "sk-live-abcdefghijklmnop",
  "sk-ant-api03-abcdefghijkl", "xoxb-1234-abcdefghijkl", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.abc",
  "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "0123456789abcdef0123456789abcdef",
  "deadbeefcafe0123", "2f1d3c4b-5a69-4788-9a0b-c1d2e3f40516", "abcdefghijklmnopqrstuvwxyzabcdef",
  "GkJwqPzLxVbNmTrYhD", "JBSWY3DPEHPK3PXP", "Zm9vYmFyYmF6cXV4+aGVsbG8/d29ybGQ=", "aB3$kd9!Qz7#Lm",
  "hvs.CAESIJlmnopqrstuv", "SG.abcdefghij.klmnopqrst", "dckr_pat_abcdefghijk",
]

/// What stands in commands and is no secret.
private let ordinary = [
  "production", "eu-west-1", "@modelcontextprotocol/server-filesystem", "--allow-write",
  "/home/ana/projects/mcp-server-2024", "./Tools/MyApp2/Server", "claude-3-5-sonnet-20241022",
  "gpt-4o-mini-2024-07-18", "192.168.100.200", "2001:db8::1", "application/json", "text/event-stream",
  "en_US.UTF-8", "America/New_York", "mcp-server-sqlite@2025.4.25", "modelcontextprotocol",
  "ghcr.io/github/github-mcp-server:v0.5.0", "docker.io/mcp/keycloak-server:1.2",
  "MyCompanyProductionServiceName", "XMLHttpRequestFactory", "internationalization-of-everything",
  "some-very-long-hyphenated-identifier-name", "http://localhost:8080/mcp/v1", "JAVA_TOOL_OPTIONS",
  "read-only", "4096", "true", "python3.12", "io.github.ana.server",
]

@Suite struct `A secret of a process` {
  @Test(arguments: keys) func `is known by its look, under whatever name`(key: String) {
    for (place, process) in [
      ("a variable", process([], [("FOO", key)])), ("an argument", process([key])),
      ("an option", process(["--foo=\(key)"])), ("behind an option", process(["--foo", key])),
      ("a script", process(["-c", "node x.js '\(key)' && echo"])),
      ("JSON", process(["{\"foo\": \"\(key)\", \"bar\": 1}"])),
      ("the end of a path", process(["https://h/mcp/\(key.contains("/") ? "?token=\(key)" : key)"])),
    ] where !key.contains("$") || place == "a variable" || place == "an argument" {
      #expect(!shown("got \(key), left", of: process).contains(key), "\(place)")
    }
  }

  @Test(arguments: [
    (["--api-key", "hush"], "hush"), (["--password=hush"], "hush"), (["PIN=1207"], "1207"),
    (["-e", "MY_TOKEN=hush"], "hush"), (["-H", "X-Api-Key: hush"], "hush"),
    (["--header=X-Api-Key: hush"], "hush"), (["--header", "Authorization: Bearer hush"], "hush"),
    (["--authorization", "Bearer", "hush"], "hush"), (["-u", "ana:hush"], "hush"),
    (["--user", "a:hu:sh"], "hu:sh"),
    (["-c", "API_KEY=hush node server.js"], "hush"),
    (["-c", "curl -H 'Authorization: Bearer hush' x"], "hush"),
    (["{\"apiKey\":\"hush\",\"port\":80}"], "hush"), (["{\"password\" : \"hush\"}"], "hush"),
    (["Server=tcp:h;Database=d;Password=hush;"], "hush"), (["host=h password=hush dbname=x"], "hush"),
    (["postgresql://bob:hush@db/x"], "hush"), (["redis://:hush@h:6379/0"], "hush"),
    (["https://hush@h/mcp"], "hush"),
    (["jdbc:postgresql://h/d?user=ana&password=hush"], "hush"), (["mongodb://u:hu%23shush@h/d"], "hu#shush"),
  ]) func `is known by the name that it stands behind`(arguments: [String], secret: String) {
    #expect(!shown("it said \(secret) twice", of: process(arguments)).contains(secret))
    for variable in arguments.suffix(1) where arguments.count == 1 {
      #expect(!shown("it said \(secret) twice", of: process([], [("FOO", variable)])).contains(secret))
    }
  }

  @Test(arguments: ordinary) func `is none that is an ordinary word`(word: String) {
    let words = [
      process([word]), process([], [("FOO", word)]), process(["--foo=\(word)"]),
      process(["-c", "run \(word)"]),
    ]
    for process in words { #expect(shown("got \(word), left", of: process) == "got \(word), left") }
  }

  @Test func `hides no words of a command that only speak of secrets`() {
    let process = process([
      "--auth", "--mode", "basic", "--token", "$TOKEN", "--key=${KEY}", "--session", "true",
    ])
    let line = CommandReport(Server(name: "a", transport: .stdio, endpoint: nil, process: process))?.line
    #expect(line == "node --auth --mode basic --token '$TOKEN' '--key=${KEY}' --session true")
  }

  @Test(arguments: [
    (["--env=X=hush"], "node --env=X=•••"), (["-eTOK=hush", "img"], "node -eTOK=••• img"),
    (["run", "-e", "A=b", "-e", "HOME", "img"], "node run -e A=••• -e HOME img"),
    (["-phush2"], "node -p•••"), (["-pX"], "node -p•••"),
    (["-p8080:80", "-p", "3000", "-port", "1"], "node -p8080:80 -p 3000 -port 1"),
    (["--token=hush"], "node --token=•••"), (["--token=ab"], "node --token=•••"),
    (["--token=two words"], "node --token=•••"), (["--token", "hush"], "node --token •••"),
    (["--header=Authorization: Bearer hush"], "node '--header=Authorization: •••'"),
    (["-H", "X-Org: hush"], "node -H 'X-Org: •••'"), (["-HX-Api-Key: hush"], "node '-HX-Api-Key: •••'"),
    (["--header", "X-Api-Key: two words"], "node --header 'X-Api-Key: •••'"),
    (
      [#"{"api_key":"two words","n":{"token":["hush"]}}"#],
      #"node '{"api_key":"•••","n":{"token":["•••"]}}'"#
    ),
    ([#"{"pin":1207,"port":80}"#], #"node '{"pin":•••,"port":80}'"#),
    (["https://u:hush@h/mcp?a=hush#hush"], "node 'https://•••@h/mcp?a=•••#•••'"),
    (["https://h/mcp;token=hush"], "node 'https://h/mcp;token=•••'"),
    (["https://h/mcp;v=hush;x=y/z"], "node 'https://h/mcp;v=•••;x=•••/z'"),
    (["https://h/key=hush/mcp"], "node https://h/key=•••/mcp"),
    (["postgres://u:hush@h/db"], "node postgres://•••@h/db"),
    (["postgres://u:ab@h/db"], "node postgres://•••@h/db"),
    (["-u", "ana:hush"], "node -u ana:•••"), (["--user=ana:hush"], "node --user=ana:•••"),
    (["-c", "FOO=hush exec srv --port 80"], "node -c 'FOO=••• exec srv --port 80'"),
    (["-c", "x; export A='two words' && y -eB=hush"], "node -c 'x; export A=••• && y -eB=•••'"),
    (["-lc", "curl -H 'X-Org: hush' h"], "node -lc 'curl -H '\\''X-Org: •••'\\'' h'"),
    (["-y", "srv --secret hush"], "node -y 'srv --secret •••'"),
    (["a=b", "--mode=fast", "--filter", "x:y"], "node a=b --mode=fast --filter x:y"),
  ]) func `is not in the line of the command`(arguments: [String], line: String) throws {
    let server = Server(name: "a", transport: .stdio, endpoint: nil, process: process(arguments))
    #expect(CommandReport(server)?.line.text == line)
    for word in covered(["node"] + arguments) {
      #expect(!String(decoding: word, as: UTF8.self).contains("hush"), "\(word)")
    }
  }

  @Test func `is not shown where env sets it`() throws {
    let process = ServerProcess(
      program: "/usr/bin/env", arguments: ["KEY=hush", "B=two words", "docker", "C=d"].map(Secret.init))
    let server = Server(name: "a", transport: .stdio, endpoint: nil, process: process)
    #expect(CommandReport(server)?.line.text == "/usr/bin/env KEY=••• B=••• docker C=d")
  }

  @Test func `is not shown as what a command downloads`() {
    let process = ServerProcess(
      program: "npx", arguments: ["--opt", "https://h/x.tgz?sig=hush"].map(Secret.init))
    let server = Server(name: "a", transport: .stdio, endpoint: nil, process: process)
    #expect(CommandReport(server)?.download?.text == "https://h/x.tgz?sig=••• (npx)")
  }

  @Test(arguments: ["https://h/mcp;token=hush", "https://h/key=hush/mcp", "https://h/a;hush2=hush/mcp"])
  func `is not shown where an address has parameters in its path`(address: String) throws {
    let endpoint = try Endpoint(address)
    #expect(!endpoint.display.contains("=hush"), "\(endpoint.display)")
    #expect(endpoint.secrets.map(\.revealed) == ["hush"])
  }

  @Test func `leaves what stands beside it`() {
    for text in ["Password=hush;Database=customers", "{\"apiKey\":\"hush\",\"region\":\"production\"}"] {
      let found = process([text], [("FOO", text)]).secrets
      #expect(Set(found) == ["hush"], "\(found)")
    }
  }

  @Test func `is searched for in a text of any length at once`() {
    let words = [String(repeating: ":", count: 200_000), String(repeating: "a=", count: 100_000)]
    #expect(process(words).secrets.allSatisfy { $0.utf8.count < 500_000 })
  }
}
