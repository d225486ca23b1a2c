import MCPWire

@testable import MCPSessions
@testable import TopDisplay

/// The steps of a sign-in as the person sees them who began it with `o`.
enum SigningIn {
  private static let address =
    "https://login.example.org/realms/staff/protocol/openid-connect/auth?response_type=code"
    + "&client_id=2f0c6d1e-6f0e-4b52-9a39-6d0f5a5f2f11&redirect_uri=http%3A%2F%2F127.0.0.1%3A41237%2Fcallback"
    + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    + "&state=Zm9vYmFyLXN0YXRlLW9mLXRoaXMtdmlzaXQ"
    + "&resource=https%3A%2F%2Fdocs-remote.example.org%2Fmcp&scope=files%3Aread+files%3Awrite+offline_access"

  private static let wanted = SessionError(
    .signInNeeded, status: 401,
    detail: "the server wants a sign-in at https://login.example.org/realms/staff for files:read files:write")

  private static func asked(_ report: AuthorizationReport, _ cause: SessionError = wanted) -> Store {
    var session = troubled(
      "docs-remote", "app", .unauthorized, since: 3_720, cause, advice: "press o to sign in",
      errors: [.authError: 1]
    )
    session.authorization = report
    return store([server("billing"), server("docs-remote")], [ready("billing"), session])
  }

  private static func step(_ step: SignInStep, code: String? = nil, at address: String? = nil) -> Store {
    var report = AuthorizationReport()
    report.step = step
    report.prompt = address.flatMap(VisitAddress.init(ofForm:)).map {
      SignInPrompt(address: $0, code: code, isOpened: false)
    }
    return asked(report)
  }

  private static let failed: Store = {
    var report = AuthorizationReport()
    let why = SessionError(.signInFailed, detail: "access_denied: the person said no")
    report.why = why
    return asked(report, why)
  }()

  private static let steps: [(name: String, store: Store, keys: [Key])] = [
    ("queued", step(.queued), []), ("discovering", step(.discovering), []),
    ("registering", step(.registering), []), ("waiting", step(.waitingForPerson, at: address), []),
    ("pasted", step(.waitingForPerson, at: address), [.pasted("http://127.0.0.1:41237/callback?code=c")]),
    ("exchanging", step(.exchanging), []),
    ("device", step(.waitingForPerson, code: "WDJB-MJHT", at: "https://login.example.org/device"), []),
    ("failed", failed, []),
    (
      "done", store([server("billing"), server("docs-remote")], [ready("billing"), ready("docs-remote")]), []
    ),
  ]

  static let screens: [`Golden frames`.Screen] = steps.flatMap { step in
    [(80, 24), (120, 40)].map { columns, rows in
      `Golden frames`.Screen(
        name: "sign-in-\(step.name)-\(columns)x\(rows)", columns: columns, rows: rows,
        store: Self.step(.waitingForPerson), afterwards: step.store, keys: ["o"] + step.keys,
        later: step.name == "failed" ? 3 : 1)
    }
  }
}
