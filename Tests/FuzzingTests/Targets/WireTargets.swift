import MCPWire
import MCPSessions

@testable import SessionEngine

extension FuzzTarget {
  /// The head of an answer, line by line as libcurl hands it over.
  static let heads = FuzzTarget(name: "heads") { (bytes) throws(Broken) in
    var reader = HeadReader(limit: 16_384)
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      guard (try? reader.take(line + [0x0A])) != nil else { break }
    }
    guard let head = reader.head else { return }
    try promise((200...999).contains(head.status), "status \(head.status)")
    try promise(
      head.sessionIDs.count <= 8 && head.challenges.count <= 8 && head.cookies.count <= 16,
      "more headers than are kept")
    for id in head.sessionIDs { _ = SessionID(id) }
    for challenge in head.challenges {
      try promise(Challenge.read(challenge).count <= 2_048, "more challenges than letters")
    }
  }

  /// A stream of events: what it says does not depend on where it was cut.
  static let events = FuzzTarget(name: "events") { (bytes) throws(Broken) in
    var whole = ServerSentEvents(limit: 1_024)
    let items = whole.append(bytes)
    var cut = ServerSentEvents(limit: 1_024)
    let same = pieces(bytes).flatMap { cut.append($0) }
    try promise(items == same, "pieces say something else: \(items) \(same)")
    try promise(whole.lastEventID == cut.lastEventID, "pieces end with another id")
    for item in items {
      switch item {
      case .event(_, let data): try promise(data.count <= 1_024, "an event over the limit")
      case .retry(let wait): try promise((0...ServerSentEvents.retryLimit).contains(wait), "waits \(wait)")
      case .comment, .tooLarge: break
      }
    }
  }

  /// A JSON-RPC message: the id that we send back is the id that came.
  static let messages = FuzzTarget(name: "messages") { (bytes) throws(Broken) in
    let messages = (try? Message.read(bytes)) ?? []
    for message in messages {
      guard case .request = message.content, let id = message.id else { continue }
      let asked = #"{"jsonrpc":"2.0","id":\#(id.json),"method":"x"}"#
      guard let again = try? Message.read(Array(asked.utf8)), again.count == 1 else {
        throw Broken(description: "an id of theirs is none of ours: \(asked)")
      }
      try promise(again[0].id == id, "the id came back as another: \(asked)")
    }
    if let value = try? JSONValue.read(bytes) {
      try promise((try? JSONValue.read(bytes)) == value, "the same bytes are another value")
    }
  }

  /// A whole body, as a document or as a stream.
  static let replies = FuzzTarget(name: "replies") { (bytes) throws(Broken) in
    let type = bytes.first == 0 ? "application/json" : "text/event-stream"
    var whole = ReplyReader(contentType: type, bodyLimit: 2_048, eventLimit: 1_024)
    let items = whole.append(bytes) + whole.finish()
    var cut = ReplyReader(contentType: type, bodyLimit: 2_048, eventLimit: 1_024)
    let same = pieces(bytes).flatMap { cut.append(Array($0)) } + cut.finish()
    try promise(items == same, "pieces say something else: \(items) \(same)")
  }

  /// What a process writes.
  static let lines = FuzzTarget(name: "lines") { (bytes) throws(Broken) in
    var whole = MessageLines(limit: 512)
    let items = whole.append(bytes[...]) + whole.finish()
    var cut = MessageLines(limit: 512)
    let same = pieces(bytes).flatMap { cut.append($0) } + cut.finish()
    try promise(items == same, "pieces say something else: \(items) \(same)")
    var words = TextLines(limit: 100)
    let texts = words.append(bytes[...]) + words.finish()
    var cutWords = TextLines(limit: 100)
    let sameTexts = pieces(bytes).flatMap { cutWords.append($0) } + cutWords.finish()
    try promise(texts == sameTexts, "pieces say other words")
  }
}
