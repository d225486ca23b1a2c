import MCPWire
import MCPSessions

/// The body of one answer between libcurl, which brings it as it comes, and the session, which takes of it
/// what its budget allows.
struct Inbox {
  /// What was brought and not read.
  private var received: [UInt8] = []
  /// Absent before the head is known.
  private var reader: ReplyReader?
  /// When the oldest of what is to be told came in.
  private var arrival: Instant?
  private var hasToldArrival = false

  /// Later than this after it came, what is told says when it came.
  private static let tellingDelay = Duration.milliseconds(1)
  /// So many bytes of a stream, which may be as many events, are read before the budget is asked again.
  private static let slice = 512
  /// More memory than this is not kept for the next bytes.
  private static let keptCapacity = 16_384

  /// Whether libcurl may bring more.
  var hasRoom: Bool { received.count < Budget.bytesPerTurn }
  /// Whether something can be read now.
  var isUnread: Bool { !received.isEmpty && reader != nil }
  /// The beginning of the body, for people.
  var excerpt: String { reader?.excerpt ?? "" }
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
  mutating func clear() { received = [] }

  /// What there is to tell, as far as `budget` goes at `now`.
  mutating func read(_ budget: inout Budget, at now: Instant) -> [TransferEvent] {
    defer { if !isUnread { arrival = nil } }
    var items: [TransferEvent] = []
    var start = 0
    while start < received.count, items.count < Budget.itemsPerTurn, budget.hasRoom(at: now) {
      guard let isStream = reader?.isStream else { break }
      let end = isStream ? min(start + Self.slice, received.count) : received.count
      let new = reader?.append(Array(received[start..<end])) ?? []
      budget.take(bytes: end - start, items: new.count)
      for item in new {
        // Keep-alives in a row are one sign of life.
        if item == .comment, case .item(.comment) = items.last { continue }
        items.append(.item(item))
      }
      start = end
    }
    received.removeFirst(start)
    if received.isEmpty, received.capacity > Self.keptCapacity { received = [] }
    guard let arrival, !items.isEmpty, hasToldArrival || now - arrival >= Self.tellingDelay else {
      return items
    }
    hasToldArrival = true
    return [.arrived(arrival)] + items
  }

  /// The rest, once all has come and was read.
  mutating func finish() -> [TransferEvent] { (reader?.finish() ?? []).map { .item($0) } }
}
