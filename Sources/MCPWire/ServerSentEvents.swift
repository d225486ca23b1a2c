/// Reads a `text/event-stream` from bytes that may be cut anywhere (WHATWG HTML, "Server-sent events").
///
/// Lines end in LF, CR or CRLF; a byte order mark is skipped; an event without its blank line at the end of
/// the stream is dropped; comments are never stored, however long they are.
package struct ServerSentEvents: Sendable {
  /// What a stream says.
  package enum Item: Hashable, Sendable {
    /// A complete event that holds data.
    case event(name: String, data: [UInt8])
    /// The server asks to wait this long before reconnecting, at most `retryLimit`, in milliseconds.
    case retry(Int)
    /// A comment, or an event that holds no data: the server is alive.
    case comment
    /// An event or a line was over the limit. Nothing more comes out: the stream is to be given up.
    case tooLarge
  }

  /// The longest wait that is taken from a `retry:` field: an hour, in milliseconds.
  package static let retryLimit = 3_600_000

  /// The longest id that is kept, in bytes: heads of 8 to 16 kB are what servers take.
  private static let idLimit = 1_024

  /// The id of the last complete event, to be sent as `Last-Event-ID`; empty when there was none.
  package private(set) var lastEventID = ""

  /// Lines that ended, comments left out, since they were counted last: a stream may consist of what is no
  /// event, and costs as much.
  private var lines = 0

  private let limit: Int
  private var line: [UInt8] = []
  private var data: [UInt8] = []
  private var hasData = false
  private var name = ""
  private var pendingID: String?
  private var place = Place.start(matched: 0)

  /// Where the next byte stands.
  private enum Place: Hashable, Sendable {
    /// Before the first line; so many bytes of a byte order mark were seen.
    case start(matched: Int)
    case lineStart
    case inLine
    case inComment
    /// Behind a CR: an LF that follows belongs to it.
    case afterCarriageReturn
    case overLimit
  }

  /// `limit` bounds an event and each of its lines, in bytes.
  package init(limit: Int = 1_024 * 1_024) {
    self.limit = limit
  }

  /// Takes in the next bytes and returns what they complete.
  package mutating func append(_ bytes: some Collection<UInt8>) -> [Item] {
    var items: [Item] = []
    var index = bytes.startIndex
    while index < bytes.endIndex {
      // Within a line only its end is looked for; all before that is taken at once.
      if place == .inLine || place == .inComment {
        let end = bytes[index...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.endIndex
        if place == .inLine { keep(bytes[index..<end], &items) }
        index = end
        if index == bytes.endIndex { break }
      }
      append(bytes[index], &items)
      bytes.formIndex(after: &index)
    }
    return items
  }

  private mutating func keep(_ bytes: some Collection<UInt8>, _ items: inout [Item]) {
    line.append(contentsOf: bytes)
    if line.count > limit { overrun(&items) }
  }

  private mutating func append(_ byte: UInt8, _ items: inout [Item]) {
    switch place {
    case .overLimit:
      return
    case .start(let matched):
      let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
      if byte == mark[matched] {
        place = matched == 2 ? .lineStart : .start(matched: matched + 1)
        return
      }
      // Not a byte order mark after all: what looked like one is text.
      place = matched == 0 ? .lineStart : .inLine
      line = Array(mark[..<matched])
    case .afterCarriageReturn:
      place = .lineStart
      if byte == 0x0A { return }
    case .lineStart, .inLine, .inComment:
      break
    }

    switch (byte, place) {
    case (0x0A, _), (0x0D, _):
      if place != .inComment { endLine(&items) }
      if place != .overLimit { place = byte == 0x0D ? .afterCarriageReturn : .lineStart }
    case (UInt8(ascii: ":"), .lineStart):
      items.append(.comment)
      place = .inComment
    case (_, .inComment):
      break
    default:
      place = .inLine
      keep(CollectionOfOne(byte), &items)
    }
  }

  package mutating func takeLines() -> Int {
    defer { lines = 0 }
    return lines
  }

  private mutating func endLine(_ items: inout [Item]) {
    lines += 1
    defer { line.removeAll(keepingCapacity: line.capacity <= 4_096) }
    guard !line.isEmpty else { return dispatch(&items) }

    let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    var value = line[colon...].dropFirst()
    if value.first == 0x20 { value = value.dropFirst() }

    switch String(decoding: line[..<colon], as: UTF8.self) {
    case "data":
      if hasData { data.append(0x0A) }
      hasData = true
      data.append(contentsOf: value)
      if data.count > limit { overrun(&items) }
    case "event":
      name = String(decoding: value, as: UTF8.self)
    case "id":
      // What no header can carry back is no place to resume from; a NUL is none by the specification.
      let isCarried = value.count <= Self.idLimit && value.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
      if !value.contains(0) { pendingID = isCarried ? String(decoding: value, as: UTF8.self) : "" }
    case "retry":
      guard !value.isEmpty, value.allSatisfy({ (0x30...0x39).contains($0) }) else { return }
      let milliseconds = Int(String(decoding: value, as: UTF8.self)) ?? Self.retryLimit
      items.append(.retry(min(milliseconds, Self.retryLimit)))
    default:
      break
    }
  }

  private mutating func dispatch(_ items: inout [Item]) {
    if let pendingID { lastEventID = pendingID }
    if !data.isEmpty {
      items.append(.event(name: name.isEmpty ? "message" : name, data: data))
    } else if hasData || !name.isEmpty {
      // An event without data is none (WHATWG), and still a sign of life.
      items.append(.comment)
    }
    forgetEvent()
  }

  private mutating func overrun(_ items: inout [Item]) {
    items.append(.tooLarge)
    place = .overLimit
    line = []
    forgetEvent()
  }

  private mutating func forgetEvent() {
    data.removeAll(keepingCapacity: data.capacity <= 4_096)
    hasData = false
    name = ""
    pendingID = nil
  }
}
