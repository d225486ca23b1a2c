import TopConfiguration
import Glibc
import MCPSessions
import TopTestFolders
import Testing

/// Whatever a path leads to, there is an answer soon.
struct FileTests {
  private static let text = "mcpServers: {a: {type: http, url: 'https://a.example.org/'}}\n"

  private func load(_ paths: String..., in folder: TemporaryFolder) -> (loaded: Loaded, time: Duration) {
    let start = ContinuousClock.now
    let loaded = loadConfiguration(paths: paths, environment: [:], currentDirectory: folder.path)
    return (loaded, ContinuousClock.now - start)
  }

  @Test func `A pipe without a writer, a link to itself and a device are answered`() {
    let folder = TemporaryFolder()
    #expect(mkfifo("\(folder.path)/pipe", 0o600) == 0)
    #expect(symlink("loop", "\(folder.path)/loop") == 0)
    defer { for name in ["pipe", "loop"] { unlink("\(folder.path)/\(name)") } }
    let pipe = load("pipe", in: folder)
    #expect(report(pipe.loaded) == "pipe: error: is a pipe that nobody writes into; name an ordinary file")
    #expect(pipe.time < .seconds(5))
    #expect(
      report(load("loop", in: folder).loaded)
        == "loop: error: is a link that leads back to itself; mend the link")
    #expect(
      report(load("/dev/zero", in: folder).loaded) == "/dev/zero: error: is no ordinary file; name a file")
  }

  @Test func `One file under two names is one`() {
    let folder = TemporaryFolder()
    folder.write(Self.text, to: "a.yaml")
    #expect(symlink("a.yaml", "\(folder.path)/b.yaml") == 0)
    defer { unlink("\(folder.path)/b.yaml") }
    let loaded = load("a.yaml", "./a.yaml", "b.yaml", in: folder).loaded
    #expect(report(loaded) == "")
    #expect(loaded.servers.map(\.availability) == [.automatic])
  }

  @Test func `A file that another one names and that is not there is told where it is named`() {
    let folder = TemporaryFolder()
    folder.write("files: [gone.yaml]\n" + Self.text, to: "sessiontop.yaml")
    #expect(
      report(load("sessiontop.yaml", in: folder).loaded)
        == "sessiontop.yaml:1:9: error: files[0]: gone.yaml does not exist; check the path")
  }

  @Test(arguments: ["\u{2028}", "\u{2029}", "\u{85}"])
  func `Only YAML's own line breaks end a line`(character: String) {
    let loaded = loadText(
      """
      mcpServers:
        # old one:\(character)  evil: {type: http, url: 'http://evil.example.org/'}
        a: {type: http, url: 'https://a.example.org/'}
        b: {type: http, url: "b\(character)c"}
      """)
    #expect(loaded.servers.map(\.name) == ["a", "b"])
    #expect(loaded.diagnostics.map { $0.mark?.line } == [4])
  }

  @Test func `Errors are not pushed out by notices`() {
    let many = (0..<10_500).map { "  s\($0): {url: 'https://a.example.org/\($0)'}\n" }.joined()
    let loaded = loadText("mcpServers:\n" + many + "  last: {type: wrong, url: 'https://a.example.org/'}\n")
    #expect(loaded.diagnostics.contains { $0.severity == .error && $0.path == "mcpServers.last.type" })
  }

  @Test func `Known places are searched, and what is found opens under names of its own`() {
    let home = TemporaryFolder()
    func json(_ host: String) -> String {
      #"{"mcpServers": {"a": {"type": "http", "url": "https://\#(host).example.org/mcp"}}}"#
    }
    home.write(json("one"), to: "work/.mcp.json")
    home.write(json("two"), to: "work/deep/.cursor/mcp.json")
    home.write(json("one"), to: ".claude.json")
    home.write(#"{"editor.fontSize": 14}"#, to: ".config/Code/User/settings.json")
    home.write("[mcp_servers.b]\ncommand = \"npx\"\n", to: ".codex/config.toml")
    home.write("{", to: ".gemini/settings.json")
    let found = findFiles(environment: [:], home: home.path, currentDirectory: "\(home.path)/work/deep")
    #expect(
      found.map { $0.path.replacing("\(home.path)/", with: "") } == [
        "work/deep/.cursor/mcp.json", "work/.mcp.json", ".gemini/settings.json", ".codex/config.toml",
        ".claude.json",
      ])
    let loaded = loadConfiguration(
      paths: found.map(\.path), environment: [:], currentDirectory: home.path, namesByFile: true)
    #expect(loaded.servers.map(\.name) == [".cursor/mcp.json/a", "work/.mcp.json/a", "b"])
    #expect(loaded.servers[1].note == "also at \(home.path)/.claude.json:1")
  }
}
