// The last wall before the wire: whatever a session's machine comes to, and whatever cycle of answers a
// server leads it into, the requests of one session in any second are counted here. Two more may be sent once
// more with another credential, behind this wall and with a count of their own: twelve in all.

/// The requests of one session: so many in any second, the rest in their order as time allows.
struct Pace: Hashable, Sendable {
  /// More than this a server sees in no second, whatever it answers, beside those two.
  static let limit = 10
  static let window = Duration.seconds(1)

  /// When the last of them went out, in order.
  private var sent: [Instant] = []
  private var waiting: [TransferID] = []

  /// Whether a request may go out at `now`; else it waits.
  mutating func mayGo(_ id: TransferID, at now: Instant) -> Bool {
    guard waiting.isEmpty, take(at: now) else {
      waiting.append(id)
      return false
    }
    return true
  }

  /// When the next one that waits may go; absent when none waits.
  var deadline: Instant? {
    guard !waiting.isEmpty else { return nil }
    return sent.count < Self.limit ? .zero : sent.first.map { $0 + Self.window }
  }

  /// Those whose time has come, in their order.
  mutating func due(at now: Instant) -> [TransferID] {
    var due: [TransferID] = []
    while let next = waiting.first, take(at: now) {
      waiting.removeFirst()
      due.append(next)
    }
    return due
  }

  /// It is not to be sent any more.
  mutating func drop(_ id: TransferID) { waiting.removeAll { $0 == id } }

  private mutating func take(at now: Instant) -> Bool {
    while let first = sent.first, now - first >= Self.window { sent.removeFirst() }
    guard sent.count < Self.limit else { return false }
    sent.append(now)
    return true
  }
}
