import MCPSessions

@testable import TopDisplay

/// The six situations that an operator meets most.
enum Situations {
  private static let names = ["billing", "calculator", "docs-remote", "jira", "ledger", "search"]

  private static let calm: [SessionReport] =
    names.map { ready($0) } + [ready("ledger", "ana", id: "88d0a14e...")]

  private static func servers() -> [ServerReport] {
    names.map { server($0, users: $0 == "ledger" ? ["ana", "app"] : ["app"]) }
  }

  static let allWell = store(
    servers(), calm,
    [
      event(-1_200, 1, .sessionCreated, .info, "billing", "Session created: 12345678..."),
      event(-1_199, 2, .sessionCreated, .info, "ledger", user: "ana", "Session created: 88d0a14e..."),
    ], before: [(-3_600, calm)])

  /// A server that does not let sessions be ended, with a handshake under way.
  static let stubborn: Store = {
    var opening = SessionReport(
      key: SessionKey(server: "ledger", user: "ben"), state: .connecting, since: moment(-2))
    opening.attempt = 1
    return store(
      servers(), calm + [opening],
      [
        event(
          -400, 1, .sessionTerminated, .debug, "ledger",
          "Server doesn't support explicit session termination (405)")
      ], before: [(-3_600, calm)])
  }()

  /// Nothing listens at one origin: one prober, the next attempt, and who waits.
  static let serverDown = store(
    servers(),
    [
      troubled(
        "billing", .recovering, 252, refused, next: 6, errors: [.connectionReset: 1, .connectRefused: 9])
    ]
      + calm.dropFirst(),
    [
      event(
        -252, 1, .sessionError, .warning, "billing", error: SessionError(.connectionReset, detail: "cut"),
        "Session error: connection_reset - Connection reset by peer"),
      event(
        -252, 2, .recoveryStarted, .info, "billing", "Session recovery started for error: connection_reset"),
      event(
        -54, 3, .recoveryFailed, .warning, "billing", error: refused, next: .seconds(60), repeated: 9,
        "Session recovery failed: connect_refused, Connection refused"),
    ],
    origins: [
      OriginReport(
        origin: "https://billing.example.org:443", failures: 9, nextProbe: moment(6).instant, waiting: 1)
    ], before: [(-3_600, calm)])

  /// Waiting does not help: a person must do something, and is told what.
  static let tokenExpired = store(
    servers(),
    [
      troubled(
        "docs-remote", .unauthorized, 3_720,
        SessionError(.authError, status: 401, detail: "The access token expired"),
        advice: "check the credentials in the server's headers, then reconnect", errors: [.authError: 2])
    ] + calm.filter { $0.key.server != "docs-remote" },
    [
      event(
        -3_720, 1, .sessionError, .error, "docs-remote",
        error: SessionError(.authError, status: 401, detail: "The access token expired"),
        "Session error: auth_error - HTTP 401 The access token expired")
    ], before: [(-3_800, calm)])

  /// A load balancer that does not stick sends every other request to a server that knows no such session.
  static let flapping = store(
    servers(),
    [
      troubled(
        "search", .unstable, 95, gone, next: 41,
        advice:
          "lost right after its handshake three times: check that the load balancer keeps a client on one server",
        errors: [.sessionTerminated: 11])
    ] + calm.filter { $0.key.server != "search" },
    [
      event(-130, 1, .sessionCreated, .info, "search", "Session created: 1f0c77aa..."),
      event(
        -128, 2, .sessionError, .warning, "search", error: gone,
        "Session error: session_terminated - Session has been terminated by the server"),
      event(-118, 3, .sessionCreated, .info, "search", "Session created: 5b20d9e1..."),
      event(
        -95, 4, .sessionError, .warning, "search", error: gone, repeated: 2,
        "Session error: session_terminated - Session has been terminated by the server"),
      event(
        -95, 5, .stateChanged, .info, "search", error: gone, next: .seconds(60),
        "State: unstable (session_terminated)"),
    ], before: [(-3_600, calm)])

  /// One server restarted, and a hundred users lost their sessions in the same second.
  static let hundredLost: Store = {
    let users = (1...100).map { "user-\($0 < 10 ? "0" : "")\($0)" }
    let lost = users.enumerated().map { number, user in
      troubled(
        "gateway", user, .recovering, since: 4, gone, next: Double(number % 7) + 1, attempt: 1,
        errors: [.sessionTerminated: 1])
    }
    return store(
      servers() + [server("gateway", users: users)], calm + lost,
      [
        event(
          -4, 1, .sessionError, .warning, "gateway", user: "user-01", error: gone, repeated: 100,
          "Session error: session_terminated - Session has been terminated by the server"),
        event(
          -4, 2, .recoveryStarted, .info, "gateway", user: "user-01", repeated: 100,
          "Session recovery started for error: session_terminated"),
      ],
      origins: [
        OriginReport(
          origin: "https://gateway.example.org:443", failures: 0, nextProbe: nil, waiting: 36)
      ], before: [(-3_600, calm + users.map { ready("gateway", $0) })])
  }()

  /// Lost so long ago that the events of then are gone.
  static let hundredLostLongAgo = store(
    [server("gateway")], [DisplayTests.troubled("gateway", "app", .failed, since: 3_600, gone)],
    [event(-4, 900, .serverMessage, .info, "gateway", "later")])

  /// What was taken over before lives on; the file and the line are named.
  static let configurationBroken = store(
    servers(), calm,
    [
      event(
        -40, 1, .configProblem, .error, nil,
        "Configuration not reloaded, nothing changed: librechat.yaml:14:7: error: mcpServers.billing.url: is missing"
      )
    ], before: [(-3_600, calm)])

  private static func troubled(
    _ server: String, _ state: SessionState, _ since: Double, _ cause: SessionError, next: Double? = nil,
    advice: Sentence? = nil, errors: [ErrorType: Int]
  ) -> SessionReport {
    DisplayTests.troubled(
      server, "app", state, since: since, cause, next: next, advice: advice, errors: errors)
  }

  private static func troubled(
    _ server: String, _ user: String, _ state: SessionState, since: Double, _ cause: SessionError,
    next: Double, attempt: Int, errors: [ErrorType: Int]
  ) -> SessionReport {
    DisplayTests.troubled(
      server, user, state, since: since, cause, next: next, attempt: attempt, errors: errors)
  }
}
