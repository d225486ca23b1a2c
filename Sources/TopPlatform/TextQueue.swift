import Glibc

/// Text that waits for a thread to write it, within a bound: who produces it never waits.
package struct TextQueue: Mail {
  /// What waits, oldest first.
  package private(set) var text = ""
  /// Lines that did not fit and are lost.
  package private(set) var dropped = 0
  /// Nothing follows.
  package private(set) var isLast = false

  /// More than this does not wait, in bytes.
  package static let limit = 8 << 20

  package init() {}

  /// A text of whole lines.
  package init(_ text: String, isLast: Bool = false) {
    self.text = text
    self.isLast = isLast
  }

  package var isEmpty: Bool { text.isEmpty && dropped == 0 && !isLast }

  package mutating func merge(_ later: TextQueue) {
    if text.utf8.count + later.text.utf8.count <= Self.limit {
      text += later.text
    } else {
      dropped += later.text.utf8.count { $0 == 0x0A }
    }
    dropped += later.dropped
    isLast = isLast || later.isLast
  }
}

/// Writes to a descriptor on a thread of its own, so that nobody waits for its reader: a terminal that is
/// stopped, a pipe that is full, a disk.
package final class TextWriter: Sendable {
  /// What became of it; its descriptor is readable while there is something.
  package let news: Mailbox<News>
  private let queue: Mailbox<TextQueue>

  /// What became of the writing.
  package struct News: Mail {
    /// Why nothing can be written any more; absent while it can.
    package fileprivate(set) var failure: ErrorNumber?
    /// Lines that were lost since the last time, because the reader was too slow.
    package fileprivate(set) var dropped = 0
    /// All is written that there was.
    package fileprivate(set) var isDone = false

    package init() {}

    package var isEmpty: Bool { failure == nil && dropped == 0 && !isDone }

    package mutating func merge(_ later: News) {
      failure = failure ?? later.failure
      dropped += later.dropped
      isDone = isDone || later.isDone
    }
  }

  /// The descriptor stays its owner's. Throws the errno that kept the thread from starting.
  package init(to descriptor: Int32) throws(ErrorNumber) {
    news = try Mailbox()
    queue = try Mailbox()
    let (news, queue) = (news, queue)
    try startThread(named: "writer") {
      var isBroken = false
      while true {
        _ = wait(reading: [queue.descriptor], milliseconds: -1)
        let taken = queue.drain()
        var told = News()
        told.dropped = taken.dropped
        if !isBroken, let failure = writeWaiting(taken.text, to: descriptor) {
          isBroken = true
          told.failure = failure
        }
        told.isDone = taken.isLast
        news.post(told)
        if taken.isLast { return }
      }
    }
  }

  /// Has a text of whole lines written; over the bound it is lost, counted and told.
  package func write(_ text: String) { queue.post(TextQueue(text)) }

  /// Waits until all is written, at most so many milliseconds, and answers what became of it: it is not done
  /// when that was too short. Nothing may be written after it.
  package func finish(milliseconds limit: Int32) -> News {
    queue.post(TextQueue("", isLast: true))
    let end = ClockReading().monotonic + Int64(limit) * 1_000_000
    var told = News()
    while !told.isDone {
      let left = (end - ClockReading().monotonic) / 1_000_000
      guard left > 0 else { break }
      _ = wait(reading: [news.descriptor], milliseconds: Int32(clamping: left))
      told.merge(news.drain())
    }
    return told
  }
}

/// Writes a whole text, waiting for a reader as long as it takes; the errno when it cannot.
private func writeWaiting(_ text: String, to descriptor: Int32) -> ErrorNumber? {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if written > 0 { bytes = bytes.dropFirst(written) }
    guard written < 0 else { continue }
    let error = ErrorNumber.current
    if error == ErrorNumber(EAGAIN) { _ = wait(reading: [], writing: [descriptor], milliseconds: -1) }
    guard error == ErrorNumber(EAGAIN) || error == ErrorNumber(EINTR) else { return error }
  }
  return nil
}
