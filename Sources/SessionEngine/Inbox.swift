import MCPWire
import MCPSessions

/// The body of one answer between libcurl, which brings it as it comes, and the session, which takes of it
/// what its budget allows.
struct Inbox {
  /// What was brought and not read.
  private var received: [UInt8] = []
  /// What was read and not told: a batch is many messages at once.
  private var waiting: ArraySlice<TransferEvent> = []
  /// All of the body has come, and is a document or a stream to its end.
  private var isComplete = false
  private var isFinished = false
  /// Absent before the head is known.
  private var reader: ReplyReader?
  /// When the oldest of what is to be told came in.
  private var arrival: Instant?
  private var hasToldArrival = false

  /// Later than this after it came, what is told says when it came.
  private static let tellingDelay = Duration.milliseconds(1)
  /// So many bytes of a stream, which may be as many events, are read before the budget is asked again.
  private static let slice = 512
  /// An event has so many lines at most, of those that are usual.
  private static let linesOfAnItem = 8
  /// More memory than this is not kept for the next bytes.
  private static let keptCapacity = 16_384

  /// Whether libcurl may bring more.
  var hasRoom: Bool { received.count < Budget.bytesPerTurn }
  /// Whether something can be read or told now.
  var isUnread: Bool {
    reader != nil && (!received.isEmpty || !waiting.isEmpty || isComplete && !isFinished)
  }
  /// The beginning of the body, for people.
  var excerpt: CutText { reader?.excerpt ?? "" }
  var lastEventID: String { reader?.lastEventID ?? "" }

  /// Something came in at `now`, bytes or a head.
  mutating func note(at now: Instant) { arrival = arrival ?? now }

  mutating func append(_ bytes: UnsafeRawBufferPointer) { received.append(contentsOf: bytes) }

  /// The head is known: what follows it is read as it says.
  mutating func begin(_ head: ResponseHead, _ limits: Limits) {
    reader = ReplyReader(
      contentType: head.contentType, bodyLimit: limits.bodyBytes, eventLimit: limits.eventBytes)
  }

  /// Nobody wants to know what came.
  mutating func clear() { (received, waiting, isFinished) = ([], [], true) }

  /// Nothing more will come, and nothing is missing: a document can be read now.
  mutating func complete() { isComplete = true }

  /// What there is to tell, as far as `budget` goes at `now`, and no more than is told in one turn.
  mutating func read(_ budget: inout Budget, at now: Instant) -> [TransferEvent] {
    defer { if !isUnread { arrival = nil } }
    var start = 0
    while waiting.count < Budget.itemsPerTurn, budget.hasRoom(at: now) {
      guard start < received.count || isComplete && !isFinished, let isStream = reader?.isStream else {
        break
      }
      guard start < received.count else {
        isFinished = true
        let rest = reader?.finish() ?? []
        budget.take(bytes: 0, items: rest.count)
        add(rest)
        break
      }
      let end = isStream ? min(start + Self.slice, received.count) : received.count
      let new = reader?.append(Array(received[start..<end])) ?? []
      // What is no event costs time as well.
      let lines = reader?.takeLines() ?? 0
      budget.take(bytes: end - start, items: max(new.count, lines / Self.linesOfAnItem))
      add(new)
      start = end
    }
    received.removeFirst(start)
    if received.isEmpty, received.capacity > Self.keptCapacity { received = [] }
    let items = Array(waiting.prefix(Budget.itemsPerTurn))
    waiting = waiting.count > items.count ? waiting.dropFirst(items.count) : []
    guard let arrival, !items.isEmpty, hasToldArrival || now - arrival >= Self.tellingDelay else {
      return items
    }
    hasToldArrival = true
    return [.arrived(arrival)] + items
  }

  private mutating func add(_ items: [ReplyReader.Item]) {
    for item in items {
      // Keep-alives in a row are one sign of life.
      if item == .comment, case .item(.comment) = waiting.last { continue }
      waiting.append(.item(item))
    }
  }
}
