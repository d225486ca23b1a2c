import TopTestFolders
import Testing

@testable import TopConfiguration

@Suite struct `A first start` {
  @Test func `is offered the file of another program, which is not taken unasked`() throws {
    let folder = TemporaryFolder()
    folder.write(#"{"mcpServers": {"a": {"type": "http", "url": "http://h/"}}}"#, to: ".mcp.json")
    let loaded = loadConfiguration(
      paths: [], environment: ["HOME": folder.path], currentDirectory: folder.path)
    #expect(loaded.servers.isEmpty && !loaded.isUsable)
    #expect(
      loaded.diagnostics.first?.description.contains("--config .mcp.json") == true, "\(loaded.diagnostics)")
  }
}
