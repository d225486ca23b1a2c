import TopPlatform

/// Writes the event log on a thread of its own: a disk may take seconds, and a log may lie on one that hangs.
final class EventLogWriter: Sendable {
  /// What people should know of the writing.
  struct News: Mail {
    /// Sentences, at most a few between two looks.
    fileprivate(set) var words: [String] = []
    fileprivate(set) var isDone = false

    var isEmpty: Bool { words.isEmpty && !isDone }

    mutating func merge(_ later: News) {
      words = Array((words + later.words).suffix(16))
      isDone = isDone || later.isDone
    }
  }

  let news: Mailbox<News>
  private let queue: Mailbox<TextQueue>

  /// How long the end of a run waits for the disk, in milliseconds.
  private static let patience: Int32 = 300

  /// Throws the errno that kept the thread from starting.
  init(_ place: EventLogPlace) throws(ErrorNumber) {
    news = try Mailbox()
    queue = try Mailbox()
    let (news, queue) = (news, queue)
    try startThread(named: "event log") {
      var file = EventLogFile(place)
      while true {
        _ = wait(reading: [queue.descriptor], milliseconds: -1)
        let taken = queue.drain()
        var told = News()
        told.words = file.append(taken, at: ClockReading())
        told.isDone = taken.isLast
        news.post(told)
        if taken.isLast { return }
      }
    }
  }

  /// Has whole lines written.
  func write(_ lines: String) { queue.post(TextQueue(lines)) }

  /// Waits a moment until all is written.
  func finish() {
    queue.post(TextQueue("", isLast: true))
    var left = Self.patience
    while left > 0, !news.drain().isDone {
      _ = wait(reading: [news.descriptor], milliseconds: 20)
      left -= 20
    }
  }
}
