// What is known of credentials reaches the sessions and their rows here; getting them is nobody's matter
// below.

extension Fleet {
  /// Must not be shown in any text from now on.
  package mutating func learn(_ secrets: [Secret]) {
    for secret in secrets { known.learn(secret) }
  }

  /// How we are known to the server of these sessions; absent when there is nothing to tell.
  package mutating func note(_ authorization: AuthorizationReport?, of keys: [SessionKey]) {
    for key in keys {
      authorizations[key] = authorization
      guard let index = indexes[key] else { continue }
      let step = authorization?.step.flatMap { $0.needsPerson ? $0 : nil }
      let waits = step.map { SessionError(.signInNeeded, detail: $0.words) }
      if let why = authorization?.why ?? waits { sessions[index].learn(why: why) }
      touched.insert(index)
    }
  }

  /// Sessions that stood for want of a credential try again; all others live on.
  package mutating func credentialChanged(of keys: [SessionKey], at now: Moment) -> [Order] {
    for index in keys.compactMap({ indexes[$0] }) { pending.append((index, .credentialChanged)) }
    return settle(now)
  }

  /// Tells what happened to the credential of a session.
  package mutating func tell(
    _ kind: EventKind, _ level: EventLevel, of key: SessionKey, error: SessionError?, _ message: Sentence,
    at now: Moment
  ) {
    publish(
      Event(
        time: now, kind: kind, level: level, server: key.server, user: key.user,
        state: indexes[key].map { sessions[$0].summary.state }, error: error, message: message))
  }

  /// An operator wants something of a sign-in; who does it is not here.
  mutating func announce(_ order: SignInOrder, _ key: SessionKey, _ by: Operator, at now: Moment) {
    let word: Sentence =
      switch order {
      case .begin: "sign in"
      case .leave: "leave the sign-in"
      case .paste: "paste"
      case .forget: "sign out"
      }
    tell(
      .operatorAction, .info, of: key, error: nil,
      EventText.operatorAction(word, by), at: now)
  }
}

extension Server {
  /// The sessions that are kept with it, each with the server as its user reaches it.
  package var sessions: [(key: SessionKey, server: Server)] { watched }
}
