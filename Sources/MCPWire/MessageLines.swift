/// Reads JSON-RPC messages that stand a line each, as a process writes them, from bytes that may be cut
/// anywhere (specification 2025-11-25, "stdio").
///
/// Lines end in LF or CRLF, the last one may lack its end. A line that is over the limit is dropped to its
/// end and told once; what follows is read again.
package struct MessageLines: Sendable {
  /// What the lines say.
  package enum Item: Hashable, Sendable {
    case message(Message)
    /// JSON, but no message.
    case malformed(MessageError)
    /// A line that is no JSON: a log that went to the wrong place. Its beginning as text, not yet fit for a
    /// terminal.
    case noise(CutText)
    /// A line was longer than the limit, or held more than is read; it is dropped.
    case tooLong
  }

  /// How much of a line that is no message is kept to tell a person what it said, in bytes.
  package static let excerptLimit = 512

  private let limit: Int
  private var line: [UInt8] = []
  /// The line that is being read is dropped: until its end nothing in it matters.
  package private(set) var isOverLimit = false

  /// `limit` bounds a line, in bytes.
  package init(limit: Int = 4 * 1_024 * 1_024) {
    self.limit = limit
  }

  /// Takes in the next bytes and returns what they complete.
  package mutating func append(_ bytes: ArraySlice<UInt8>) -> [Item] {
    var items: [Item] = []
    var rest = bytes
    while let end = rest.firstIndex(of: 0x0A) {
      keep(rest[..<end], &items)
      endLine(&items)
      rest = rest[rest.index(after: end)...]
    }
    keep(rest, &items)
    return items
  }

  /// The output is over: what has no line end is read, too.
  package mutating func finish() -> [Item] {
    var items: [Item] = []
    endLine(&items)
    return items
  }

  private mutating func keep(_ bytes: ArraySlice<UInt8>, _ items: inout [Item]) {
    guard !isOverLimit else { return }
    guard bytes.count <= limit - line.count else {
      isOverLimit = true
      line = []
      items.append(.tooLong)
      return
    }
    line += bytes
  }

  private mutating func endLine(_ items: inout [Item]) {
    defer {
      line.removeAll(keepingCapacity: line.count <= 16_384)
      isOverLimit = false
    }
    guard !isOverLimit, line.contains(where: { $0 > 0x20 }) else { return }
    do {
      items += try Message.read(line).map { .message($0) }
    } catch MessageError.notJSON {
      items.append(.noise(CutText(line, limit: Self.excerptLimit)))
    } catch MessageError.tooLarge {
      items.append(.tooLong)
    } catch {
      items.append(.malformed(error))
    }
  }
}

/// Cuts what a process writes to standard error into lines.
///
/// Of a line that is over the limit its beginning is told as soon as it is there, so that a process that
/// never ends a line is heard, too. What follows is passed over to its end: it would cost much, and might
/// begin in the middle of a secret.
package struct TextLines: Sendable {
  private let limit: Int
  private var line: [UInt8] = []
  /// The beginning of the line is told.
  private var isOverLimit = false

  /// `limit` bounds a line, in bytes; over it a line is cut.
  package init(limit: Int = 4_096) {
    self.limit = max(1, limit)
  }

  /// Takes in the next bytes and returns the lines that they complete, not yet fit for a terminal; empty ones
  /// are left out.
  package mutating func append(_ bytes: ArraySlice<UInt8>) -> [CutText] {
    var lines: [CutText] = []
    var rest = bytes
    while let end = rest.firstIndex(of: 0x0A) {
      keep(rest[..<end], &lines)
      lines += finish()
      rest = rest[rest.index(after: end)...]
    }
    keep(rest, &lines)
    return lines
  }

  /// The output is over: what has no line end is a line, too.
  package mutating func finish() -> [CutText] { finish(wasCut: false) }

  private mutating func finish(wasCut: Bool) -> [CutText] {
    if line.last == 0x0D { line.removeLast() }
    defer {
      line.removeAll(keepingCapacity: true)
      isOverLimit = false
    }
    guard line.contains(where: { $0 > 0x20 }) else { return [] }
    return [CutText(line, limit: limit, wasCut: wasCut)]
  }

  private mutating func keep(_ bytes: ArraySlice<UInt8>, _ lines: inout [CutText]) {
    guard !isOverLimit else { return }
    line += bytes.prefix(limit - line.count)
    guard line.count == limit else { return }
    lines += finish(wasCut: true)
    isOverLimit = true
  }
}
