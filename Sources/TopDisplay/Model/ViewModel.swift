import MCPSessions

/// What is to be drawn, before anything has a place: what is known, in the order and from the moment that the
/// operator chose.
struct ViewModel: Sendable {
  let store: Store
  let view: ViewState
  let rows: Rows
  /// The moment that is shown: that of freezing, or of the last news when they have stopped. Ages refer to
  /// it.
  let now: Moment
  /// The moment on the clock.
  let present: Moment
  let context: Context
  let glyphs: Glyphs
  /// How old everything is, once it is older than it may be.
  let staleness: Duration?

  init(_ store: Store, _ view: ViewState, at now: Moment, context: Context) {
    let frozen = view.frozen
    let shown = frozen?.store ?? store
    let heard = [store.updated?.instant, context.lastTurn].compactMap { $0 }.max()
    let silence = heard.map { now.instant - $0 }
    staleness = context.staleAfter.flatMap { limit in silence.flatMap { $0 > limit ? $0 : nil } }
    let moment = frozen?.moment ?? now.earlier(by: staleness ?? .zero)
    self.store = shown
    self.view = view
    self.now = moment
    present = now
    var surroundings = context.showing(view)
    if view.isPrivate { surroundings.hiding = Concealment(privateWords(shown, context)) }
    self.context = surroundings
    glyphs = Glyphs(isASCII: context.ascii)
    rows = Rows(shown, view, at: moment, utcOffset: self.context.utcOffset)
  }

  /// The moment to which the age of a session refers. What is said of the line to a service is said here and
  /// now, however old the news of services are that are all away.
  func now(of key: SessionKey) -> Moment {
    let isOwn = context.absences.contains { $0.row == key }
    return isOwn && view.frozen == nil ? present : now
  }

  func isFocused(_ pane: Pane) -> Bool { view.pane == pane }

  /// How the rows are ordered, for the titles of lists.
  var orderWords: String {
    guard rows.isHeld else { return view.sort.words }
    return rows.newlyBad == 0
      ? (KeyMap(context).action(for: .escape) == .screen(.back) ? "order held, Esc sorts" : "order held")
      : ["order held, \(rows.newlyBad) newly bad", context.key(.nextProblem)].joined(": ")
  }

  /// What is wrong with the filter that is being typed, or how many sessions it lets through.
  var filterVerdict: Phrase? { verdict(view.filter.isEmpty ? nil : view.filter) }

  /// The same for a command line whose word takes a filter.
  func verdict(on line: String) -> Phrase? {
    let parts = line.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, let word = CommandWord(String(parts[0])), word.argument == .filter else {
      return nil
    }
    let filter = Filter(String(parts[1]))
    if word.acts, let objection = filter.objectionToActing { return Phrase(objection, .banner) }
    return verdict(filter)
  }

  private func verdict(_ filter: Filter?) -> Phrase? {
    guard let filter else { return nil }
    if let objection = filter.objection { return Phrase(objection, .banner) }
    let matching = store.sessions.values.filter {
      filter.accepts($0, in: store, at: now.instant)
    }
    let live = matching.count { $0.state.isLive }
    return Phrase("\(matching.count) of \(store.sessions.count) sessions, \(live) live", .muted)
  }

  var selectedServer: ServerSummary? {
    rows.servers[safe: view.servers.index(in: rows.servers.map(\.id))]
  }

  var selectedSession: SessionReport? {
    rows.sessions[safe: view.sessions.index(in: rows.sessions)].flatMap { store.sessions[$0] }
  }

  var selectedEvent: Event? {
    view.eventIndex(store, rows).map { store.events[rows.events[$0]] }
  }

  func server(_ name: String) -> ServerReport? {
    store.server(ExactText(name))
  }

  /// Why a session is as it is and what happens next; of a healthy one, what kind it is.
  func why(_ session: SessionReport, note: Sentence?) -> Phrase {
    if session.state == .paused {
      let was = session.cause.map(shortWords) ?? session.hold.map { "was \($0.state.rawValue)" }
      let by = session.hold.map { "by \($0.by.text.prefix { $0 != " " }), " } ?? ""
      let tail = by + (context.hint(.verb(.resume), "resumes") ?? "paused")
      return Phrase(was ?? "", .text, tail: (was == nil ? "" : "; ") + tail)
    }
    switch session.state {
    case .ready where session.cause == nil && session.remark != nil:
      return Phrase(session.remark?.text ?? "", .text)
    case .ready where session.cause == nil:
      // Stateful is the ordinary case and needs no word.
      let kind = session.kind == .stateful ? nil : session.kind?.rawValue
      let words = [kind, kind == nil ? nil : session.protocolVersion].joined(" ")
      return Phrase(words.isEmpty ? server(session.key.server)?.summary?.text ?? "" : words, .muted)
    case .unmonitored: return Phrase((note ?? session.advice)?.text ?? "", .muted)
    case .idle:
      return Phrase(
        (note ?? session.advice)?.text
          ?? ["not started", context.hint(.verb(.reconnect), "connects")].joined(", "), .muted)
    case .closed:
      return Phrase(["ended", context.hint(.verb(.reconnect), "reconnects")].joined(", "), .muted)
    case .closing: return Phrase("being ended", .muted)
    default:
      let cause =
        session.cause.map(shortWords) ?? session.slow?.words.text ?? session.remark?.text
        ?? (session.state == .failed ? note?.text : nil)
      return Phrase(cause ?? "", .text, tail: next(session).map { (cause == nil ? "" : "; ") + $0 } ?? "")
    }
  }

  /// `next in 6s`, or that an attempt is under way; nil when none is to come.
  func next(_ session: SessionReport) -> String? {
    if let instant = session.nextAttempt { return countdown(to: instant, at: now) }
    switch session.state {
    case .recovering, .unstable, .down: return "trying now"
    case .connecting where session.attempt > 1: return "attempt \(session.attempt)"
    default: return nil
    }
  }
}

/// An error in few words, the most telling first: `404 Session not found`, `connect refused`,
/// `tools/list: no answer within 10 s`.
func shortWords(_ error: SessionError) -> String {
  // A handshake or a ping is what is usually asked, and needs no word.
  let asked = error.request.flatMap { [.ping, .initialize].contains($0) ? nil : "\($0.name): " } ?? ""
  let words = error.type.rawValue.replacing("_", with: " ")
  // A status that says nothing went wrong does not explain what did.
  let status = error.status.flatMap { (200..<300).contains($0) ? nil : $0 }
  let seen =
    switch (status, error.detail.isEmpty) {
    case (let status?, false): "\(status) \(error.detail)"
    case (let status?, true): "\(status) \(words)"
    // Its own words say what it is.
    case (nil, false) where error.type == .sessionTimeout || error.type == .proxyError: "\(error.detail)"
    case (nil, false): error.rpcCode.map { "\(error.detail) (\($0))" } ?? "\(words): \(error.detail)"
    case (nil, true): words
    }
  return asked + seen
}

extension Sequence where Element == String? {
  /// Those that are there, with a separator between them.
  func joined(_ separator: String) -> String {
    compactMap { $0 }.joined(separator: separator)
  }
}
