// What a sign-in means for requests and for people.

/// What goes with requests to a server.
package struct Credential: Hashable, Sendable {
  package let token: Secret
  /// `bearer` or `dpop`, or `headers` where those are sent as they are.
  package let kind: String
  package let headers: [Header]
  /// Another one is another credential.
  package let version: UInt64
  /// After this it is not sent any more.
  package let expires: WallTime?
  /// The issuer with whose key each request is to be proved; absent for a token that is not bound to one.
  package let boundBy: String?
}

extension SignIn {
  /// What a request can count on.
  package enum Standing: Hashable, Sendable {
    /// Nothing is held; the server may want nothing.
    case none
    case credential(Credential)
    /// Wait: it goes on by itself.
    case working
    /// None is to be had; what is held all the same may be enough for some requests.
    case refused(SessionError, held: Credential?)
  }

  package func standing(at now: WallTime) -> Standing {
    switch state {
    case .empty: .none
    case .held(let holding):
      if !holding.grant.hasEnded(at: now) {
        .credential(credential(holding.grant))
      } else if isRenewable(holding.grant) {
        .working
      } else {
        .refused(SessionError(.signInNeeded, detail: "the token has ended: sign in again"), held: nil)
      }
    case .working(let work):
      if let held = work.held, work.demand == nil, !held.hasEnded(at: now) {
        .credential(credential(held))
      } else if let step, step.needsPerson {
        .refused(waiting(for: step), held: usable(work.held, at: now))
      } else {
        .working
      }
    case .refused(let refusal):
      .refused(refusal.error, held: usable(refusal.held, at: now))
    }
  }

  private func usable(_ grant: Grant?, at now: WallTime) -> Credential? {
    grant.flatMap { $0.hasEnded(at: now) ? nil : credential($0) }
  }

  private func credential(_ grant: Grant) -> Credential {
    Credential(
      token: grant.token, kind: grant.kind, headers: grant.headers, version: version,
      expires: grant.expires,
      boundBy: grant.boundBy)
  }

  private func waiting(for step: SignInStep) -> SessionError {
    SessionError(.signInNeeded, detail: step.words)
  }

  /// Which token is held: the next one has the next number. 0 for none yet.
  package var tokenVersion: UInt64 { version }

  /// How far it is; absent when nothing is under way.
  package var step: SignInStep? {
    guard case .working(let work) = state else { return nil }
    return switch work.step {
    case .start, .resource, .issuer: .discovering
    case .provider, .vouching, .vouched: .asking
    case .queued: .queued
    case .opening, .registering, .deviceRequest: .registering
    case .browser, .device: .waitingForPerson
    case .lock: .renewing
    case .token(.refresh, _, _, _): .renewing
    case .token(.code, _, _, _), .token(.device, _, _, _): .exchanging
    case .token(.clientCredentials, _, _, _), .token(.assertion, _, _, _): .asking
    }
  }

  /// For the screen and for exports; absent when there is nothing to say.
  package var report: AuthorizationReport? {
    var report = AuthorizationReport()
    report.step = step
    if case .refused(let refusal) = state { (report.why, report.retry) = (refusal.error, refusal.retry) }
    if let held {
      report.issuer = held.origin.map { gate.text(whole: $0.issuer, limit: 200) }
      report.scopes =
        held.scopes.isEmpty ? nil : gate.text(whole: held.scopes.joined(separator: " "), limit: 200)
      report.expires = held.expires
      report.renewed = held.obtained
      report.isRenewable = isRenewable(held)
    }
    if case .held(let holding) = state { report.isProven = holding.isProven }
    report.renewals = renewals
    return report == AuthorizationReport() ? nil : report
  }

  /// Whether the next token can be had without a person.
  func isRenewable(_ grant: Grant) -> Bool { grant.refresh != nil || worksAlone }
}
