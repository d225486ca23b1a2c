import MCPSessions

extension Frame {
  /// How often each type of error happened lately.
  mutating func errors(_ model: ViewModel, in area: Rectangle) {
    let totals = model.rows.errorTotals
    func total(_ window: Int) -> @Sendable (ErrorType) -> Phrase {
      { type in
        let number = totals[type]?[window] ?? 0
        return Phrase(count(number, width: 4), number == 0 ? .muted : .text)
      }
    }
    let most = mostHit(model)
    let errors = model.store.errors
    let list: [Column<ErrorType>] = [
      Column("ERROR", 18, text: { $0.rawValue }),
      Column("1m", 4, right: true, total(0)),
      Column("15m", 4, right: true, total(1)),
      Column("24h", 4, right: true, total(2)),
      Column("MOST AT", 16, rank: 2, text: { most[$0] ?? "-" }),
      Column("ASKED", 17, rank: 1) { type in
        let asked = errors.requests(meeting: type).map { "\($0.request.name) \($0.count)" }
        return Phrase(asked.isEmpty ? "-" : asked.joined(separator: ", "))
      },
      Column("", 24, rank: 0, flexible: true) { Phrase(meaning(of: $0), .muted) },
    ]
    draw(
      Listing(
        rows: model.rows.errors, columns: list,
        glyph: { totals[$0]?[0] ?? 0 > 0 ? Phrase("!", .levelWarning) : Phrase(" ") },
        selected: model.isFocused(.errors) ? model.view.errors.index(in: model.rows.errors) : nil,
        top: model.view.errors.top,
        ifEmpty: model.view.filter.isEmpty ? "no errors so far" : "no error matches the filter"),
      model.glyphs, in: area, isFocused: model.isFocused(.errors) && !model.view.isDetailOpen)
  }

  func errorsTitle(_ model: ViewModel) -> String {
    model.view.filter.isEmpty ? "errors by type" : "errors by type, of the events that match"
  }
}

/// The server with most errors of each type since its sessions began, and how many; of those that the filter
/// lets through.
private func mostHit(_ model: ViewModel) -> [ErrorType: String] {
  var counts: [ErrorType: [ExactText: Int]] = [:]
  let filter = model.view.filter
  for session in model.store.sessions.values where !session.errors.isEmpty {
    guard filter.accepts(session, in: model.store, at: model.now.instant) else {
      continue
    }
    for (type, count) in session.errors {
      counts[type, default: [:]][session.key.exactServer, default: 0] += count
    }
  }
  return counts.compactMapValues { servers in
    servers.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key.text
  }
}

/// What a type of error says, for people.
func meaning(of type: ErrorType) -> String {
  switch type {
  case .sessionTerminated: "the server no longer knows the session"
  case .sessionExpired: "no good exchange for longer than the timeout"
  case .sessionInvalid: "the server calls the id invalid"
  case .sessionConflict: "an answer carried another session's id"
  case .sessionTimeout: "no answer within the limit"
  case .dnsError: "the name could not be resolved"
  case .connectRefused: "nothing listens there"
  case .connectTimeout: "the connection did not come about"
  case .connectionReset: "the connection was cut"
  case .emptyReply: "the connection closed without an answer"
  case .tlsError: "certificate or TLS handshake"
  case .proxyError: "the proxy refused or failed"
  case .httpError: "an HTTP status that tells of a failure"
  case .rateLimited: "the server asks to come more seldom"
  case .authError: "credentials missing or refused"
  case .signInNeeded: "a person is to sign in"
  case .signInFailed: "no token could be had"
  case .tokenRefused: "the server refuses what the issuer gives"
  case .insufficientScope: "the token is not good for that"
  case .issuerUnavailable: "who gives tokens is away"
  case .redirectRefused: "the server redirects to elsewhere"
  case .protocolError: "the answer is not MCP"
  case .rpcError: "the method failed"
  case .responseTooLarge: "the answer was over the limit"
  case .commandNotFound: "no such command"
  case .notExecutable: "the command cannot be executed"
  case .exited: "the process of the server ended"
  case .notSpeaking: "the process writes no JSON-RPC"
  case .notReading: "the process does not take its input"
  case .killedBySystem: "the process was killed"
  case .configError: "the entry in the configuration"
  case .resourceError: "our own side ran out of something"
  }
}
