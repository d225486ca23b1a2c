/// How we are known to a server, as people and exports may see it.
package struct AuthorizationReport: Hashable, Sendable {
  /// Who gives the tokens.
  package var issuer: ForeignText?
  /// What the token is good for.
  package var scopes: ForeignText?
  package var expires: WallTime?
  /// When the token that is held was got.
  package var renewed: WallTime?
  package var renewals = 0
  /// A new token can be had without a person.
  package var isRenewable = false
  /// The server took the token. Not exported: what it comes to is in the session's state.
  package var isProven = false
  /// What is under way.
  package var step: SignInStep?
  /// Why there is no token that can be used.
  package var why: SessionError?
  /// When that is tried again without a person.
  package var retry: Instant?
  /// Where a person is to go; on a screen, and in nothing that is kept.
  package var prompt: SignInPrompt?

  package init() {}
}

/// What a person is shown who is to sign in.
package struct SignInPrompt: Hashable, Sendable {
  /// What is secret in it is good for this one visit.
  package let address: VisitAddress
  /// What is to be typed there; absent for a browser that comes back by itself.
  package let code: ForeignText?
  /// A browser was opened.
  package let isOpened: Bool

  package init(address: VisitAddress, code: String?, isOpened: Bool) {
    self.address = address
    self.code = code.map { ForeignText(local: $0, limit: 40) }
    self.isOpened = isOpened
  }
}

/// How far a sign-in is; raw values are the words of exports.
package enum SignInStep: String, CaseIterable, Sendable {
  /// Another sign-in is with the person; one browser at a time.
  case queued
  case discovering
  case registering
  /// A person is to come back from a browser.
  case waitingForPerson = "waiting_for_you"
  case exchanging
  case renewing
  /// A program or a file is asked.
  case asking

  /// Whether it goes on only when a person does something.
  package var needsPerson: Bool { self == .queued || self == .waitingForPerson }

  package var words: Sentence {
    switch self {
    case .queued: "waiting for another sign-in to end"
    case .discovering: "looking for who gives tokens"
    case .registering: "registering"
    case .waitingForPerson: "waiting for you"
    case .exchanging: "exchanging the code for a token"
    case .renewing: "renewing the token"
    case .asking: "asking for a token"
    }
  }
}
