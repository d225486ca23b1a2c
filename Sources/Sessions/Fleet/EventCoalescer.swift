/// Folds storms of equal events into one with a count: the first goes out at once, its equals of the
/// following second together at the end of it.
///
/// Only what servers can send at will is folded. What happens to a session itself is paced by its backoff,
/// and a reader needs it in its order.
struct EventCoalescer: Hashable, Sendable {
  private static let window = Duration.seconds(1)
  /// Kinds of events that are remembered at once; beyond it events pass unfolded.
  private static let limit = 1_024

  private static let stormy: Set<EventKind> = [
    .serverMessage, .serverNotification, .serverRequest, .streamOpened, .streamClosed,
  ]

  private struct Key: Hashable, Sendable {
    let kind: EventKind
    let server: String?
    let user: String?
    let error: ErrorType?
    let message: Sentence
  }

  private struct Folded: Hashable, Sendable {
    let until: Instant
    var latest: Event?
    var count = 0
  }

  private var folded: [Key: Folded] = [:]

  /// When held events must go out; absent when none are held.
  private(set) var deadline: Instant?

  /// Takes an event; returns it if it is to go out now.
  mutating func take(_ event: Event) -> Event? {
    guard Self.stormy.contains(event.kind) else { return event }
    let key = Key(
      kind: event.kind, server: event.server, user: event.user, error: event.error?.type,
      message: event.message)
    if folded[key] != nil {
      folded[key]?.latest = event
      folded[key]?.count += event.repeated
      return nil
    }
    guard folded.count < Self.limit else { return event }
    let until = event.time.instant + Self.window
    folded[key] = Folded(until: until)
    deadline = deadline.map { min($0, until) } ?? until
    return event
  }

  /// The held events whose second is over, oldest first.
  mutating func flush(at now: Instant) -> [Event] {
    guard let due = deadline, due <= now else { return [] }
    var events: [Event] = []
    let over = folded.filter { $0.value.until <= now }
    for (key, entry) in over {
      folded[key] = nil
      guard var event = entry.latest else { continue }
      event.repeated = entry.count
      events.append(event)
    }
    deadline = folded.values.map(\.until).min()
    return events.sorted { $0.time.instant < $1.time.instant }
  }
}
