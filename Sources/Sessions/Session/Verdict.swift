import MCPWire

/// What an outcome means for a session that exists (specification 2025-11-25 "Session Management",
/// and what servers really answer). Decided by HTTP status and by what was sent; words in a body only refine
/// a 400, a 401, a 403, a 404 or an error inside a 200.
enum Verdict: Hashable, Sendable {
  /// The server knows the session and answered.
  case good
  /// The server knows the session; the method failed.
  case methodFailed(RPCError)
  /// The session is gone: its id must not be sent again.
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

/// Judges the outcome of a request that was sent within a session; `carriedID` tells whether with an id.
func judge(_ outcome: Exchange.Outcome, carriedID: Bool, _ gate: Gate) -> Verdict {
  switch outcome {
  case .result, .accepted:
    return .good
  case .rejected(let error, let head):
    guard carriedID, saysSessionIsLost(error.message) else { return .methodFailed(error) }
    return .lost(sessionError(.sessionTerminated, head, error, "", gate))
  case .broken(let error, _):
    return .trouble(error)
  case .status(let head, let error, let excerpt):
    return judge(head, error, excerpt, carriedID: carriedID, gate)
  }
}

private func judge(
  _ head: ResponseHead, _ error: RPCError?, _ excerpt: String, carriedID: Bool, _ gate: Gate
) -> Verdict {
  let text = error?.message ?? excerpt
  func seen(_ type: ErrorType) -> SessionError { sessionError(type, head, error, excerpt, gate) }

  switch head.status {
  case 404 where carriedID && error?.code == RPCError.methodNotFound && !speaksOfSession(text):
    // A server may say with 404 that it lacks the method; the session is asked about in another way.
    return .methodFailed(RPCError(code: RPCError.methodNotFound, message: text))
  case 404 where carriedID, 410 where carriedID:
    let isExpiry = head.status == 410 || text.lowercased().contains("expired")
    return .lost(seen(isExpiry ? .sessionExpired : .sessionTerminated))
  case 400 where carriedID && (speaksOfSession(text) || saysSessionIsLost(text)):
    return .lost(seen(.sessionInvalid))
  case 401 where carriedID && !head.hasChallenge && speaksOfSession(text):
    return .lost(seen(.sessionTerminated))
  case 403 where carriedID && text.lowercased().contains("session user mismatch"):
    return .lost(seen(.sessionTerminated))
  case 401, 403, 407:
    return .refused(seen(.authError))
  case 409:
    return .conflict(seen(.sessionConflict))
  case 429,
    503 where head.retryAfter != nil:
    return .busy(seen(.rateLimited))
  case 300..<400:
    return .refused(seen(.redirectRefused))
  case 404, 410:
    // Without an id this is a wrong URL, never a lost session.
    return .refused(seen(.httpError))
  default:
    return .trouble(seen(.httpError))
  }
}

/// As much of what a server says of an error as is kept: long ones hold the number of a ticket at their end.
private let wholeLimit = 2_000

/// The error for an answer: its status, its code, and its own words as the detail.
func sessionError(
  _ type: ErrorType, _ head: ResponseHead, _ error: RPCError?, _ excerpt: String, _ gate: Gate
) -> SessionError {
  var detail: Sentence =
    error.map { $0.message.isEmpty ? "error code \($0.code)" : "\(gate.text($0.message, limit: wholeLimit))" }
    ?? "\(gate.text(tellingMember(of: excerpt) ?? firstLine(excerpt)))"
  if type == .redirectRefused {
    detail = head.location.map { "redirect to \(gate.reference($0))" } ?? "redirect to nowhere"
  }
  return SessionError(type, status: head.status, rpcCode: error?.code, detail: detail)
}

/// Whether a server's words are about the session id at all.
private func speaksOfSession(_ text: String) -> Bool {
  text.lowercased().contains("session")
}

/// Whether a server's words say that it does not know the session, or never saw its handshake. An error
/// inside a 200 may speak of sessions of another kind, so the noun alone is not enough.
private func saysSessionIsLost(_ text: String) -> Bool {
  let words = text.lowercased()
  if words.contains("not initialized") || words.contains("not been initialized") { return true }
  let verdicts = [
    "not found", "invalid", "unknown", "missing", "expired", "terminated", "no valid", "required",
  ]
  return words.contains("session") && verdicts.contains { words.contains($0) }
}

/// Error pages are long; their first words are what a person needs. Markup is left out.
private func firstLine(_ text: String) -> String {
  var isMarkup = false
  var result = ""
  for character in text {
    switch character {
    case "<": isMarkup = true
    case ">" where isMarkup: isMarkup = false
    case _ where isMarkup: break
    case _ where character.isNewline:
      if result.contains(where: { !$0.isWhitespace }) { return result.trimmed }
    default: result.append(character)
    }
  }
  return result.trimmed
}

extension String {
  /// Without whitespace at either end.
  fileprivate var trimmed: String {
    let start = drop { $0.isWhitespace }
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }
}
