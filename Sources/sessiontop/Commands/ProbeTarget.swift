import TopConfiguration
import MCPSessions
import TopPlatform

/// The one session that is looked at.
struct ProbeTarget {
  let key: SessionKey
  let server: Server

  /// Bytes of an address that is read.
  private static let addressLimit = 65_536

  /// By the name of a server of the configuration, or by an address; `-` stands for the first line of
  /// standard input, which no other process sees.
  init(_ word: String, user: String?, _ source: Source) throws(CannotRun) {
    let name = try word == "-" ? Self.readAddress() : word
    let shown = shownWord(name)
    if name.contains("://") {
      guard let endpoint = try? Endpoint(name), ["http", "https"].contains(endpoint.origin.scheme) else {
        throw CannotRun(
          description: "\(shown) is no address of http or https", exitCode: ExitCode.usage)
      }
      server = Server(name: endpoint.origin.host, transport: .streamableHTTP, endpoint: endpoint)
      key = SessionKey(server: server.name)
      return
    }
    guard let loaded = load(source.places) else {
      throw CannotRun(
        description: "there is no configuration to find \(shown) in; an address needs none",
        exitCode: ExitCode.configuration)
    }
    guard let found = loaded.servers.first(where: { $0.name.isExactly(name) }) else {
      let remedy =
        suggestion(for: shown, among: loaded.servers.map(\.name)).map { "did you mean \($0)?" }
        ?? "`sessiontop check` lists the servers"
      throw CannotRun(
        description: "there is no server '\(shown)' in the configuration; \(remedy)",
        exitCode: ExitCode.usage)
    }
    switch found.availability {
    case .broken(let why):
      throw CannotRun(
        description: "\(shown) cannot be used: \(PrintableText.line(why))", exitCode: ExitCode.configuration)
    case .unmonitored(let why) where found.endpoint == nil && found.process == nil:
      throw CannotRun(
        description: "\(shown) cannot be looked at: \(PrintableText.line(why))", exitCode: ExitCode.usage)
    case .automatic, .onDemand, .switchedOff, .unmonitored: break
    }
    guard found.transport.objection == nil else {
      throw CannotRun(
        description: "\(shown) is a \(found.transport.rawValue) server, which this program does not speak",
        exitCode: ExitCode.usage)
    }
    let sessions = found.sessions
    let users = sessions.map { PrintableText.line($0.key.user) }.joined(separator: ", ")
    guard let session = sessions.first(where: { user == nil || $0.key.user == user }) else {
      throw CannotRun(
        description: "\(shown) has no user \(PrintableText.line(user ?? "")); there are: \(users)",
        exitCode: ExitCode.usage)
    }
    guard user != nil || sessions.count == 1 else {
      throw CannotRun(
        description: "whose session? --user with one of: \(users)", exitCode: ExitCode.usage)
    }
    key = session.key
    server = session.server
  }

  private static func readAddress() throws(CannotRun) -> String {
    var reader = LineReader(0, limit: addressLimit)
    let line = reader.next().map { String(decoding: $0, as: UTF8.self) } ?? ""
    let address = line.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
    guard address.contains("://") else {
      throw CannotRun(description: "standard input holds no address", exitCode: ExitCode.usage)
    }
    return address
  }
}
