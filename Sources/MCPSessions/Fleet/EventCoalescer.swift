/// Folds storms of equal events into one with a count: the first goes out at once, its equals of the
/// following second together at the end of it. What a session says beyond its share of a second, however
/// unlike it is, is counted in one event, so that nobody can blind the others.
///
/// Only what servers can send at will is folded. What happens to a session itself is paced by its backoff,
/// and a reader needs it in its order.
struct EventCoalescer: Hashable, Sendable {
  private static let window = Duration.seconds(1)
  /// So often held events are looked through, however many sources there are.
  private static let tick = Duration.milliseconds(100)
  /// Stormy events of one session that are told in a second.
  private static let share = 30
  /// Kinds of events, and sessions, that are remembered at once; more than servers send at will.
  private static let limit = 65_536

  private static let stormy: Set<EventKind> = [
    .serverMessage, .serverNotification, .serverRequest, .streamOpened, .streamClosed, .toolsChanged,
  ]

  private struct Key: Hashable, Sendable {
    let source: Source
    let kind: EventKind
    let error: ErrorType?
    let message: Sentence
  }

  private struct Source: Hashable, Sendable {
    let server: String?
    let user: String?
  }

  private struct Folded: Hashable, Sendable {
    let until: Instant
    var latest: Event?
    var count = 0
  }

  private struct Share: Hashable, Sendable {
    let until: Instant
    var told = 0
    /// The last of those that were over it, and how many they were.
    var latest: Event?
    var dropped = 0
  }

  private var folded: [Key: Folded] = [:]
  private var shares: [Source: Share] = [:]

  /// When held events must go out; absent when none are held.
  private(set) var deadline: Instant?

  /// Takes an event; returns it if it is to go out now.
  mutating func take(_ event: Event) -> Event? {
    guard isStormy(event) else { return event }
    let source = Source(server: event.server, user: event.user)
    let key = Key(source: source, kind: event.kind, error: event.error?.type, message: event.message)
    if folded[key] != nil {
      folded[key]?.latest = event
      folded[key]?.count += event.repeated
      return nil
    }
    let until = event.time.instant + Self.window
    var share = shares[source] ?? Share(until: until)
    defer {
      shares[source] = share
      let due = share.until.roundedUp(to: Self.tick)
      deadline = deadline.map { min($0, due) } ?? due
    }
    guard share.told < Self.share, folded.count < Self.limit else {
      share.dropped += event.repeated
      share.latest = event
      return nil
    }
    share.told += 1
    folded[key] = Folded(until: until)
    return event
  }

  /// What a server can send at will; errors of a session that lives on are among it.
  private func isStormy(_ event: Event) -> Bool {
    Self.stormy.contains(event.kind) || event.kind == .sessionError && event.state?.isLive == true
  }

  /// The held events whose second is over, oldest first.
  mutating func flush(at now: Instant) -> [Event] {
    guard let due = deadline, due <= now else { return [] }
    var events: [Event] = []
    for (key, entry) in folded where entry.until <= now {
      folded[key] = nil
      guard var event = entry.latest else { continue }
      event.repeated = entry.count
      events.append(event)
    }
    for (source, share) in shares where share.until <= now {
      shares[source] = nil
      guard let last = share.latest else { continue }
      events.append(
        Event(
          time: last.time, kind: .eventsDropped, level: .warning, server: source.server, user: source.user,
          session: last.session, state: last.state, sessionKind: last.sessionKind,
          protocolVersion: last.protocolVersion,
          message: "\(share.dropped) more events of this session within a second, not told one by one"))
    }
    deadline = (folded.values.map(\.until) + shares.values.map(\.until)).min()?.roundedUp(to: Self.tick)
    return events.sorted { $0.time.instant < $1.time.instant }
  }
}
