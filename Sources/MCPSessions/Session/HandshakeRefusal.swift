import MCPWire

// What a refused handshake means: another revision, another era, an outage, or something for a person.

extension Session {
  mutating func rejected(
    _ error: RPCError, _ head: ResponseHead, _ offered: Revision, _ turn: inout Turn
  ) {
    if let older = olderRevision(error, offered) { return queue(.initialize(older), &turn) }
    if listsModern(error), server.settings.wire == .automatic, !speaksModern, mayFallBack {
      speaksModern = true
      return fallBack(to: .discover, &turn)
    }
    guard !isModern(error) || !turnsOutModern(error, &turn) else { return }
    if isModern(error), channel == nil, pipe == nil, server.settings.wire == .automatic, !speaksModern,
      mayFallBack
    {
      speaksModern = true
      return fallBack(to: .discover, &turn)
    }
    if refusesCredentials(error) {
      let seen = sessionError(.authError, head, error, "", gate(turn))
      return lose(seen, approach: anew, remedy: .credentials, &turn)
    }
    lose(
      sessionError(.rpcError, head, error, "", gate(turn)),
      approach: anew, &turn)
  }

  mutating func initializeRefused(
    _ head: ResponseHead, _ error: RPCError?, _ excerpt: CutText, _ offered: Revision, _ turn: inout Turn
  ) {
    let approach = anew
    if let older = olderRevision(head, error, excerpt, offered) { return queue(.initialize(older), &turn) }
    if [400, 404, 405].contains(head.status) || error.map(listsModern) == true, let error, isModern(error),
      mayFallBack || speaksModern
    {
      if server.settings.wire == .automatic, !speaksModern {
        // Evidence enough to ask in the way of that revision; what comes back decides.
        speaksModern = true
        return fallBack(to: .discover, &turn)
      }
      let versions = gate(turn).text(whole: error.supportedVersions.joined(separator: ", "), limit: 80)
      let speaks: Sentence = versions.isEmpty ? "" : " (it speaks \(versions))"
      let detail: Sentence =
        "a server of the sessionless protocol revision\(speaks): it keeps no sessions to watch"
      return lose(
        SessionError(.protocolError, status: head.status, rpcCode: error.code, detail: detail),
        approach: approach,
        remedy: .person, &turn)
    }
    let seen = Exchange.Outcome.status(head, error, excerpt: excerpt)
    let mayBeOld =
      channel == nil && server.settings.wire == .automatic && mayKeepChannel(head, error, excerpt)
    if mayBeOld, !hasWorkedWithoutChannel, mayFallBack {
      // So do servers from before streamable HTTP refuse: what they say to a GET decides.
      let refusal = sessionError(.httpError, head, error, excerpt, gate(turn))
      trouble.refusal = refusal.asked(of: .initialize)
      return fallBack(to: .attach, &turn)
    }
    // Over HTTP+SSE the address itself stands for the session; where the answer speaks of none, it may have
    // lost its beginning on the way through a proxy.
    let told = (error?.message ?? words(of: excerpt)).text.lowercased()
    let isOfSession = channel != nil && told.contains("session")
    let verdict = judge(seen, carriedID: isOfSession, gate(turn))
    if let error = verdict.error, isOutage(head, excerpt) || mayBeOld && hasWorkedWithoutChannel {
      return lose(
        asOutage(error), approach: approach, remedy: .backoff, retryAfter: head.retryAfter, &turn)
    }
    switch verdict {
    case .good, .methodFailed:
      flawed(SessionError(.protocolError, status: head.status, detail: "no answer to initialize"), &turn)
    case .refused(let error) where error.type == .redirectRefused:
      lose(error, approach: approach, remedy: .person, &turn)
    case .lost(let error) where isOfSession:
      // Its stream named the address a moment before, perhaps that of another replica.
      let gone = SessionError(
        .sessionTerminated, status: error.status, rpcCode: error.rpcCode, detail: error.detail,
        request: .initialize)
      sessionLost(gone, established: channel?.since ?? turn.now, &turn)
    case .refused(let error), .lost(let error):
      lose(error, approach: approach, remedy: error.type == .authError ? .credentials : .person, &turn)
    case .trouble(let error) where (400..<500).contains(head.status):
      // Our request will not get better by repeating it; a server that took it before may.
      let mayPass = error.hint == .sessionLimit || [408, 423, 425].contains(head.status)
      let isForPerson = history.lastGood == nil && !mayPass
      lose(asOutage(error), approach: approach, remedy: isForPerson ? .person : .backoff, &turn)
    case .conflict(let error), .busy(let error), .trouble(let error):
      lose(error, approach: approach, retryAfter: head.retryAfter, &turn)
    }
  }

  /// What both sides agreed on is refused for its revision: the next handshake offers the newest of those
  /// that the refusal names. False where it says nothing of the kind.
  mutating func refusesRevision(
    _ identity: Identity, _ error: SessionError, _ outcome: Exchange.Outcome, _ turn: inout Turn
  ) -> Bool {
    guard error.hint == .revision, pipe == nil, !identity.isModern,
      case .status(let head, let told, let excerpt) = outcome
    else { return false }
    let older = olderRevision(head, told, excerpt, identity.revision)
    newestOffered = older ?? newestOffered
    sayFarewell(identity, &turn)
    let isForPerson = older == nil && history.lastGood == nil
    lose(asOutage(error), approach: anew, remedy: isForPerson ? .person : .backoff, &turn)
    return true
  }

  /// Whether another era may be tried now: once between two waits, so that no cycle of answers is free.
  var mayFallBack: Bool { !trouble.hasFallenBack }

  /// Tries another era, at once.
  mutating func fallBack(to approach: Approach, _ turn: inout Turn) {
    trouble.hasFallenBack = true
    queue(approach, &turn)
  }

  /// An answer to `initialize` that is no answer: three in a row need a person.
  mutating func flawed(_ error: SessionError, _ turn: inout Turn) {
    trouble.flawedHandshakes += 1
    // What worked before is out of order, and comes back without anybody's doing.
    guard history.lastGood == nil else {
      return lose(asOutage(error), approach: anew, remedy: .backoff, &turn)
    }
    lose(
      error, approach: anew,
      remedy: trouble.flawedHandshakes >= 3 ? .person : .longBackoff, &turn)
  }

  /// Whether an answer that speaks of a wrong URL comes from one that was right.
  func isOutage(_ head: ResponseHead, _ excerpt: CutText) -> Bool {
    guard history.lastGood != nil else { return false }
    switch head.status {
    case 404, 403, 410, 421, 425, 300..<400: return true
    default: return Page(excerpt, contentType: head.contentType) != nil && head.status != 401
    }
  }

  /// Whether what is at the address was seen to speak one of the newer ways: what refuses now in the manner
  /// of an old server stands there in its place, for a while.
  private var hasWorkedWithoutChannel: Bool { history.spokeAs?.isStreamable == true }

  /// The error of what worked before: with the time until when it did.
  func asOutage(_ error: SessionError) -> SessionError {
    guard let lastGood = history.lastGood, !error.type.isOfTheWay else { return error }
    return error.adding("worked until \(Self.clock(lastGood))")
  }

  mutating func invalidID(_ error: SessionError, _ turn: inout Turn) {
    trouble.invalidIDs += 1
    lose(
      error, approach: anew,
      remedy: trouble.invalidIDs >= 3 ? .person : .backoff, &turn)
  }
}

// MARK: - What an error tells of revisions

/// The next revision to offer after any status that refuses: one that the answer names, in a JSON-RPC error
/// or in other words. A web page may hold dates of every kind.
func olderRevision(
  _ head: ResponseHead, _ error: RPCError?, _ excerpt: CutText, _ offered: Revision
) -> Revision? {
  if let error, let older = olderRevision(error, offered) { return older }
  guard head.status >= 400, Page(excerpt, contentType: head.contentType) == nil else { return nil }
  let named = Set(Revision.dates(in: excerpt.text))
  return Revision.allCases.last { $0.hasHandshake && $0 < offered && named.contains($0.rawValue) }
}

/// The next revision to offer after a complaint about the version; absent when the complaint is another.
func olderRevision(_ error: RPCError, _ offered: Revision) -> Revision? {
  let older = Revision.allCases.filter { $0.hasHandshake && $0 < offered }.reversed()
  let listed = older.filter {
    error.supportedVersions.contains($0.rawValue) || error.message.text.contains($0.rawValue)
  }
  if let listed = listed.first { return listed }
  // A list without any of ours settles it.
  guard error.supportedVersions.allSatisfy({ $0 == offered.rawValue }) else { return nil }
  guard error.code == RPCError.unsupportedVersion || error.code == RPCError.invalidParams,
    error.message.text.lowercased().contains("version")
  else { return nil }
  return older.first
}

/// Whether a complaint about the version names the sessionless revision.
func listsModern(_ error: RPCError) -> Bool {
  error.supportedVersions.contains(Revision.v2026_07_28.rawValue)
}

/// Errors that only servers of revision 2026-07-28 give to a handshake.
func isModern(_ error: RPCError) -> Bool {
  switch error.code {
  case RPCError.unsupportedVersion, RPCError.headerMismatch, RPCError.missingCapability,
    RPCError.methodNotFound:
    true
  case RPCError.invalidParams: error.message.text.contains("_meta")
  default: false
  }
}

/// Whether a refusal may be that of a server from before streamable HTTP (specification 2025-06-18,
/// "Backwards Compatibility": any 4xx). Not those that say why the request is not looked at at all, nor an
/// error of JSON-RPC, which such a server does not give to a POST at this address; 405 says it, whatever
/// comes with it.
func mayKeepChannel(_ head: ResponseHead, _ error: RPCError?, _ excerpt: CutText) -> Bool {
  switch head.status {
  case 405, 501: return true
  // Who asks, how often, and what it is called by are no questions of how to speak.
  case 401, 402, 403, 407, 408, 409, 419, 421, 423, 425, 429, 431, 440, 451, 498: return false
  case 400..<500:
    let text = words(of: excerpt).text
    let hint = hint(head, text, excerpt)
    return error == nil && !refusesCredentials(head, text, excerpt) && (hint == nil || hint == .webPage)
  default: return false
  }
}
