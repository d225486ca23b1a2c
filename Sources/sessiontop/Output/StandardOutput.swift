import TopPlatform

/// Standard output of a command that runs on: nobody waits for whoever reads it.
struct StandardOutput: ~Copyable {
  private let writer: TextWriter
  private(set) var isGone = false
  private var dropped = 0

  /// How long the end of a run waits for a slow reader, in milliseconds.
  private static let patience: Int32 = 400

  /// Throws the errno that kept its thread from starting.
  init() throws(ErrorNumber) {
    writer = try TextWriter(to: 1)
  }

  /// Readable when `takeNews` has something.
  var descriptor: Int32 { writer.news.descriptor }

  /// One line, unless nobody reads any more.
  func write(_ line: String) {
    guard !isGone else { return }
    writer.write(line + "\n")
  }

  /// Learns whether anybody still reads.
  mutating func takeNews() { take(writer.news.drain()) }

  private mutating func take(_ news: TextWriter.News) {
    if let failure = news.failure {
      isGone = true
      noteLostOutput(failure)
    }
    dropped += news.dropped
  }

  /// Gives the reader a moment for what still waits, and says on standard error what was lost.
  mutating func finish() {
    let news = writer.finish(milliseconds: Self.patience)
    take(news)
    if !news.isDone, !isGone { complain("standard output is not read: its last lines are lost") }
    if dropped > 0 { complain("standard output was read too slowly: \(dropped) lines are lost") }
  }
}
