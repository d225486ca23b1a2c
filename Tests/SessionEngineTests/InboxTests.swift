import MCPSessions
import MCPWire
import Testing

@testable import SessionEngine

@Suite struct `What came in` {
  private static func inbox(_ body: String, type: String) -> Inbox {
    var inbox = Inbox()
    inbox.begin(ResponseHead(status: 200, contentType: type), Limits())
    inbox.note(at: Instant(nanoseconds: 0))
    Array(body.utf8).withUnsafeBytes { inbox.append($0) }
    inbox.complete()
    return inbox
  }

  static let notification = #"{"jsonrpc":"2.0","method":"m"}"#
  static let batch = "[\(Array(repeating: notification, count: 200).joined(separator: ","))]"

  /// A batch is many messages in one document, or in one event.
  @Test(arguments: [
    ("application/json", batch), ("text/event-stream", "data: \(batch)\n\n"),
    ("text/event-stream", "data: \(batch)\n\ndata: \(batch)\n\n"),
  ]) func `is told at most sixty-four a turn, and counted`(type: String, body: String) {
    var inbox = Self.inbox(body, type: type)
    let now = Instant(nanoseconds: 1)
    var budget = Budget(at: now)
    var told = 0
    var turns = 0
    while turns < 20 {
      turns += 1
      let events = inbox.read(&budget, at: now)
      let messages = events.filter { if case .item(.message) = $0 { true } else { false } }
      #expect(messages.count <= Budget.itemsPerTurn)
      told += messages.count
      if !inbox.isUnread { break }
    }
    #expect(told == (body.count > Self.batch.count + 20 ? 400 : 200))
    #expect(turns >= told / Budget.itemsPerTurn)
  }
}
