import MCPSessions
import TopPlatform

extension Server {
  /// A server that is reached by an address.
  ///
  /// - Parameters:
  ///   - name: How reports and events call it; any text that is not empty, unique within an engine.
  ///   - url: An absolute `http` or `https` URL. User information, query values and keys in it are shown to
  ///     nobody.
  ///   - headers: Sent with every request beside the protocol's own. Their values count as secrets: they are
  ///     masked wherever a server repeats them.
  ///   - accounts: Users with a session each; when there are none, all share one session.
  ///   - settings: How its sessions are kept.
  /// - Throws: `EngineError.invalidServer` for an empty name, an address that is none, a header that the
  ///   protocol does not allow or writes itself, and a setting out of its range.
  public init(
    name: String, url: String, headers: [String: String] = [:], accounts: [Account] = [],
    settings: SessionSettings = SessionSettings()
  ) throws(EngineError) {
    let endpoint = try checkedEndpoint(url, of: name)
    let headers = try checkedHeaders(headers, of: name)
    self.init(
      name: name, transport: settings.wire == .sse ? .sse : .streamableHTTP, endpoint: endpoint,
      headers: headers, settings: settings,
      accounts: accounts.map { account in
        // One header of a name: the user's own stands in the place of the server's.
        let own = Set(account.headers.map { $0.name.lowercased() })
        return Account(
          user: account.user, endpoint: account.endpoint ?? endpoint,
          headers: headers.filter { !own.contains($0.name.lowercased()) } + account.headers, secrets: [])
      })
    try check()
  }

  /// A server that is a process of this machine and speaks over its pipes.
  ///
  /// - Parameters:
  ///   - name: How reports and events call it; any text that is not empty, unique within an engine.
  ///   - program: A path, or a name to be found in the `PATH` of `environment`.
  ///   - arguments: What it is started with; no shell reads them.
  ///   - environment: All variables that it is started with; those of this process when absent.
  ///   - folder: Where it starts; absent means where this process is.
  ///   - settings: How its sessions are kept.
  /// - Throws: `EngineError.invalidServer` for an empty name or program, and a setting out of its range. That
  ///   there is no such program is seen when it is to start, and is a session's `cause`.
  public init(
    name: String, program: String, arguments: [String] = [], environment: [String: String]? = nil,
    folder: String? = nil, settings: SessionSettings = SessionSettings()
  ) throws(EngineError) {
    guard !program.isEmpty else {
      throw .invalidServer(name: name, field: "program", problem: "is empty; name what is to be started")
    }
    let process = ServerProcess(
      program: program, arguments: arguments.map { Secret($0) },
      environment: (environment ?? processEnvironment()).mapValues { Secret($0) },
      variables: environment?.keys.sorted() ?? [], folder: folder)
    self.init(name: name, transport: .stdio, endpoint: nil, settings: settings, process: process)
    try check()
  }

  /// What holds for all servers, whatever they were made from.
  func check() throws(EngineError) {
    func wrong(_ field: String, _ problem: String) -> EngineError {
      .invalidServer(name: name, field: field, problem: problem)
    }
    guard !name.isEmpty else { throw wrong("name", "is empty; reports and events need one") }
    let users = accounts.map(\.user)
    guard !users.contains("") else { throw wrong("accounts", "one has no user") }
    guard Set(users.map { ExactText($0) }).count == users.count else {
      throw wrong("accounts", "two are of the same user")
    }
    guard settings.timeout > .zero else { throw wrong("timeout", "must be longer than nothing") }
    guard settings.retryAttempts >= 0 else { throw wrong("retryAttempts", "must be 0 or more") }
    guard settings.retryDelay >= .zero else { throw wrong("retryDelay", "must not be negative") }
    guard settings.pingInterval >= .zero else { throw wrong("pingInterval", "must not be negative") }
    guard settings.listEvery >= 0 else { throw wrong("listEvery", "must be 0 or more") }
    guard settings.slow >= .zero else { throw wrong("slow", "must not be negative") }
    for (field, limit) in [
      ("requestTimeout", settings.requestTimeout), ("initTimeout", settings.initTimeout),
    ] {
      guard limit.map({ $0 > .zero }) ?? true else { throw wrong(field, "must be longer than nothing") }
    }
  }
}

extension Account {
  /// A user of a server that keeps a session for each.
  ///
  /// - Parameters:
  ///   - user: Who it is; any text that is not empty, unique within the server.
  ///   - url: The user's own address, as that of a server; nil is the server's.
  ///   - headers: Of this user alone, in place of the server's of the same name. Their values count as
  ///     secrets.
  /// - Throws: `EngineError.invalidServer`, with the user as its name, for what no request can carry.
  public init(user: String, url: String? = nil, headers: [String: String] = [:]) throws(EngineError) {
    var endpoint: Endpoint?
    if let url { endpoint = try checkedEndpoint(url, of: user) }
    self.init(
      user: user, endpoint: endpoint, headers: try checkedHeaders(headers, of: user), secrets: [])
  }
}

private func checkedEndpoint(_ url: String, of name: String) throws(EngineError) -> Endpoint {
  let problem: String
  do throws(Endpoint.Problem) {
    let endpoint = try Endpoint(url)
    if ["http", "https"].contains(endpoint.origin.scheme) { return endpoint }
    problem = "has a scheme that MCP is not spoken over; use http or https"
  } catch {
    problem =
      switch error {
      case .noScheme: "has no scheme; begin it with https://"
      case .unknownScheme: "has a scheme that MCP is not spoken over; use http or https"
      case .noHost: "has no host"
      case .emptyLabel: "has a host with a dot too many"
      case .badPort: "has a port that is none; use 1 to 65535"
      case .badCharacter(let position): "has a blank or a control character at byte \(position)"
      }
  }
  throw .invalidServer(name: name, field: "url", problem: problem)
}

private func checkedHeaders(
  _ headers: [String: String], of name: String
) throws(EngineError) -> [Header] {
  var result: [Header] = []
  for (header, value) in headers.sorted(by: { $0.key < $1.key }) {
    let problem: String? =
      if !HeaderRules.isToken(header) {
        "a name is no token of letters, digits and dashes"
      } else if HeaderRules.owned.contains(header.lowercased()) {
        "\(header) belongs to the protocol, which writes it itself"
      } else {
        HeaderRules.problem(ofValue: value).map { "the value of \(header) \($0)" }
      }
    if let problem { throw .invalidServer(name: name, field: "headers", problem: problem) }
    result.append(Header(name: header, value: value))
  }
  return result
}
