// The longest file of its folder: a machine's states, inputs and actions are read side by side.
package import MCPWire

/// How we come to the credential of one server and one user, and keep it: a machine like a session, told what
/// happened and asking for what is to be done. It sends nothing, reads no clock, and signs nothing.
///
/// | state | entered by | left by |
/// | --- | --- | --- |
/// | empty | the start, `forget` | a request or a person that wants a credential |
/// | held | a token from an issuer, a file, a program or the store | its renewal, a refusal, `forget` |
/// | working | a token that is wanted, ends, or was refused | a token, a refusal |
/// | refused | what only a person or time can change | a person, its time |
///
/// In every state late answers (of requests that the state does not know) are dropped.
package struct SignIn: Sendable {
  /// Who signs in where, and how.
  package struct Subject: Hashable, Sendable {
    package let server: Endpoint
    package let user: String
    package let settings: CredentialSettings

    package init(server: Endpoint, user: String, settings: CredentialSettings) {
      self.server = server
      self.user = user
      self.settings = settings
    }

    /// The server as the store names it: without query and user information.
    package var storedServer: String { server.bareAddress }
  }

  /// What a server said to a request, or to the credential in it.
  package struct Demand: Hashable, Sendable {
    package let status: Int
    package let challenges: [Challenge]
    package let purpose: Purpose
    /// The credential that the request carried; 0 for none.
    package let version: UInt64

    package init(status: Int, challenges: [Challenge], purpose: Purpose, version: UInt64) {
      self.status = status
      self.challenges = challenges
      self.purpose = purpose
      self.version = version
    }

    /// More scopes are wanted, and nothing else is wrong.
    package var wantsMore: Bool { status == 403 && own?["error"] == "insufficient_scope" }

    /// It asks for a token, or does not say what it asks for.
    package var concernsTokens: Bool { challenges.isEmpty || own != nil }

    /// It takes only tokens that are bound to a key.
    var wantsProof: Bool {
      challenges.contains { $0.scheme == "dpop" } && !challenges.contains { $0.scheme == "bearer" }
    }

    /// Nothing is wrong but that the proof lacks the server's number.
    package var wantsNonce: Bool {
      status == 401
        && challenges.contains { $0.scheme == "dpop" && $0.parameters["error"] == "use_dpop_nonce" }
    }

    /// The parameters of the challenge that is for tokens.
    var own: [String: String]? {
      challenges.first { $0.scheme == "bearer" || $0.scheme == "dpop" }?.parameters
    }
  }

  package enum Input: Sendable {
    /// A request is about to go out.
    case wanted
    case refused(Demand)
    /// A request with the credential of this version was served.
    case accepted(version: UInt64, Purpose)
    /// A person asks for it; `Demand` is what the server said last, where that is known.
    case begin(SignInManner, Demand?)
    /// The person leaves it.
    case leave
    /// It is this sign-in's turn to ask the person.
    case turn
    case listening(Opening)
    /// The query that the browser came back with.
    case returned(WebForm)
    case pasted(String)
    case answered(Int, IssuerAnswer)
    /// The store holds this: an earlier run, or another process, signed in or renewed a token.
    case stored(StoredGrant)
    /// The store is locked, and holds this.
    case locked(StoredGrant?)
    /// The file with the token has changed.
    case changed
    /// What a file holds or a program printed; its trouble otherwise.
    case provided(ProvidedToken)
    case timer
    case forget
    /// What was kept of a registration is gone; absent when there was none, or others use it.
    case clientErased(StoredClient?)
    /// This is ours and must not be shown: it was signed for a request, or is in the store.
    case known(Secret)
  }

  /// Where the browser comes back to, and what makes this visit its own.
  package struct Opening: Hashable, Sendable {
    /// Absent when no port could be listened at.
    package let port: Int?
    let seed: BrowserVisit.Seed
    /// Who we are to the issuer from an earlier registration that named this port.
    let registered: Client?

    /// `challenge` is SHA-256 of the verifier in base64url.
    package init(port: Int?, state: Secret, verifier: Secret, challenge: String, registered: Client?) {
      self.port = port
      seed = BrowserVisit.Seed(state: state, verifier: verifier, challenge: challenge)
      self.registered = registered
    }
  }

  package enum Action: Sendable {
    case send(IssuerRequest)
    /// Ask for a turn with the person; answered with `turn`.
    case requestTurn
    /// The turn is over, if there was one.
    case leaveTurn
    /// Listen for the browser; answered with `listening`.
    case listen(issuer: String, port: Int?)
    case stopListening
    /// Show the address to the person, and the code to type where there is one.
    case show(address: VisitAddress, code: String?)
    /// Lock the store and read it; answered with `locked`.
    case lock
    case unlock
    case save(StoredGrant)
    case saveClient(StoredClient)
    case erase(StoredGrant)
    /// Forget a registration at the issuer with this id, or one for this server where none is named, unless
    /// another sign-in lives by it; answered with `clientErased`.
    case eraseClient(issuer: String?, id: String?, server: String)
    /// Read the file or run the program; answered with `provided`.
    case provide
    /// Must not be shown from now on.
    case learn(Secret)
    case event(EventKind, EventLevel, Sentence, SessionError?)
  }

  /// One call into the machine.
  package struct Turn {
    package let now: Moment
    package var random: SeededGenerator
    package internal(set) var actions: [Action] = []

    package init(now: Moment, random: SeededGenerator) {
      self.now = now
      self.random = random
    }
  }

  enum State: Sendable {
    case empty
    case held(Holding)
    case working(Work)
    case refused(Refusal)
  }

  package let subject: Subject
  let policy: SignInPolicy
  var state = State.empty
  var scopes = Scopes()
  /// Counts the tokens; requests say which one they carried.
  var version: UInt64 = 0 { didSet { served = [] } }
  /// Requests of these kinds were served with the token that is held.
  private(set) var served: Set<Purpose> = []
  var renewals = 0
  /// Requests of these kinds were refused: that others are served says nothing of them.
  var challenged: Set<Purpose> = []
  var lastRefused: Purpose?
  /// Sign-ins in a row whose refresh token did not live long enough to be used, or that had none and ended
  /// soon.
  var shortLives = 0
  var lastRequest = 0
  var pace = TokenPace()
  /// Endings without a token in a row.
  var failures = 0
  /// A sign-in that was forgotten, while the issuer is told.
  var farewell: SigningOut?
  /// Who gave a token to the client that is configured: what is secret of that goes to nobody else.
  var knownIssuer: String?
  /// What was told last, so that it is told once.
  var lastError: SessionError?
  private var redactor = Redactor()
  private var learnt: [Secret] = []
  /// Tokens that were held: whatever the store says of one of them is no news.
  private var past: [Secret] = []
  /// As many secrets and tokens of the past are remembered.
  private static let remembered = 32

  package init(_ subject: Subject, policy: SignInPolicy) {
    self.subject = subject
    self.policy = policy
    for secret in subject.settings.secrets { redactor.learn(secret.revealed) }
    redactor.learn(address: subject.server.url.revealed)
  }

  /// The one door: takes what happened and asks, in `turn`, for what is to be done.
  package mutating func handle(_ input: Input, _ turn: inout Turn) {
    switch input {
    case .wanted: wanted(&turn)
    case .refused(let demand): refused(demand, &turn)
    case .accepted(let version, let purpose): accepted(version, purpose, &turn)
    case .begin(let manner, let demand):
      scopes.personAsks()
      begin(Work(step: .start, held: held, manner: manner, demand: demand), &turn)
    case .leave: leave(&turn)
    case .turn: hasTurn(&turn)
    case .listening(let opening): listening(opening, &turn)
    case .returned(let query): returned(query, &turn)
    case .pasted(let text): pasted(text, &turn)
    case .answered(let number, let answer): answered(number, answer, &turn)
    case .stored(let stored): recalled(stored, &turn)
    case .locked(let stored): locked(stored, &turn)
    case .changed: begin(Work(step: .start, held: held), &turn)
    case .provided(let provided): self.provided(provided, &turn)
    case .timer: timer(&turn)
    case .forget: forget(&turn)
    case .clientErased(let client): clientErased(client, &turn)
    case .known(let secret): learn(secret, &turn)
    }
  }

  /// When the machine wants to be woken with `.timer`.
  package var deadline: Instant? {
    switch state {
    case .empty: nil
    case .held(let holding): holding.renewal
    case .working(let work): work.step.deadline
    case .refused(let refusal): refusal.retry
    }
  }

  // MARK: - What requests want and servers say

  private mutating func wanted(_ turn: inout Turn) {
    switch state {
    case .empty where worksAlone: begin(Work(step: .start), &turn)
    case .held(let holding) where holding.grant.hasEnded(at: turn.now.wall):
      beginInTime(Work(step: .start, held: holding.grant, mayRefresh: true), &turn)
    default: break
    }
  }

  private mutating func refused(_ demand: Demand, _ turn: inout Turn) {
    challenged.insert(demand.purpose)
    lastRefused = demand.purpose
    // What was sent before the last change says nothing of what is held now.
    if case .held = state, demand.version != version { return }
    switch state {
    case .working: return
    // What is tried again by itself is tried when its time has come.
    case .refused(let refusal) where refusal.again != nil: return
    case .refused(let refusal)
    where !refusal.mayTryAgain(at: turn.now.instant) && !mayBeOver(refusal, demand, turn.now):
      return
    default: break
    }
    if demand.wantsMore {
      guard scopes.stepUp(demand.own?["scope"], held: held?.scopes ?? [], for: demand.purpose) else {
        return refuse(scopeError(demand), held: held, for: demand, &turn)
      }
      return beginInTime(Work(step: .start, held: held, demand: demand), &turn)
    }
    if case .held(let holding) = state, !holding.isProven, !holding.isDue(at: turn.now.instant),
      !served.contains(demand.purpose),
      demand.version != 0
    {
      return refuse(tokenError(demand), held: holding.grant, for: demand, &turn)
    }
    beginInTime(Work(step: .start, held: held, demand: demand, mayRefresh: true), &turn)
  }

  /// Begins now, or a little later where many tokens were asked for one behind the other.
  private mutating func beginInTime(_ work: Work, _ turn: inout Turn) {
    guard case .held(var holding) = state, pace.earliest > turn.now.instant, isRenewable(holding.grant) else {
      return begin(work, &turn)
    }
    (holding.renewal, holding.isOnlyLook, holding.next) = (pace.earliest, false, work)
    state = .held(holding)
  }

  /// Whether to begin again. A token that was refused is shown to the server first: it may have had a slip.
  private func mayBeOver(_ refusal: Refusal, _ demand: Demand, _ now: Moment) -> Bool {
    let hasNone = refusal.held.map { $0.hasEnded(at: now.wall) } ?? true
    guard refusal.error.type != .tokenRefused || hasNone || demand.version == version else { return false }
    return refusal.mayBeOver(at: now.instant, worksAlone: worksAlone, failures: failures)
  }

  private mutating func accepted(_ version: UInt64, _ purpose: Purpose, _ turn: inout Turn) {
    guard version == self.version else { return }
    served.insert(purpose)
    switch state {
    case .held(var holding):
      guard challenged.isEmpty || challenged.contains(purpose) else { return }
      holding.isProven = true
      state = .held(holding)
      if holding.setbacks == 0 { (lastError, failures) = (nil, 0) }
    case .refused(let refusal):
      // The server takes now what it refused.
      guard let held = refusal.held, refusal.purpose == purpose else { return }
      hold(held, isProven: true, &turn)
    default: return
    }
    scopes.succeeded(purpose)
  }

  private mutating func leave(_ turn: inout Turn) {
    guard case .working(let work) = state else { return }
    refuse(SessionError(.signInNeeded, detail: "the sign-in was left"), held: work.held, &turn)
  }

  private mutating func timer(_ turn: inout Turn) {
    switch state {
    case .held(let holding): renewalDue(holding, &turn)
    case .working(let work): workDue(work, &turn)
    case .refused(let refusal) where refusal.mayTryAgain(at: turn.now.instant):
      tryAgain(refusal.again ?? Work(step: .start, held: refusal.held), &turn)
    case .empty, .refused: break
    }
  }

  // MARK: - What is known

  /// The token that is held, also while the next one is got.
  var held: Grant? {
    switch state {
    case .held(let holding): holding.grant
    case .working(let work): work.held
    case .refused(let refusal): refusal.held
    case .empty: nil
    }
  }

  /// A token can be had without a person, from nothing.
  var worksAlone: Bool { subject.settings.worksAlone }

  var gate: Gate { Gate(own: redactor, known: KnownSecrets()) }

  /// What is secret is told before anything else is done with it.
  mutating func learn(_ secret: Secret, _ turn: inout Turn) {
    if let place = learnt.firstIndex(of: secret) {
      // What is in use is forgotten last.
      return learnt.append(learnt.remove(at: place))
    }
    redactor.learn(secret.revealed)
    learnt.append(secret)
    if learnt.count > Self.remembered { redactor.forget(learnt.removeFirst().revealed) }
    turn.actions.append(.learn(secret))
  }

  /// A token is held from now on.
  mutating func remember(_ token: Secret) {
    guard !wasHeld(token) else { return }
    past.append(token)
    if past.count > Self.remembered { past.removeFirst() }
  }

  func wasHeld(_ token: Secret) -> Bool { past.contains(token) }

  mutating func newRequest() -> Int {
    lastRequest += 1
    return lastRequest
  }
}
