import MCPWire

@testable import MCPSessions

/// A sign-in with an issuer of which a test says what it answers.
struct SignInRun {
  var machine: SignIn
  var now = Instant.zero
  var actions: [SignIn.Action] = []
  private var random = SeededGenerator(seed: 1)

  static let server = "https://mcp.example/mcp"
  static let issuer = "https://issuer.example"

  init(
    _ settings: CredentialSettings = CredentialSettings(), policy: SignInPolicy = .auto,
    server: String = server
  ) throws {
    machine = SignIn(
      SignIn.Subject(server: try Endpoint(server), user: "app", settings: settings), policy: policy)
  }

  var moment: Moment { Moment(instant: now, wall: WallTime(milliseconds: now.nanoseconds / 1_000_000)) }

  mutating func tell(_ input: SignIn.Input) {
    var turn = SignIn.Turn(now: moment, random: random)
    machine.handle(input, &turn)
    random = turn.random
    actions += turn.actions
  }

  mutating func pass(_ duration: Duration) {
    now = now + duration
    tell(.timer)
  }

  /// The server refuses a request.
  mutating func refuse(
    _ status: Int = 401, _ challenge: String = "Bearer", purpose: Purpose = .initialize,
    version: UInt64? = nil
  ) {
    tell(
      .refused(
        SignIn.Demand(
          status: status, challenges: Challenge.read(challenge), purpose: purpose,
          version: version ?? machine.version)))
  }

  /// The request that waits for its answer.
  var request: IssuerRequest? {
    for case .send(let request) in actions.reversed() { return request }
    return nil
  }

  var form: WebForm {
    if case .form(let form) = request?.body { form } else { WebForm() }
  }

  mutating func answer(
    _ body: String, status: Int = 200, nonce: String? = nil, type: String = "", location: String? = nil
  ) {
    guard let request else { return }
    var head = ResponseHead(status: status, contentType: type, location: location)
    head.proofNonce = nonce
    tell(.answered(request.number, .answer(head, body: Array(body.utf8))))
  }

  mutating func nobodyAnswers() {
    guard let request else { return }
    tell(.answered(request.number, .failed(.connectRefused, words: "refused")))
  }

  /// The address that a person is sent to, and what is in it.
  var address: String? {
    for case .show(let address, _) in actions.reversed() { return address.text }
    return nil
  }

  var query: WebForm { WebForm(query: address?.split(separator: "?").last ?? "") }

  var visits: Int { actions.count { if case .show = $0 { true } else { false } } }

  mutating func open(port: Int? = 4_000, registered: Client? = nil) {
    tell(.turn)
    tell(
      .listening(
        SignIn.Opening(
          port: port, state: Secret("state-of-this-visit"), verifier: Secret("verifier-of-this-visit"),
          challenge: "challenge", registered: registered)))
  }

  mutating func comeBack(_ changes: [String: String?] = [:]) {
    var answer: [String: String?] = ["code": "the-code", "state": query["state"]]
    answer.merge(changes) { $1 }
    var form = WebForm()
    for (name, value) in answer { form.add(name, value) }
    tell(.returned(form))
  }

  /// From the first refusal to where the person is asked.
  mutating func reachPerson(
    challenge: String = "Bearer", resource: String = resourceText(), issuer: String = issuerText()
  ) {
    refuse(401, challenge)
    answer(resource)
    answer(issuer)
    open()
    if request?.url.hasSuffix("/register") == true {
      answer(#"{"client_id": "id-1", "token_endpoint_auth_method": "none"}"#, status: 201)
    }
  }

  mutating func signIn(lifetime: Int? = 3_600, refresh: String? = nil) {
    reachPerson()
    comeBack()
    answer(tokenText("token-1", lifetime: lifetime, refresh: refresh))
  }

  var token: String? {
    if case .credential(let credential) = machine.standing(at: moment.wall) {
      credential.token.revealed
    } else {
      nil
    }
  }

  var error: SessionError? {
    if case .refused(let error, _) = machine.standing(at: moment.wall) { error } else { nil }
  }
}

func resourceText(_ resource: String = SignInRun.server, scopes: String? = nil) -> String {
  #"{"resource": "\#(resource)", "authorization_servers": ["\#(SignInRun.issuer)"]"#
    + (scopes.map { #", "scopes_supported": [\#($0)]"# } ?? "") + "}"
}

func issuerText(_ more: String = "", issuer: String = SignInRun.issuer, pkce: Bool = true) -> String {
  let base = SignInRun.issuer
  return
    #"{"issuer": "\#(issuer)", "authorization_endpoint": "\#(base)/authorize", "token_endpoint": "\#(base)/token","#
    + #""registration_endpoint": "\#(base)/register", "token_endpoint_auth_methods_supported": ["none"]"#
    + (pkce ? #", "code_challenge_methods_supported": ["S256"]"# : "") + more + "}"
}

func tokenText(_ token: String, lifetime: Int? = 3_600, refresh: String? = nil, scope: String? = nil)
  -> String
{
  #"{"access_token": "\#(token)", "token_type": "Bearer""#
    + (lifetime.map { #", "expires_in": \#($0)"# } ?? "")
    + (refresh.map { #", "refresh_token": "\#($0)""# } ?? "") + (scope.map { #", "scope": "\#($0)""# } ?? "")
    + "}"
}
