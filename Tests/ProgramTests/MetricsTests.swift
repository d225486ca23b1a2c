import Glibc
import LoopbackServers
import TopPlatform
import Testing

/// What Prometheus sees, over HTTP and in a file for a collector.
@Suite struct `Metrics` {
  @Test func `are given out where the settings say`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let port = try freePort()
    let file = try "".temporaryFile(suffix: ".prom")
    let configuration = try configuration(server, metrics: "{listen: '127.0.0.1:\(port)', file: \(file)}")
    defer { for path in [file, configuration] { unlink(path) } }
    let program = try ChildProcess(
      sessiontopBinary, ["watch", "--format", "jsonl", "--config", configuration, "--for", "60s"])
    try program.wait(for: "a stream") { $0.contains(#""event":"stream_opened""#) }

    let answer = try get("http://127.0.0.1:\(port)/metrics")
    #expect(answer.hasPrefix("200 text/plain; version=0.0.4; charset=utf-8\n"), "\(answer)")
    #expect(answer.contains("ledger"))
    let open = try get(
      "http://127.0.0.1:\(port)/metrics",
      accept: "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
    #expect(open.hasPrefix("200 application/openmetrics-text; version=1.0.0; charset=utf-8\n"), "\(open)")
    #expect(open.contains("\n# EOF\n"), "\(open)")
    #expect(try get("http://127.0.0.1:\(port)/secrets").hasPrefix("404 "))
    #expect(try String(contentsOf: file).contains("sessiontop_"))
    #expect(try program.stop() == 0)
  }

  @Test func `are given out although others connected before and ask nothing, or only half`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let port = try freePort()
    let configuration = try configuration(server, metrics: "{listen: '127.0.0.1:\(port)'}")
    defer { unlink(configuration) }
    let program = try ChildProcess(
      sessiontopBinary, ["watch", "--format", "jsonl", "--config", configuration, "--for", "60s"])
    try program.wait(for: "a stream") { $0.contains(#""event":"stream_opened""#) }
    // Every one of a hundred askers is answered at once, among three hundred idle connections.
    let script = """
      import socket, sys, time
      port, idle, began = int(sys.argv[1]), [], time.monotonic()
      for number in range(100):
        for begin in (b"", b"GET /metrics HTTP/1.1\\r\\nHost: x\\r\\n", b"x"):
          idle.append(socket.create_connection(("127.0.0.1", port), timeout=5))
          try: idle[-1].sendall(begin)
          except OSError: pass
        with socket.create_connection(("127.0.0.1", port), timeout=5) as one:
          one.sendall(b"GET /metrics HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n")
          answer = b""
          while part := one.recv(65536): answer += part
          assert answer.startswith(b"HTTP/1.1 200 "), answer[:80]
      print("all answered" if time.monotonic() - began < 9 else "too late")
      """
    let child = try ChildProcess("/usr/bin/env", ["python3", "-c", script, "\(port)"])
    #expect(try child.end() == 0)
    #expect(child.output == "all answered\n", "\(child.output)")
    #expect(try program.stop() == 0)
  }

  @Test func `at an address that is taken are missed in one line, and the watch goes on`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let configuration = try configuration(server, metrics: "{listen: '127.0.0.1:\(server.port)'}")
    defer { unlink(configuration) }
    let program = try ChildProcess(
      sessiontopBinary, ["watch", "--format", "jsonl", "--config", configuration, "--for", "60s"])
    try program.wait(for: "a stream") { $0.contains(#""event":"stream_opened""#) }
    #expect(try program.stop() == 0)
    let told = program.output.split(separator: "\n").filter { $0.contains("metrics.listen") }
    #expect(told.count == 1)
    #expect(told.first?.contains("127.0.0.1:\(server.port) cannot be had") == true)
  }

  @Test func `in a file say what is so, though nothing happens`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let file = try "".temporaryFile(suffix: ".prom")
    let path = try """
    metrics: {file: \(file)}
    session: {pingInterval: 600000, stream: false}
    mcpServers:
      ledger: {type: streamable-http, url: "\(server.url)"}
    """.temporaryFile(suffix: ".yaml")
    defer { for path in [file, path] { unlink(path) } }
    let program = try ChildProcess(
      sessiontopBinary, ["watch", "--format", "jsonl", "--config", path, "--for", "60s"])
    try program.wait(for: "a session") { $0.contains(#""event":"session_created""#) }
    // Written at the start, when nothing was known, and then every fifteen seconds.
    #expect(try changes(of: file) { $0.contains(#"sessiontop_server_up{server="ledger"} 1"#) })
    #expect(try program.stop() == 0)
  }

  private func configuration(_ server: LoopbackServer, metrics: String) throws -> String {
    try """
    metrics: \(metrics)
    session: {}
    mcpServers:
      ledger: {type: streamable-http, url: "\(server.url)"}
    """.temporaryFile(suffix: ".yaml")
  }

  /// A port that was free a moment ago.
  private func freePort() throws -> Int {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    return server.port
  }

  /// Status, content type and body of an answer, in the eyes of somebody else's client.
  private func get(_ url: String, accept: String = "*/*") throws -> String {
    let script = """
      import sys, urllib.request, urllib.error
      request = urllib.request.Request(sys.argv[1], headers={"Accept": sys.argv[2]})
      try: answer = urllib.request.urlopen(request, timeout=10)
      except urllib.error.HTTPError as error: answer = error
      print(answer.status, answer.headers["Content-Type"])
      print(answer.read().decode())
      """
    let child = try ChildProcess("/usr/bin/env", ["python3", "-c", script, url, accept])
    try child.end()
    return child.output
  }
}
