/// Lets the next frame wait until the last one was seen.
///
/// A line with deep buffers takes bytes long before anybody sees them, and what is drawn meanwhile only makes
/// the picture later. So the terminal is asked where its cursor is (ECMA-48, DSR 6) behind what was drawn: it
/// answers once it has come so far. One that never answers is never waited for.
package struct FramePacing: Sendable {
  /// The question, asked from the second row: an answer from the first one may look like a key (`ESC [ 1 ; 2
  /// R`).
  package static let question = "\u{1B}7\u{1B}[2;1H\u{1B}[6n\u{1B}8"
  /// So many bytes are drawn unasked: they are seen within the second on the slowest of lines.
  static let unaskedLimit = 256
  /// An answer that takes longer does not come any more, and nobody looks at a still screen for longer.
  static let patience = Duration.seconds(5)

  /// When the question was asked that has no answer yet.
  private var asked: Duration?
  /// Whether this terminal has ever answered.
  private var answers = false
  /// Bytes that were drawn since the last question.
  private var unasked = 0

  package init() {}

  /// Whether a question is under way at a terminal that answers.
  package var awaitsAnswer: Bool { asked != nil && answers }

  /// Until when a frame at `now` had better wait for what was drawn before; absent when it need not.
  package func busyUntil(at now: Duration) -> Duration? {
    // One that has not answered yet may never do so; its first pictures must not wait for that.
    guard let asked, answers, now < asked + Self.patience else { return nil }
    return asked + Self.patience
  }

  /// The terminal was asked before anything was drawn.
  package mutating func opened(at now: Duration) { asked = now }

  /// So many bytes were drawn: whether to ask behind them.
  package mutating func drew(_ bytes: Int, at now: Duration) -> Bool {
    unasked += bytes
    // Where an answer was lost it is asked once more; where none ever came it is not.
    if let asked, !answers || now - asked < Self.patience { return false }
    guard unasked >= Self.unaskedLimit else { return false }
    (asked, unasked) = (now, 0)
    return true
  }

  /// The terminal answered.
  package mutating func answered() {
    answers = true
    asked = nil
  }

  /// What was under way does not come any more: somebody else has the terminal.
  package mutating func forget() {
    asked = nil
    unasked = 0
  }
}
