import MCPWire

/// What an outcome means for a session that exists (specification 2025-11-25 "Session Management",
/// and what servers really answer). A status or a word only suggests: what is done about it is decided by who
/// judges, with a ping or with a handshake beside the doubted id.
enum Verdict: Hashable, Sendable {
  /// The server knows the session and answered.
  case good
  /// The server knows the session; the method failed.
  case methodFailed(RPCError)
  /// The server says that it does not know the session.
  case lost(SessionError)
  /// Two of one: the id is to be ended and replaced.
  case conflict(SessionError)
  /// Trouble that says nothing of the session: the id is kept.
  case trouble(SessionError)
  /// The server asks us to wait.
  case busy(SessionError)
  /// Nothing will change before a person does something.
  case refused(SessionError)
}

extension Verdict {
  /// What is wrong; absent when nothing is, or only with the method.
  var error: SessionError? {
    switch self {
    case .good, .methodFailed: nil
    case .lost(let error), .conflict(let error), .trouble(let error), .busy(let error), .refused(let error):
      error
    }
  }
}

/// Judges the outcome of a request that was sent within a session; `carriedID` tells whether with an id.
func judge(_ outcome: Exchange.Outcome, carriedID: Bool, _ gate: Gate) -> Verdict {
  switch outcome {
  case .result, .accepted:
    return .good
  case .rejected(let error, let head):
    if carriedID, saysSessionIsLost(error) {
      return .lost(sessionError(.sessionTerminated, head, error, "", gate))
    }
    return refusesCredentials(error)
      ? .refused(sessionError(.authError, head, error, "", gate)) : .methodFailed(error)
  case .broken(let error, _):
    return error.type.isOfCredentials ? .refused(error) : .trouble(error)
  case .status(let head, let error, let excerpt):
    return judge(head, error, excerpt, carriedID: carriedID, gate)
  }
}

private func judge(
  _ head: ResponseHead, _ error: RPCError?, _ excerpt: CutText, carriedID: Bool, _ gate: Gate
) -> Verdict {
  let told = error?.message ?? words(of: excerpt)
  let text = told.text
  let said = error ?? RPCError(code: 0, message: told)
  func seen(_ type: ErrorType) -> SessionError { sessionError(type, head, error, excerpt, gate) }

  switch head.status {
  case 400... where !speaksOfSession(text) && isTurnedAway(head, text, excerpt):
    return .refused(seen(.httpError))
  case 400... where carriedID && error?.code == RPCError.methodNotFound && !speaksOfSession(text):
    // A server may say with any status that it lacks the method; the session is asked about in another way.
    return .methodFailed(RPCError(code: RPCError.methodNotFound, message: told))
  case 400..<500 where FrontWords.full.isSaid(in: [text]):
    return head.status == 429 ? .busy(seen(.rateLimited)) : .trouble(seen(.httpError))
  case 400..<500 where !speaksOfSession(text) && refusesCredentials(head, text, excerpt):
    return .refused(seen(.authError))
  case 403 where FrontWords.forgery.isSaid(in: [text]) || FrontWords.stopped.isSaid(in: [text]):
    return .trouble(seen(.httpError))
  case 404 where carriedID && Page(excerpt, contentType: head.contentType) == nil, 410 where carriedID:
    let isExpiry = head.status == 410 || text.lowercased().contains("expired")
    return .lost(seen(isExpiry ? .sessionExpired : .sessionTerminated))
  case 404 where carriedID:
    // A page says that a router knows no such address; of the session it says nothing.
    return .trouble(seen(.httpError))
  case 400 where carriedID && (speaksOfSession(text) || saysSessionIsLost(said)):
    return .lost(seen(.sessionInvalid))
  case 401 where carriedID && !head.hasChallenge && speaksOfSession(text):
    return .lost(seen(.sessionTerminated))
  case 401, 407:
    return .refused(seen(.authError))
  case 403
  where carriedID && (saysSessionIsLost(said) || text.lowercased().contains("session user mismatch")):
    return .lost(seen(.sessionTerminated))
  case 403:
    return .refused(seen(.authError))
  case 409:
    return .conflict(seen(.sessionConflict))
  case 300..<400:
    return .refused(seen(.redirectRefused))
  // Words of loss count with any status: a gateway makes of the server's 404 what it likes.
  case 400... where carriedID && saysSessionIsLost(said):
    return .lost(seen(.sessionTerminated))
  // "Page Expired" of Laravel, "Login Time-out" of IIS and "Invalid Token" of ArcGIS.
  case 419, 440, 498: return .refused(seen(.authError))
  case 429,
    503 where head.retryAfter != nil:
    return .busy(seen(.rateLimited))
  case 404, 410:
    // Without an id this is a wrong URL, never a lost session.
    return .refused(seen(.httpError))
  default:
    return .trouble(seen(.httpError))
  }
}

/// The error for an answer: its status, its code, and its own words as the detail.
func sessionError(
  _ type: ErrorType, _ head: ResponseHead, _ error: RPCError?, _ excerpt: CutText, _ gate: Gate
) -> SessionError {
  var detail: Sentence =
    error.map {
      $0.message.isEmpty
        ? "error code \($0.code)" : "\(gate.text($0.message, limit: SessionError.detailLimit))"
    } ?? .empty
  if error == nil {
    detail =
      Page(excerpt, contentType: head.contentType).map { page in
        let isTitled = !page.title.isEmpty && !page.text.isEmpty && page.text != page.title
        return isTitled
          ? "\(page.words(gate)): \(gate.text(page.telling(page.text), limit: 120))" : page.words(gate)
      } ?? "\(gate.text(words(of: excerpt), limit: SessionError.detailLimit))"
  }
  let hint = hint(head, (error?.message ?? words(of: excerpt)).text, excerpt)
  if (300..<400).contains(head.status) {
    detail = redirectWords(head, gate)
  } else {
    detail = Sentence.joined([standing(hint, head), detail], separator: ": ")
  }
  return SessionError(
    type, status: head.status, rpcCode: error?.code,
    detail: Sentence.joined([detail, challengeWords(head, gate, beside: detail)], separator: "; "), hint: hint
  )
}

/// What a challenge says of the reason: `invalid_token: the token expired (scope files:read)`; nothing twice.
private func challengeWords(_ head: ResponseHead, _ gate: Gate, beside told: Sentence) -> Sentence? {
  let challenges = head.challenges.flatMap(Challenge.read)
  guard let one = challenges.first(where: { $0.parameters["error"] != nil }) ?? challenges.first else {
    return nil
  }
  let parts = ["error", "error_description"].compactMap { one.told($0) }
    .map { Sentence(gate.text($0, limit: 120)) }.filter { $0.isEmpty || !told.text.contains($0.text) }
  let reason = Sentence.joined(parts, separator: ": ")
  let scope = one.told("scope").map { Sentence("scope \(gate.text($0, limit: 80))") }
  return Sentence.joined([reason, scope], separator: ", ")
}

// MARK: - What words and heads suggest

/// Whether a server's words are about the session id at all.
private func speaksOfSession(_ text: String) -> Bool {
  text.lowercased().contains("session")
}

/// Whether an error that comes with a good status is about credentials. What is internal to the server is
/// somebody else's business with it.
func refusesCredentials(_ error: RPCError) -> Bool {
  error.code != RPCError.internalError && !speaksOfSession(error.message.text)
    && FrontWords.credentials.isSaid(in: [error.message.text])
}

/// Whether a server says that it does not know the session, or never saw its handshake. The noun alone is not
/// enough: an error may speak of sessions of another kind.
private func saysSessionIsLost(_ error: RPCError) -> Bool {
  let words = error.message.text.lowercased()
  if words.contains("not initialized") || words.contains("not been initialized") { return true }
  // The code that SDKs give to an unknown session is given to many another thing: alone it says nothing.
  if error.code == RPCError.unknownSession {
    return words.isEmpty
      || words.contains("session") && !words.contains("timed out") && !words.contains("timeout")
  }
  let verdicts = [
    "not found", "not exist", "invalid", "unknown", "missing", "expired", "terminated", "no valid",
    "required",
    "no longer", "not recognized", "no such", "closed", "stale",
  ]
  return words.contains("session") && verdicts.contains { words.contains($0) }
}

/// What a body says, for people: of JSON the member that holds the words, of a page its text, else its first
/// line.
func words(of excerpt: CutText) -> CutText {
  let text = excerpt.text.drop { $0.isWhitespace }
  if text.first == "{" || text.first == "[" { return excerpt.telling(tellingMember(of: excerpt.text) ?? "") }
  if text.first == "<" { return excerpt.telling(Page.words(of: excerpt.text)) }
  let line = text.prefix { !$0.isNewline }
  return CutText(
    line.split { $0.isWhitespace }.joined(separator: " "),
    wasCut: excerpt.wasCut && line.endIndex == text.endIndex)
}
