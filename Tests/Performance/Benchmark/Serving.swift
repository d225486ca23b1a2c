import Glibc
import LoopbackServers
import TopPlatform

/// Servers that do as they are told on standard input, until that ends; says their addresses first, a line
/// each.
///
/// A process of its own, so that what is measured beside it is not its own cost.
func serveMany(_ count: Int) throws {
  let servers = try (0..<max(1, count)).map { _ in try LoopbackServer.start(remembering: 0) }
  defer { for server in servers { server.stop() } }
  for server in servers { say(server.url) }
  while let word = readLine() {
    switch word {
    case "forget": for server in servers { server.forgetSessions() }
    case "restart": for server in servers { server.restart(lasts: .seconds(3)) }
    case "say": for server in servers { server.push(saying) }
    case "count":
      let counts = servers.map(\.counts)
      say(
        [counts.map(\.sessions), counts.map(\.streams), counts.map(\.pings)].map { "\($0.reduce(0, +))" }
          .joined(separator: " "))
    default: break
    }
  }
}

func say(_ line: String) { _ = writeAll(line + "\n", to: 1) }

private let saying = """
  {"jsonrpc":"2.0","method":"notifications/message",\
  "params":{"level":"info","logger":"jobs","data":"job 1014 done in 1.8 s"}}
  """
