import MCPSessions

@testable import TopDisplay

/// What an operator comes to the screen for, each as a store.
enum Jobs {
  private static let family = (1...13).map { "jira-\($0 < 10 ? "0" : "")\($0)" }
  private static let others = ["billing", "github-core", "ledger", "search"]
  private static let calm = others.map { ready($0) }

  /// The demo a few seconds after its start.
  static let firstLook: Store = {
    let names = [
      "steady", "stateless", "expiring", "restarting", "slow", "chatty", "ailing", "locked", "quiet",
    ]
    var ailing = ready("ailing", age: 30, good: 5, errors: [.rpcError: 2])
    ailing.state = .degraded
    ailing.since = moment(-26)
    ailing.cause = SessionError(.rpcError, rpcCode: -32_603, detail: "Internal error: the backend is gone")
    let locked = troubled(
      "locked", .unauthorized, since: 29,
      SessionError(.authError, status: 401, detail: "Authentication required"),
      next: 329, attempt: 1, advice: "check the credentials in the server's headers, then reconnect",
      errors: [.authError: 1])
    return store(
      names.map { server($0) },
      names.filter { $0 != "ailing" && $0 != "locked" }.map { ready($0, age: 30) } + [ailing, locked],
      [
        event(-4, 1, .serverMessage, .info, "chatty", "jobs: job 1014 started"),
        event(-1, 2, .serverMessage, .warning, "chatty", "queue: 17 jobs wait, oldest 9 s"),
      ])
  }()

  /// A host with thirteen servers is away.
  static let familyDown = store(
    (family + others).map { server($0) },
    calm
      + family.enumerated().map { number, name in
        troubled(
          name, .recovering, since: 13 - Double(number) / 10, refused, next: 1 + Double(number % 3),
          attempt: 4,
          errors: [.connectRefused: 4])
      },
    family.enumerated().map { number, name in
      event(
        -13 + Double(number) / 10, UInt64(number + 1), .sessionError, .warning, name, error: refused,
        "Session error: connect_refused - Connection refused")
    }, before: [(-3_600, calm + family.map { ready($0) })])

  /// A thousand sessions were lost, and most are back.
  static let thousandBack: Store = {
    let users = (0..<1_000).map { "user-\($0)" }
    let back = users.prefix(990).map { user in
      var session = ready("gateway", user, age: 3, errors: [.sessionTerminated: 1])
      session.recoveries = 1
      return session
    }
    let lost = users.suffix(10).map { user in
      DisplayTests.troubled("gateway", user, .recovering, since: 26, gone, next: 2, attempt: 5)
    }
    return store(
      (["gateway"] + others).map { server($0, users: $0 == "gateway" ? users : ["app"]) }, calm + back + lost,
      [
        event(
          -26, 1, .sessionError, .warning, "gateway", user: "user-0", error: gone, repeated: 1_000,
          "Session error: session_terminated - Session has been terminated by the server"),
        event(
          -3, 2, .recoverySucceeded, .info, "gateway", user: "user-0", repeated: 990,
          "Session recovery successful"),
      ], before: [(-3_600, calm)])
  }()

  /// It answers, but each answer takes six seconds.
  static let slow: Store = {
    var crawler = ready("crawler", age: 4_000, good: 4, p95: 6_000)
    crawler.state = .degraded
    crawler.since = moment(-180)
    crawler.slow = SlowAnswers(last: 6_000, usual: 40)
    return store((["crawler"] + others).map { server($0) }, calm + [crawler], before: [(-3_600, calm)])
  }()

  /// Left alone by an operator, and gone since.
  static let pausedDead: Store = {
    var wiki = DisplayTests.troubled("wiki-core", "app", .paused, since: 3_700, refused)
    wiki.hold = Hold(by: "ana (pts/3)", since: moment(-3_700), state: .down)
    return store(
      (["wiki-core"] + others).map { server($0) }, calm + [wiki],
      [
        event(-3_700, 1, .operatorAction, .info, "wiki-core", "pause by ana (pts/3)"),
        event(
          -900, 2, .sessionError, .warning, "wiki-core", error: refused,
          "Session error: connect_refused - Connection refused"),
      ])
  }()

  private static func troubled(
    _ server: String, _ state: SessionState, since: Double, _ cause: SessionError, next: Double? = nil,
    attempt: Int, advice: Sentence? = nil, errors: [ErrorType: Int]
  ) -> SessionReport {
    DisplayTests.troubled(
      server, "app", state, since: since, cause, next: next, attempt: attempt, advice: advice, errors: errors)
  }

  /// Each at the two commonest sizes.
  static let screens: [`Golden frames`.Screen] = [(80, 24), (120, 40)].flatMap { columns, rows in
    func job(_ name: String, _ store: Store, keys: [Key] = [], replay: ReplayStatus? = nil)
      -> `Golden frames`.Screen
    {
      `Golden frames`.Screen(
        name: "job-\(name)-\(columns)x\(rows)", columns: columns, rows: rows, store: store, keys: keys,
        replay: replay)
    }
    var recording = ReplayStatus(isPlaying: false, speed: 1, place: 13, count: 230)
    recording.line = ReplayLine(
      start: moment(-600).wall, end: moment(1_200).wall, position: 1.0 / 3,
      errors: (0..<240).map { (79..<120).contains($0) ? 13 - $0 % 5 : 0 })
    return [
      job("first-look", firstLook), job("one-down", Situations.serverDown), job("family-down", familyDown),
      job("thousand-back", thousandBack), job("slow", slow), job("paused-dead", pausedDead, keys: [.enter]),
      job("token-expired", Situations.tokenExpired),
      job("onset-in-replay", familyDown, keys: ["o"], replay: recording),
      job(
        "comparison", troubledMorning,
        keys: [":"] + typed("mark server:=billing|ledger user:=ana") + [.enter, "c"]),
      job("typo", troubledMorning, keys: ["/"] + typed("sever:wiki")),
      job("typo-acting", troubledMorning, keys: [":"] + typed("terminate sever:wiki")),
    ]
  }
}
