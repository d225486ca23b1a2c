import Glibc
import MCPWire
import TopPlatform
import MCPSessions

// What the desk does for a sign-in.

extension Desk {
  private static let lockPause = Duration.milliseconds(50)
  /// A renewal takes two exchanges at most, so whoever holds the lock longer is in trouble.
  private static let lockPatience = Duration.seconds(25)

  func perform(_ action: SignIn.Action, _ number: Int, _ customer: Customer) {
    switch action {
    case .send(let request): send(request, number, customer)
    case .requestTurn: requestTurn(number)
    case .leaveTurn: leaveTurn(number)
    case .listen(let issuer, let port): listen(issuer, port, number, customer)
    case .stopListening: customer.listener = nil
    case .show(let address, let code): show(address, code, customer)
    case .lock: tryLock(number, customer, Moment.now.instant + Self.lockPatience, at: Moment.now.instant)
    case .unlock: (customer.lock, customer.locking) = (nil, nil)
    case .save(let stored): save(number) { () throws(FolderProblem) in try store?.save(stored) }
    case .saveClient(let client): save(number) { () throws(FolderProblem) in try store?.save(client) }
    case .erase(let stored): store?.erase(stored)
    case .eraseClient(let issuer, let id, let server):
      tell(number, .clientErased(store?.eraseClient(issuer: issuer, id: id, server: server)))
    case .provide: provide(number, customer)
    case .learn(let secret): news.secrets.append(secret)
    case .event(let kind, let level, let message, let error):
      news.happenings.append(
        DeskNews.Happening(number: number, kind: kind, level: level, message: message, error: error))
    }
  }

  private func send(_ request: IssuerRequest, _ number: Int, _ customer: Customer) {
    var form: WebForm?
    let fail = { (words: String) in
      self.tell(number, .answered(request.number, .failed(.configError, words: words)))
    }
    if case .form(var signed) = request.body, let assertion = request.assertion {
      let path = assertion.keyFile
      let pem: [UInt8]
      switch readToken(path, "clientKeyFile") {
      case .text(let bytes): pem = bytes
      case .failed(let words): return fail(words)
      }
      let key = SigningKey(pem: pem)
      guard let token = key.flatMap({ assertion.signed(with: $0, at: Moment.now.wall) }) else {
        return fail("clientKeyFile \(path) is no key for \(assertion.algorithm.rawValue)")
      }
      tell(number, .known(token))
      signed.add("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
      signed.add("client_assertion", token.revealed)
      form = signed
    }
    var proof: Secret?
    if let wanted = request.proof {
      proof = proofKey(wanted.issuer).flatMap(Possession.init)?.proof(for: request, at: Moment.now.wall)
      guard proof != nil else { return fail("no key for the issuer's tokens can be made or read") }
    }
    if let proof { tell(number, .known(proof)) }
    if let failure = pool.start(request, form: form, proof: proof, way: customer.way, owner: number) {
      tell(number, .answered(request.number, failure))
    }
  }

  /// Our key to an issuer's tokens: of an earlier run, or a new one; absent while another process makes it.
  func proofKey(_ issuer: String) -> Secret? {
    if let known = proofKeys[issuer] { return known }
    let make = { SigningKey()?.pem }
    let found: Secret?
    do throws(FolderProblem) {
      found = if let store { try store.proofKey(of: issuer, making: make) } else { make() }
    } catch {
      // Where nothing can be kept, a key of this run is as good for this run.
      found = make()
    }
    guard let key = found else { return nil }
    news.secrets.append(key)
    proofKeys[issuer] = key
    return key
  }

  private func listen(_ issuer: String, _ port: Int?, _ number: Int, _ customer: Customer) {
    guard let state = Cryptography.randomText(bytes: 24), let verifier = Cryptography.randomText(bytes: 48)
    else {
      return tell(number, .leave)
    }
    let kept = store?.registration(at: issuer)
    if let token = kept?.management?.token { tell(number, .known(token)) }
    let registered = kept?.client
    customer.listener = LoopbackListener(port: port ?? registered?.port, state: Secret(state))
    // A port that the configuration names is the only one; one of an earlier registration was any.
    if customer.listener == nil, port == nil {
      customer.listener = LoopbackListener(port: nil, state: Secret(state))
    }
    let found = customer.listener?.port
    tell(
      number,
      .listening(
        SignIn.Opening(
          port: found, state: Secret(state), verifier: Secret(verifier),
          challenge: base64URL(Cryptography.sha256(verifier)),
          registered: registered?.port == found ? registered : nil)))
  }

  /// Opens a browser where there is one; who shows the address to the person reads it in the report.
  private func show(_ address: VisitAddress, _ code: String?, _ customer: Customer) {
    let isOpened = Browser.open(address, environment)
    customer.prompt = SignInPrompt(address: address, code: code, isOpened: isOpened)
  }

  private func save(_ number: Int, _ write: () throws(FolderProblem) -> Void) {
    do {
      try write()
      watchFiles()
    } catch {
      news.happenings.append(
        DeskNews.Happening(
          number: number, kind: .configProblem, level: .warning,
          message: "the sign-in cannot be kept for the next start: \(ForeignText(local: error.description))",
          error: nil))
    }
  }

  func tryLock(_ number: Int, _ customer: Customer, _ until: Instant, at now: Instant) {
    customer.locking = nil
    let subject = customer.machine.subject
    guard let store else { return tell(number, .locked(nil)) }
    switch store.lock(server: subject.storedServer, user: subject.user) {
    case .held(let lock): customer.lock = lock
    case .busy where until > now:
      customer.locking = (now + Self.lockPause, until)
      return
    case .busy, .impossible: break
    }
    tell(number, .locked(store.grants().first { $0.isFor(subject) }))
  }

  private func provide(_ number: Int, _ customer: Customer) {
    let settings = customer.machine.subject.settings
    switch settings.source {
    case .file(let path):
      customer.fileState = FileState(path)
      tell(number, .provided(readToken(path, "tokenFile")))
    case .command(let words):
      do {
        customer.program = try TokenProgram(words, environment, at: Moment.now.instant)
      } catch {
        tell(number, .provided(.failed("\(TokenProgram.name(of: words)): \(error)")))
      }
    case .issuer:
      tell(
        number,
        .provided(
          settings.assertionFile.map { readToken($0, "assertionFile") }
            ?? .failed("no assertion is configured")))
    }
  }
}
