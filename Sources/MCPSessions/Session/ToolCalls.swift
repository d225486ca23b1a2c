import MCPWire

// Life is not use: a session that answers pings is of no use while its list fails, and only a good list says
// that it is of use again.

extension Session {
  /// How often a list that failed is asked for again: at every fourth probe, as one that hangs delays the
  /// pings.
  private static let retryEvery = 4
  /// Pages of one list that are followed, and the pause before each.
  private static let pageLimit = 20
  private static let pagePause = Duration.milliseconds(120)

  /// Whether the next probe asks for the list. A server may answer pings with its backend dead: the second
  /// probe and every n-th one do.
  func isListDue(_ live: Live, at now: Instant) -> Bool {
    let every = server.settings.listEvery
    let isWanted = live.wantsList && live.changes.due <= now
    if live.refusedPing != nil { return true }
    guard every > 0 || isWanted || tools.failure != nil else { return false }
    // However long a list is, and however often it is said to have changed: whether the session lives is
    // asked at its own time.
    let isLongWork = live.pages != nil || isWanted && every != 1
    if isLongWork, now - live.pinged >= server.settings.pingInterval, server.settings.pingInterval > .zero {
      return false
    }
    if live.pages != nil || isWanted, !live.isDoubted { return true }
    if live.isDoubted { return false }
    if tools.failure != nil { return live.probesSent % Self.retryEvery == 0 }
    return every > 0 && (live.probesSent == 2 || live.probesSent % every == 0)
  }

  /// Whether it is still to be seen of what use the session is: an operator waits for that as for the first
  /// answer to a ping.
  func awaitsList(_ live: Live) -> Bool {
    guard live.identity.lists, awaitsFirstList, tools.failure == nil else { return false }
    if case .inFlight(let exchange) = live.probe, exchange.purpose == .list { return true }
    return live.probesSent < 2 || live.pages != nil
  }

  /// Whether no list was seen yet that is wanted.
  var awaitsFirstList: Bool { server.settings.listEvery > 0 && tools.known == nil }

  /// The answer to a question for the list, where pings tell of life.
  mutating func listAnswered(
    _ live: Live, _ exchange: Exchange, _ outcome: Exchange.Outcome, _ turn: inout Turn
  ) {
    var live = live
    switch judge(outcome, carriedID: live.identity.isHeldByServer, gate(turn)) {
    case .good, .methodFailed:
      return probeAnswered(live, exchange, outcome, &turn)
    // The specification says that a session that is answered so has ended. Once that is believed.
    case .conflict where mayEndSession(live) && !live.identity.isModern && !isBesideStream(exchange, live):
      tools.lost = .ended
      return probeAnswered(live, exchange, outcome, &turn)
    case .lost(let error)
    where outcome.isRefusal && [404, 410].contains(outcome.head?.status) && mayEndSession(live):
      tools.lost = .left(live.identity)
      return probeLost(live, error, &turn)
    case .lost(let error) where isSaidAgain(error, &live):
      tools.lost = .left(live.identity)
      return probeLost(live, error, &turn)
    case .lost(let error), .conflict(let error):
      // Words about a session, which may be the server's own with somebody else.
      let seen = SessionError(
        outcome.isRefusal ? .httpError : .rpcError, status: error.status ?? outcome.head?.status,
        rpcCode: error.rpcCode, detail: error.detail)
      if live.isListOff || live.identity.isModern {
        listFailed(seen, &live, &turn)
      } else {
        doubt(seen, &live, &turn)
      }
    // Who does not know the way or the port cannot say anything of the list.
    case .trouble(let error) where error.type.closesWay || error.type == .resourceError:
      guard probeMissed(error, &live, &turn) else { return }
    case .trouble(let error), .refused(let error), .busy(let error):
      listFailed(error, &live, &turn)
    }
    state = .live(live)
  }

  /// Whether the answer for the list alone may end the session: not where it ended the one before as well,
  /// and no good list came since.
  private func mayEndSession(_ live: Live) -> Bool { tools.lost == nil && !live.isListOff }

  /// Whether the list calls the session unknown a second time, by the code for that, although a ping between
  /// was answered: not every server asks for the session at a ping. That too is believed once.
  private func isSaidAgain(_ error: SessionError, _ live: inout Live) -> Bool {
    guard error.rpcCode == RPCError.unknownSession, tools.lost == nil else { return false }
    live.listLosses += 1
    return live.listLosses > 1
  }

  /// The answer for the list says that the session is gone, and may be wrong: a ping knows, and is asked now.
  private mutating func doubt(_ error: SessionError, _ live: inout Live, _ turn: inout Turn) {
    live.pages = nil
    live.listRefusal = error
    live.isDoubted = true
    hastenProbe(&live, &turn)
  }

  /// A ping was answered behind a list that was refused as if the session were gone: so it is the list's own
  /// trouble, and what was given up for the like lives.
  mutating func pingTellsOfList(_ live: inout Live, _ turn: inout Turn) {
    guard let refusal = live.listRefusal else { return }
    (live.listRefusal, live.isListOff) = (nil, true)
    if case .left(let identity) = tools.lost { sayBelatedFarewell(identity, &turn) }
    if tools.lost != nil { tools.lost = .ended }
    noteListFailure(refusal, &turn)
  }

  /// The list cannot be had: told once for each cause, and a ping is to say whether more is wrong.
  mutating func listFailed(_ error: SessionError, _ live: inout Live, _ turn: inout Turn) {
    live.pages = nil
    noteListFailure(error, &turn)
    guard !live.lacksPing else { return }
    live.isDoubted = true
    hastenProbe(&live, &turn)
  }

  mutating func noteListFailure(_ error: SessionError, _ turn: inout Turn) {
    let error = error.asked(of: .list)
    tell(error, isNews: tools.failure?.isLike(error) != true, &turn)
    tools.failure = error
  }

  /// A page of the list, or all of it.
  mutating func listed(_ result: Result, _ live: inout Live, _ turn: inout Turn) {
    guard let page = result.tools else {
      return listFailed(
        SessionError(.protocolError, detail: "the result holds no list of tools"), &live, &turn)
    }
    var pages = live.pages ?? Pages()
    let isNew = pages.take(page, hasMore: result.hasMoreTools)
    live.pages = nil
    if let cursor = result.nextCursor, !cursor.isEmpty {
      // One that leads nowhere new is the end of what there is.
      if isNew || pages.count == 1, pages.count < Self.pageLimit, cursor.utf8.count <= Pages.cursorLimit,
        !pages.cursors.contains(cursor)
      {
        pages.go(to: cursor)
        live.pages = pages
        live.probe = .due(turn.now.instant + Self.pagePause)
        return
      }
      pages.isComplete = !isNew || pages.cursors.contains(cursor)
    }
    let change = tools.replace(by: pages, at: turn.now.instant)
    (tools.failure, tools.lost) = (nil, nil)
    guard let change else { return }
    turn.emit(
      .toolsChanged, change.isWorrying ? .warning : .info, self, EventText.toolsChanged(change, gate(turn)))
  }
}

/// A list that comes in pages, as far as it has come.
struct Pages: Hashable, Sendable {
  static let cursorLimit = 4_096
  /// More tools of one server than this are counted and not known by name.
  private static let toolLimit = 2_000

  private(set) var tools: [String: Tool] = [:]
  private(set) var count = 0
  private(set) var cursor: String?
  private(set) var cursors: Set<String> = []
  var isComplete = true

  /// Takes in a page; whether anything on it was not known from those before it.
  mutating func take(_ page: [Tool], hasMore: Bool) -> Bool {
    count += 1
    let before = tools.count
    for tool in page where tools.count < Self.toolLimit || tools[tool.name] != nil { tools[tool.name] = tool }
    if hasMore || tools.count >= Self.toolLimit { isComplete = false }
    return tools.count > before
  }

  mutating func go(to cursor: String) {
    self.cursor = cursor
    cursors.insert(cursor)
  }
}

/// When a list is asked for that is said to have changed: at once, and after a pause that doubles for a
/// server that says so again and again.
struct ListChanges: Hashable, Sendable {
  private static let firstPause = Duration.seconds(1)
  private static let longestPause = Duration.seconds(60)

  /// When it is, or was, to be asked for last.
  private(set) var due = Instant.zero
  private var pause = Duration.zero

  /// The server says that it changed, and it is not to be asked for already.
  mutating func noted(at now: Instant) {
    if now - due > pause * 2 { pause = .zero }
    due = max(now, due + pause)
    pause = min(max(pause * 2, Self.firstPause), Self.longestPause)
  }
}

/// What is known of a server's list of tools, over all of a session's lives.
struct ToolList: Hashable, Sendable {
  /// Absent before the first good list.
  private(set) var known: Pages?
  /// Why the last list could not be had; only a good list clears it.
  var failure: SessionError?
  /// The answer to a question for the list ended a session, and no good list came since.
  var lost: LostSession?
  /// The list shrank: how many there were, and when it was seen. Forgotten when they are back, or after an
  /// hour, when it is no news any more.
  private(set) var shrunk: Shrinking?
  private static let newsLimit = Duration.seconds(3_600)

  /// A session that the answer for the list ended.
  enum LostSession: Hashable, Sendable {
    /// The server said that it is gone, and was believed.
    case left(Identity)
    /// It was ended with a word to the server.
    case ended
  }

  struct Shrinking: Hashable, Sendable {
    let count: Int
    let since: Instant
  }

  var count: Int? { known?.tools.count }
  var isComplete: Bool { known?.isComplete ?? true }
  /// Over the definitions of all tools; reckoned once for a list, not for each report.
  private(set) var fingerprint: Fingerprint?

  /// Takes a new list; returns what is different from the one before, if anything is.
  mutating func replace(by list: Pages, at now: Instant) -> ToolChange? {
    defer { known = list }
    fingerprint = Fingerprint(of: list.tools.values.map(\.fingerprint))
    guard let old = known else { return nil }
    let (before, after) = (old.tools, list.tools)
    if after.count < before.count {
      shrunk = Shrinking(count: max(shrunk?.count ?? 0, before.count), since: now)
    } else if let shrunk, after.count >= shrunk.count || now - shrunk.since >= Self.newsLimit {
      self.shrunk = nil
    }
    let change = ToolChange(
      gone: before.keys.filter { after[$0] == nil }.sorted(),
      new: after.keys.filter { before[$0] == nil }.sorted(),
      changed: after.values.filter { tool in
        before[tool.name].map { $0.fingerprint != tool.fingerprint } == true
      }
      .map { ($0.name, $0.description != before[$0.name]?.description) }
      .sorted { $0.0 < $1.0 }.map { ToolChange.Changed(name: $0.0, isDescription: $0.1) },
      count: after.count)
    return change.isEmpty ? nil : change
  }
}

/// What is different in a list of tools.
struct ToolChange: Hashable, Sendable {
  struct Changed: Hashable, Sendable {
    let name: String
    /// Its description, which tells a model what to do; else only what it takes.
    let isDescription: Bool
  }

  let gone: [String]
  let new: [String]
  let changed: [Changed]
  /// How many there are now.
  let count: Int

  var isEmpty: Bool { gone.isEmpty && new.isEmpty && changed.isEmpty }
  /// Tools that are gone are missed; tools that are others than they were may be an attack.
  var isWorrying: Bool { !gone.isEmpty || !changed.isEmpty }
}
