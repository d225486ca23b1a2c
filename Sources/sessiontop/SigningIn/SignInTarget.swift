import TopConfiguration
import MCPSessions

/// The session that somebody signs in for, alone.
struct SignInTarget {
  let key: SessionKey
  let server: Server

  /// By the name of a server of the configuration, or by an address.
  init(_ name: String, user: String?, _ source: Source) throws(CannotRun) {
    if name.contains("://") {
      guard let endpoint = try? Endpoint(name), ["http", "https"].contains(endpoint.origin.scheme) else {
        throw CannotRun(description: "\(shownWord(name)) is no address", exitCode: ExitCode.usage)
      }
      server = Server(name: endpoint.origin.host, transport: .streamableHTTP, endpoint: endpoint)
      key = SessionKey(server: server.name)
      return
    }
    guard let loaded = load(source.places) else {
      throw CannotRun(
        description: "there is no configuration to find it in", exitCode: ExitCode.configuration)
    }
    guard let found = loaded.servers.first(where: { $0.name.isExactly(name) }) else {
      let names = loaded.servers.map { PrintableText.line($0.name) }.joined(separator: ", ")
      throw CannotRun(
        description: "no server is called \(shownWord(name)); there are: \(names)",
        exitCode: ExitCode.usage)
    }
    let sessions = found.sessions
    guard let session = sessions.first(where: { user == nil || $0.key.user.isExactly(user ?? "") }) else {
      throw CannotRun(
        description: "\(PrintableText.line(name)) has no user \(PrintableText.line(user ?? ""))",
        exitCode: ExitCode.usage)
    }
    guard user != nil || sessions.count == 1 else {
      let users = sessions.map { PrintableText.line($0.key.user) }.joined(separator: ", ")
      throw CannotRun(description: "who signs in? --user with one of: \(users)", exitCode: ExitCode.usage)
    }
    guard session.server.endpoint != nil else {
      throw CannotRun(
        description: "\(PrintableText.line(name)) is no address: there is nothing to sign in to",
        exitCode: ExitCode.usage)
    }
    let isWritten = session.server.headers.contains { $0.name.lowercased() == "authorization" }
    guard !isWritten else {
      throw CannotRun(
        description:
          "the headers of \(PrintableText.line(name)) hold a credential already: take it out first",
        exitCode: ExitCode.usage)
    }
    key = session.key
    server = Server(
      name: found.name, transport: found.transport, endpoint: found.endpoint, headers: found.headers,
      settings: found.settings, availability: .automatic, proxy: found.proxy, secrets: found.secrets,
      accounts: found.accounts.filter { $0.user.isExactly(session.key.user) })
  }
}
