import MCPSessions

/// How the state of a row looks: a sign before it, its word, and what both mean. A session that is called
/// well and that nobody can ask, because the way to its server is closed, looks as doubtful as it is.
struct StateLook {
  let sign: String
  let word: String
  let role: Role

  init(_ state: SessionState, isUnverified: Bool, _ glyphs: Glyphs) {
    guard isUnverified else {
      (sign, word, role) = (glyphs.state(state), state.rawValue, Role(state))
      return
    }
    (sign, word, role) = (Self.doubt, "\(state.rawValue)?", .levelWarning)
  }

  init(_ session: SessionReport, _ glyphs: Glyphs) {
    self.init(session.state, isUnverified: session.isUnverified, glyphs)
  }

  init(_ server: ServerSummary, _ glyphs: Glyphs) {
    self.init(server.state, isUnverified: server.isUnverified, glyphs)
  }

  var phrase: Phrase { Phrase(word, role) }
  var mark: Phrase { Phrase(sign, role) }

  /// The sign of what is not verified, with glyphs as in ASCII.
  static let doubt = "?"
}
