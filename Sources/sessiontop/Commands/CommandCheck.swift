import MCPWire
import TopPlatform
import MCPSessions

// What `check` says of the command of a server that is a process, without running it.

/// Where a command is, or where it was looked for.
private enum CommandPlace {
  case found(String)
  case missing(String)

  init?(_ server: Server) {
    guard let process = server.process else { return nil }
    let command = ChildCommand(
      program: process.program, environment: process.environment.mapValues(\.revealed),
      folder: process.folder)
    do throws(ChildProcess.Failure) {
      self = .found(PrintableText.line(try ChildProcess.find(command)))
    } catch {
      // Who writes a whole line where the program belongs may have written a secret there.
      self = .missing(server.masking(error.description, limit: 400))
    }
  }
}

/// Its end of the verdict; empty for a server that is no process.
func commandVerdict(_ server: Server) -> String {
  guard let place = CommandPlace(server), let report = CommandReport(server) else { return "" }
  let whereabouts =
    switch place {
    case .found(let path): "its command is \(path)"
    case .missing(let why): "its command cannot be started, \(why)"
    }
  return "; \(whereabouts)" + (report.download.map { "; may download \($0)" } ?? "")
}

extension JSONWriter {
  /// The command of a server that is a process.
  mutating func command(_ server: Server) {
    guard let place = CommandPlace(server), let report = CommandReport(server) else { return }
    object("command") {
      $0.member("line", report.line.text)
      switch place {
      case .found(let path): $0.member("path", path)
      case .missing(let why): $0.member("missing", why)
      }
      $0.member("folder", report.folder?.text)
      $0.member("download", report.download?.text)
    }
  }
}
