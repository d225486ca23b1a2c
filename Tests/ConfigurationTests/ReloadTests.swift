import TopConfiguration
import MCPSessions
import TopTestFolders
import Testing

struct ReloadTests {
  private static let good = "mcpServers:\n  a: {type: http, url: 'http://a/'}\n"

  private func decide(_ old: String, _ new: String, name: String = "librechat.yaml") -> String {
    switch loadText(old, name: name).reload(as: loadText(new, name: name)) {
    case .apply(let servers, let note):
      "apply \(servers.map(\.name).joined(separator: " "))" + (note.map { " (\($0))" } ?? "")
    case .refuse(let why): "refuse: \(why)"
    }
  }

  @Test(arguments: [
    (good, good, "apply a"),
    (good, good + "  b: {type: http, url: 'http://b/'}\n", "apply a b"),
    (good, "mcpServers: {}\n", "apply "),
    (
      good, good + "  b: {type: http, url: 'http://b/', tiemout: 5}\n",
      "apply a b (1 warning, see `sessiontop check`)"
    ),
    (
      good, good + "\tb: 1\n",
      "refuse: librechat.yaml:3:1: error: a tab indents this line; use spaces, YAML allows no tabs there "
        + "(LibreChat starts with no configuration at all)"
    ),
    (
      good, good + "  b: {type: htp, url: 'ftp://b/'}\n",
      "refuse: librechat.yaml:3:13: error: mcpServers.b.type: must be streamable-http, http, sse, websocket or stdio; "
        + "did you mean http? (LibreChat refuses the whole file) (and 1 more, `sessiontop check` lists it)"
    ),
    (good, "", "refuse: librechat.yaml: error: is empty; add 'mcpServers:' with your servers"),
    (
      good, "endpoints: {}\n",
      "refuse: librechat.yaml:1:1: error: holds no servers; add 'mcpServers:' with at least one server, or name another file"
    ),
    // An error that was there before holds nobody up, wherever it stands now.
    (
      good + "  b: {type: http, url: 'ftp://b/'}\n",
      "mcpServers:\n  c: {type: http, url: 'http://c/'}\n  b: {type: http, url: 'ftp://b/'}\n", "apply c b"
    ),
  ])
  func `A new error refuses all of a change`(old: String, new: String, expected: String) {
    #expect(decide(old, new) == expected)
  }

  @Test func `What only counts from the start on is named`() {
    let old = Self.good + "ui: {theme: dark}\nlimits: {events: 500}\n"
    #expect(
      decide(old, Self.good + "ui: {theme: light}\nlimits: {connecting: 5}\n", name: "sessiontop.yaml")
        == "apply a (ui, limits: at the next start)")
  }

  @Test func `Every file that was asked for is watched, readable or not`() {
    let folder = TemporaryFolder()
    folder.write("files: [b.yaml, /nowhere/c.yaml]\n" + Self.good, to: "a.yaml")
    let loaded = loadConfiguration(paths: ["a.yaml"], environment: [:], currentDirectory: folder.path)
    #expect(loaded.watched == ["/nowhere/c.yaml", "\(folder.path)/a.yaml", "\(folder.path)/b.yaml"])
  }
}
