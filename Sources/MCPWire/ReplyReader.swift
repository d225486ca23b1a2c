/// Turns the body of one HTTP answer into messages, while it arrives.
///
/// A request may be answered by one JSON document or by an event stream; which of them it is, is the server's
/// choice (specification 2025-11-25, "Sending Messages to the Server").
package struct ReplyReader: Sendable {
  /// What a body says.
  package enum Item: Hashable, Sendable {
    case message(Message)
    /// A document or an event that is no message.
    case malformed(MessageError)
    /// An event called `error` that is no message, in its own words.
    case complaint(CutText)
    /// The stream asks to wait so many milliseconds before reconnecting.
    case retry(Int)
    /// HTTP+SSE of revision 2024-11-05: where requests are to be sent, as a URI reference.
    case endpoint(String)
    /// A keep-alive: a comment, or an event of a name that has no meaning here.
    case comment
    /// Over a limit; nothing more will come out, the transfer is to be given up.
    case tooLarge
  }

  private enum Form: Sendable {
    case events(ServerSentEvents)
    case document([UInt8], limit: Int)
    case overLimit
  }

  /// Whether the answer is an event stream.
  package let isStream: Bool
  /// Whether anything but whitespace was in the body.
  package private(set) var hasBody = false
  private var form: Form
  /// How much of a body is kept to tell a person what it said, in bytes.
  private static let excerptLimit = 2_048
  private var beginning: [UInt8] = []
  /// The longest reference that is followed, in bytes.
  private static let endpointLimit = 8_192

  /// `contentType` is the header's value; `bodyLimit` and `eventLimit` are in bytes.
  package init(contentType: String, bodyLimit: Int, eventLimit: Int) {
    let mediaType = contentType.prefix { $0 != ";" }.lowercased()
    isStream = mediaType.split(separator: " ").first == "text/event-stream"
    form = isStream ? .events(ServerSentEvents(limit: eventLimit)) : .document([], limit: bodyLimit)
  }

  /// The id of the last event, for resumption; empty when there was none.
  package var lastEventID: String {
    if case .events(let events) = form { events.lastEventID } else { "" }
  }

  /// The beginning of the body as text, for a person; not yet fit for a terminal.
  package var excerpt: CutText { CutText(beginning, limit: Self.excerptLimit) }

  /// Takes in the next bytes of the body.
  package mutating func append(_ bytes: [UInt8]) -> [Item] {
    // One more than is shown tells that there was more.
    if beginning.count <= Self.excerptLimit {
      beginning.append(contentsOf: bytes.prefix(Self.excerptLimit + 1 - beginning.count))
    }
    hasBody = hasBody || bytes.contains { $0 > 0x20 }
    switch form {
    case .events(var events):
      // Taken out and put back so that the buffers inside are not copied.
      form = .overLimit
      let items = events.append(bytes).flatMap(Self.items)
      if items.last != .tooLarge { form = .events(events) }
      return items
    case .document(var document, let limit):
      form = .overLimit
      guard document.count + bytes.count <= limit else { return [.tooLarge] }
      document.append(contentsOf: bytes)
      form = .document(document, limit: limit)
      return []
    case .overLimit:
      return []
    }
  }

  /// How many lines of a stream ended since the last call.
  package mutating func takeLines() -> Int {
    guard case .events(var events) = form else { return 0 }
    form = .overLimit
    defer { form = .events(events) }
    return events.takeLines()
  }

  /// The body is complete: a document is read now, the rest of an event stream is dropped.
  package mutating func finish() -> [Item] {
    guard case .document(let document, _) = form, hasBody else { return [] }
    return Self.read(document)
  }

  private static func items(_ item: ServerSentEvents.Item) -> [Item] {
    switch item {
    case .comment: [.comment]
    case .retry(let milliseconds): [.retry(milliseconds)]
    case .tooLarge: [.tooLarge]
    case .event("message", let data): read(data)
    case .event("endpoint", let data):
      // Half an address leads elsewhere.
      data.count <= endpointLimit ? [.endpoint(String(decoding: data, as: UTF8.self))] : [.tooLarge]
    case .event("error", let data): complaint(data)
    // Names that we do not know are to be ignored; that something came is a sign of life.
    case .event: [.comment]
    }
  }

  /// No event of the specification, and still how some servers say that a request failed.
  private static func complaint(_ data: [UInt8]) -> [Item] {
    let items = read(data)
    if case .malformed? = items.first {
      return [.complaint(CutText(data, limit: excerptLimit))]
    }
    return items
  }

  private static func read(_ bytes: [UInt8]) -> [Item] {
    do {
      return try Message.read(bytes).map { .message($0) }
    } catch .tooLarge {
      return [.tooLarge]
    } catch {
      return [.malformed(error)]
    }
  }
}

/// Whether a JSON text holds more than `limit` values, keys among them; counted by what stands between them,
/// outside of strings, without reading it.
func hasMoreValues(than limit: Int, _ bytes: [UInt8]) -> Bool {
  // Two bytes is the least that a value takes with its comma.
  guard bytes.count > limit else { return false }
  var count = 0
  var isInString = false
  var isEscaped = false
  for byte in bytes {
    if isInString {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
      }
      continue
    }
    switch byte {
    case UInt8(ascii: "\""): isInString = true
    case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "{"):
      count += 1
      if count > limit { return true }
    default: break
    }
  }
  return false
}
