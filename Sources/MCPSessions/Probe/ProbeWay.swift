import MCPWire

// The way to a server: its name, its port, its certificate, and whether HTTP is spoken.

extension ServerProbe {
  /// Takes the way from the first answer, or from the end of what got none.
  mutating func noteWay(_ event: TransferEvent) {
    guard !hasSeenWay, pipe == nil else { return }
    switch event {
    case .head(let head):
      tellWay(head.route ?? Route(), upTo: .http)
      let type = head.contentType.isEmpty ? "" : Sentence(" \(gate.text(whole: head.contentType, limit: 60))")
      let wait = head.route.flatMap { route in
        route.answered.map { $0 - (route.secured ?? route.connected ?? .zero) }
      }
      let isPlain = head.isSuccess || head.status == 401
      record(.http, isPlain ? .ok : .note, "\(head.status)\(type)", took: wait)
    case .ended(let end): lastRoute = end.route
    default: break
    }
  }

  /// No answer came of the first request: which part of the way is to blame.
  mutating func wayFailed(_ error: SessionError) {
    let failure = Failure(error: error, route: lastRoute ?? Route())
    if error.type == .tlsError, server.endpoint?.origin.scheme == "https", stopLimit == nil {
      begin(.tls)
      return state = .inspecting(inspect(), failure)
    }
    tellFailure(failure, certificate: nil)
  }

  mutating func inspected(_ event: TransferEvent, _ failure: Failure) {
    guard case .ended(let end) = event else { return }
    tellFailure(failure, certificate: end.route?.certificate)
  }

  private mutating func tellFailure(_ failure: Failure, certificate: ServerCertificate?) {
    let error = failure.error
    switch error.type {
    case .dnsError:
      tellWay(failure.route, upTo: .name)
      fail(.name, error)
    case .connectRefused, .connectTimeout, .proxyError, .resourceError:
      tellWay(failure.route, upTo: .tcp)
      fail(.tcp, error, took: failure.route.named)
    case .tlsError:
      tellWay(failure.route, upTo: .tls)
      note(certificate)
      let seen = certificate.map { words(of: $0) }
      let whole = seen.map { error.adding($0) } ?? error
      // One that has ended is of no use to anybody, whoever signed it.
      let hasEnded = certificate.flatMap { $0.daysLeft(at: now.wall) }.map { $0 < 0 } == true
      let remedy = error.hint == nil ? certificate.map { _ in Self.tlsRemedy } : nil
      fail(.tls, whole, remedy: hasEnded ? TransferFlaw.expired.remedy(.server) : remedy)
    default:
      tellWay(failure.route, upTo: .http)
      fail(.http, error)
    }
    finish()
  }

  /// What went well on the way, up to a step that is told otherwise.
  private mutating func tellWay(_ route: Route, upTo end: ProbeStep.Name) {
    guard !hasSeenWay, let origin = server.endpoint?.origin else { return }
    hasSeenWay = true
    guard end != .name else { return }
    let proxy = route.proxy.map { Sentence(" of \(gate.text(whole: $0, limit: 200))") } ?? .empty
    report.address = route.address.map { gate.text(whole: $0, limit: 80) }
    let host = gate.text(whole: origin.host, limit: 253)
    let address = report.address
    let isSame = address.map { origin.host == $0.text || origin.host == "[\($0.text)]" } ?? true
    if isSame, proxy.isEmpty {
      record(.name, .ok, address == nil ? "\(host)" : "\(host) is an address", took: route.named)
    } else {
      let found: Sentence = address.map { "is \($0)" } ?? "is known"
      record(.name, .ok, proxy.isEmpty ? "\(host) \(found)" : "the name\(proxy) \(found)", took: route.named)
    }
    guard end != .tcp else { return }
    let port: Sentence = proxy.isEmpty ? "port \(origin.port) answers" : "the port\(proxy) answers"
    record(.tcp, .ok, port, took: route.connected.map { $0 - (route.named ?? .zero) })
    guard end != .tls, origin.scheme == "https" else { return }
    note(route.certificate)
    let took = route.secured.map { $0 - (route.connected ?? .zero) }
    guard let certificate = route.certificate else {
      return record(.tls, .ok, "the handshake succeeds", took: took)
    }
    let isNear = certificate.isNearItsEnd(at: now.wall)
    record(
      .tls, isNear ? .note : .ok, words(of: certificate), took: took,
      remedy: isNear ? "renew the server's certificate before it ends" : nil)
  }

  private mutating func note(_ certificate: ServerCertificate?) {
    guard let certificate else { return }
    report.certificate = ProbeReport.Certificate(
      subject: gate.text(whole: certificate.subject, limit: 160),
      issuer: gate.text(whole: certificate.issuer, limit: 160),
      ends: certificate.ends)
  }

  private func words(of certificate: ServerCertificate) -> Sentence {
    let subject = gate.text(whole: certificate.subject, limit: 120)
    let issuer = gate.text(whole: certificate.issuer, limit: 120)
    let who: Sentence =
      certificate.subject == certificate.issuer
      ? "certificate of \(subject), signed by itself" : "certificate of \(subject), by \(issuer)"
    if let begins = certificate.begins, begins > now.wall {
      return "\(who), begins \(ForeignText(local: String(begins.rfc3339.prefix(10)), limit: 20))"
    }
    guard let ends = certificate.ends else { return who }
    let day = ForeignText(local: String(ends.rfc3339.prefix(10)), limit: 20)
    let left = certificate.daysLeft(at: now.wall) ?? 0
    return left < 0
      ? "\(who), ended \(day), \(-left) days ago" : "\(who), ends \(day), in \(left) days"
  }

  /// For trouble that the library tells in words without a name here.
  private static let tlsRemedy: Sentence =
    "if its issuer is your own authority, name that one's file in sessionConfig.caFile; if it is another"
    + " server's certificate, correct the url"
}

extension ServerCertificate {
  private static let day: Int64 = 86_400_000

  /// Whole days until it ends, below zero when it has; absent when it does not say.
  func daysLeft(at now: WallTime) -> Int64? {
    ends.map { end in
      let left = end.milliseconds.subtractingSaturated(now.milliseconds)
      return left < 0 ? min(-1, left / Self.day) : left / Self.day
    }
  }

  /// Whether who renews it would have done so by now: less than a third of its life is left, and less than
  /// three weeks.
  func isNearItsEnd(at now: WallTime) -> Bool {
    guard let ends else { return false }
    let left = ends.milliseconds.subtractingSaturated(now.milliseconds)
    let life = begins.map { ends.milliseconds.subtractingSaturated($0.milliseconds) } ?? .max
    return left < 21 * Self.day && left < life / 3
  }
}
