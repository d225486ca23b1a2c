package import MCPSessions

/// Servers that are not well, and which of them the operator has seen.
struct Alerts: Hashable, Sendable {
  struct Known: Hashable, Sendable {
    var severity: Int
    var session: SessionReport
    var isAcknowledged = false
    /// Its alert was told, or it took over that of another one behind the same closed way.
    var isTold = false
  }

  private(set) var known: [ExactText: Known] = [:]

  /// Takes in how the servers are; tells what became worse, and what is well again.
  ///
  /// What was acknowledged stays so until the server is well or worse. A way that is closed is news once,
  /// however many find it out one after the other, and open again once the last of them was answered.
  mutating func take(_ servers: [ServerSummary]) -> [Alert] {
    var news: [Alert] = []
    var problems: [ExactText: SessionReport] = [:]
    for server in servers where server.isProblem { problems[server.id] = server.worst }
    let worst = Dictionary(servers.map { ($0.id, $0.worst) }, uniquingKeysWith: { first, _ in first })
    let before = known
    let gone = known.filter { problems[$0.key] == nil }
    for name in gone.keys { known[name] = nil }
    for (name, known) in gone.sorted(by: { $0.key < $1.key }) where known.isTold {
      let session = worst[name] ?? nil
      if session?.isKnownLive == true, passOn(known.session) { continue }
      news.append(Alert(session: session ?? known.session, isRaised: false, isKept: session != nil))
    }
    var closed = before.values.filter { problems[$0.session.key.exactServer] != nil }.map(\.session)
    // Who found a way closed comes before those who only cannot be asked.
    for (name, session) in problems.sorted(by: { ($0.value.doubt, $0.key) < ($1.value.doubt, $1.key) }) {
      let severity = session.alarm
      let isWorse = severity > (known[name]?.severity ?? 0)
      let isSeen = known[name]?.isAcknowledged ?? false
      known[name] = Known(
        severity: severity, session: session, isAcknowledged: isSeen && !isWorse,
        isTold: known[name]?.isTold ?? false)
      guard isWorse, !closed.contains(where: session.sharesClosedWay) else { continue }
      closed.append(session)
      known[name]?.isTold = true
      news.append(Alert(session: session, isRaised: true))
    }
    return news.sorted { $0.session.key < $1.session.key }
  }

  /// An alert of a closed way ends with the last of those who cannot be asked. False where there is none.
  private mutating func passOn(_ session: SessionReport) -> Bool {
    let heirs = known.filter { session.sharesClosedWay(with: $0.value.session) }.keys
    guard let heir = heirs.min() else { return false }
    known[heir]?.isTold = true
    return true
  }

  mutating func acknowledge(_ server: ExactText, isSeen: Bool = true) {
    known[server]?.isAcknowledged = isSeen
  }

  func isAcknowledged(_ server: ExactText) -> Bool { known[server]?.isAcknowledged ?? false }
}

extension SessionReport {
  /// What is known to be bad comes before what nobody can ask.
  fileprivate var doubt: Int { isUnverified ? 1 : 0 }

  /// How bad it is for somebody who is told: that what is lost stays lost is no news to who has seen it.
  fileprivate var alarm: Int { state == .down ? SessionState.recovering.severity * 2 : rank }
}

/// A server became worse than it was known to be, or well again.
package struct Alert: Hashable, Sendable {
  /// Its worst session.
  package let session: SessionReport
  package let isRaised: Bool
  /// Whether the configuration still has it.
  var isKept = true

  /// What the event stream would say of it, for a program that is told.
  package func event(at now: Moment) -> Event {
    let why = session.reason.map { " (\($0))" as Sentence }
    let words: Sentence = why ?? session.slow.map { " (\($0.words))" } ?? ""
    return Event(
      time: now, kind: .stateChanged, level: isRaised ? .warning : .info, server: session.key.server,
      user: session.key.user, session: session.session, state: session.state, sessionKind: session.kind,
      protocolVersion: session.protocolVersion, error: isRaised ? session.reason : session.cause,
      attempt: session.attempt > 0 ? session.attempt : nil,
      nextAttempt: session.nextAttempt.map { max(.zero, $0 - now.instant) },
      message: isRaised ? "State: \(ForeignText(local: session.stateWord))\(words)" : end
    )
  }

  /// Only what can be used again is well: what an operator ended, holds or took out is not.
  private var end: Sentence {
    guard isKept else { return "No longer watched: the configuration does not have it any more" }
    return session.state.isOutage || !session.state.isLive && session.state != .connecting
      ? "No longer watched: \(session.state)" : "Well again: \(session.state)"
  }
}

/// When the bell may ring: with a gap, so that a storm is one sound.
package struct Bell: Hashable, Sendable {
  /// The least time between two rings.
  package static let gap = Duration.seconds(10)

  private var last: Instant?

  package init() {}

  /// Whether it rings for news at `now`.
  package mutating func rings(for alerts: [Alert], at now: Instant) -> Bool {
    guard alerts.contains(where: \.isRaised) else { return false }
    if let last, now - last < Self.gap { return false }
    last = now
    return true
  }
}

extension ViewState {
  /// Looks at what is new; tells what became worse and what is well again. To be called with every picture,
  /// and also when no picture can be drawn.
  package mutating func watch(_ store: Store, at now: Moment) -> [Alert] {
    alerts.take(summaries(store, Sort(), at: now.instant))
  }

  /// For the title of the window: the worst state first.
  package func title(_ store: Store, at now: Moment, context: Context) -> String {
    let problems = alerts.known.values.filter { !$0.isAcknowledged }
      .sorted { ($1.severity, $0.session.key) < ($0.severity, $1.session.key) }
    let host = isPrivate ? "" : " \(context.host)"
    let name = context.replay == nil ? "sessiontop\(host)" : "sessiontop replay"
    guard let worst = problems.first else {
      return store.servers.isEmpty || !alerts.known.isEmpty ? name : "\(name): all well"
    }
    let more = problems.count > 1 ? ", \(problems.count) not well" : ""
    let title = PrintableText.line(
      "\(name): \(worst.session.key.server) \(worst.session.stateWord)\(more)", limit: 80)
    return context.ascii ? String(title.map { $0.isASCII ? $0 : "?" }) : title
  }
}
