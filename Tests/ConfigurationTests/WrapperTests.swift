import MCPSessions
import Testing
import TopConfiguration

/// What becomes of a process of another program's file.
private struct Line: CustomTestStringConvertible, Sendable {
  let words: [String]
  /// The address that is watched in its place; absent when it stays a process.
  var address: String?
  var transport = Transport.streamableHTTP
  var headers: [String] = []

  /// Words without spaces, divided by them.
  init(_ words: String, to address: String? = nil, _ transport: Transport = .streamableHTTP) {
    self.init(words.split(separator: " ").map(String.init), to: address, transport)
  }

  init(
    _ words: [String], to address: String? = nil, _ transport: Transport = .streamableHTTP,
    headers: [String] = []
  ) {
    self.words = words
    self.address = address
    self.transport = transport
    self.headers = headers
  }

  var testDescription: String { words.joined(separator: " ") }
}

private let url = "https://a.example.org/mcp"

@Suite struct `A process that carries messages` {
  @Test(arguments: [
    Line("npx mcp-remote \(url)", to: url), Line("npx -y mcp-remote@latest \(url)", to: url),
    Line(
      [
        "npx", "-y", "mcp-remote@latest", url, "3334", "--allow-http", "--transport", "sse-only", "--header",
        "Authorization:${TOKEN}",
      ], to: url, .sse, headers: ["Authorization: token-1"]),
    Line("cmd /c npx mcp-remote \(url)", to: url),
    Line("npx -p mcp-remote@0.1.30 mcp-remote \(url)", to: url),
    Line("pnpm dlx mcp-remote \(url)", to: url), Line("bunx --bun mcp-remote \(url)", to: url),
    Line("npm exec --yes -- mcp-remote \(url)", to: url), Line("/usr/local/bin/mcp-remote \(url)", to: url),
    Line("node /srv/node_modules/mcp-remote/dist/proxy.js \(url)", to: url),
    Line("npx mcp-remote \(url) --ignore-tool https://b.example.org/x", to: url),
    Line("npx supergateway --streamableHttp \(url)", to: url),
    Line("npx supergateway --sse=\(url)", to: url, .sse),
    Line(
      ["npx", "supergateway", "--header", "X-A: 1", "X-B: 2", "--sse", url, "--oauth2Bearer", "token-2"],
      to: url, .sse, headers: ["X-A: 1", "X-B: 2", "Authorization: Bearer token-2"]),
    Line("docker run -i --rm supercorp/supergateway:latest --streamableHttp \(url)", to: url),
    Line("mcp-proxy \(url)", to: url, .sse), Line("uvx mcp-proxy \(url)", to: url, .sse),
    Line("uvx mcp-proxy@0.8.2 --transport streamablehttp \(url)", to: url),
    Line("uvx --from mcp-proxy==0.8.2 mcp-proxy --transport=streamablehttp \(url)", to: url),
    Line(
      ["mcp-proxy", "--headers", "Authorization", "Bearer X-token", url], to: url, .sse,
      headers: ["Authorization: Bearer X-token"]),
    Line("python3 -m mcp_proxy \(url)", to: url, .sse), Line("fastmcp run \(url)", to: url),
    Line("uv run fastmcp run https://a.example.org/sse/", to: "https://a.example.org/sse/", .sse),
    Line(["sh", "-lc", "exec npx -y mcp-remote '\(url)?a=1'"], to: "\(url)?a=1"),
  ])
  fileprivate func `is left out, and its address watched with the headers that it is told`(_ line: Line)
    throws
  {
    let server = try #require(load(line).servers.first)
    #expect(server.endpoint?.url.revealed == line.address)
    #expect(server.transport == line.transport)
    #expect(server.headers.map { "\($0.name): \($0.value.revealed)" } == line.headers)
    #expect(server.process == nil)
  }

  /// Each only has a wrapper's name or an address in it, asks another program, or serves.
  @Test(arguments: [
    Line("npx some-pkg --upstream mcp-remote \(url)"), Line("python mcp-remote-like.py \(url)"),
    Line("npx -p pkg mcp-remote \(url)"), Line("npx --package=pkg mcp-remote \(url)"),
    Line("npx -p mcp-remote -p pkg mcp-remote \(url)"), Line("npx @evil/mcp-remote \(url)"),
    Line("npx mcp-remote@npm:evil \(url)"), Line("npx mcp-remote@https://b.example.org/x.tgz \(url)"),
    Line("npx --registry=https://b.example.org mcp-remote \(url)"), Line("npx mcp-remote-like \(url)"),
    Line("node /srv/mcp-remote/index.js \(url)"),
    Line("node /srv/node_modules/@evil/mcp-remote/dist/proxy.js \(url)"),
    Line("node /srv/node_modules/evil/mcp-remote/dist/proxy.js \(url)"),
    Line("python /srv/mcp-remote/run.py \(url)"), Line("npx mcp-remote --unknown \(url)"),
    Line("npx mcp-remote server.js --log \(url)"), Line("npx mcp-remote \(url) \(url)"),
    Line("mcp-remote --header=Authorization:x \(url)"), Line("uvx mcp-remote \(url)"),
    Line("npx mcp-proxy \(url)"), Line("mcp-proxy --port 8080 -- tool \(url)"), Line("mcp-proxy tool \(url)"),
    Line("mcp-proxy --named-server \(url)"), Line("uvx --from evil mcp-proxy \(url)"),
    Line(["npx", "supergateway", "--stdio", "npx mcp-remote \(url)"]), Line("npx supergateway \(url)"),
    Line("npx supergateway --sse \(url) --outputTransport ws"),
    Line("npx supergateway --stdio=x --sse \(url)"),
    Line("docker run -i evil/supergateway --sse \(url)"), Line("docker run supergateway --sse \(url)"),
    Line("docker run supercorp/supergateway --sse http://localhost:8080/sse"),
    Line("fastmcp run server.py \(url)"), Line("fastmcp run \(url) --transport http"),
    Line("fastmcp dev \(url)"),
    Line(["bash", "run.sh", "-c", "npx mcp-remote \(url)"]),
    Line(["sh", "-c", "tool; npx mcp-remote \(url)"]),
    Line(["sh", "-c", "npx mcp-remote \(url) --header \"A: $TOKEN\""]),
    Line(["sh", "-c", "tool 'npx mcp-remote \(url)'"]), Line("echo npx mcp-remote \(url)"),
    Line("npx mcp-remote ftp://a.example.org/x"), Line("npx mcp-remote"), Line("npx"),
  ])
  fileprivate func `is only what is known to be one`(_ line: Line) throws {
    let server = try #require(load(line).servers.first)
    #expect(server.transport == .stdio)
    #expect(server.endpoint == nil)
    #expect(server.headers.isEmpty)
    #expect(server.process?.program == line.words.first)
  }

  private func load(_ line: Line) -> Loaded {
    let words = line.words.map { "\"\($0.replacing("\"", with: "\\\""))\"" }
    return loadText(
      """
      {"mcpServers": {"a": {"command": \(words[0]), "args": [\(words.dropFirst().joined(separator: ", "))],
        "env": {"TOKEN": "token-1"}}}}
      """, name: "mcp.json")
  }
}
