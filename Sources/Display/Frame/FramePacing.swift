/// Lets the next frame wait until the last one was seen.
///
/// A line with deep buffers takes bytes long before anybody sees them, and what is drawn meanwhile only makes
/// the
/// picture later. So the terminal is asked where its cursor is (ECMA-48, DSR 6) behind what was drawn: it
/// answers
/// once it has come so far. One that never answers is never waited for.
public struct FramePacing: Sendable {
  /// The question, asked from the second row: an answer from the first one may look like a key (`ESC [ 1 ; 2
  /// R`).
  public static let question = "\u{1B}7\u{1B}[2;1H\u{1B}[6n\u{1B}8"
  /// So many bytes are drawn unasked: they are seen within the second on the slowest of lines.
  static let unaskedLimit = 256
  /// An answer that takes longer does not come any more.
  static let patience = Duration.seconds(30)

  private enum State: Hashable, Sendable {
    case idle(unasked: Int)
    case asked(at: Duration)
  }

  private var state = State.idle(unasked: 0)
  /// Whether this terminal has ever answered.
  private var answers = false

  public init() {}

  /// Whether a question is under way at a terminal that answers.
  public var awaitsAnswer: Bool { if case .asked = state { answers } else { false } }

  /// Whether a frame at `now` is to wait for what was drawn before.
  public func holds(at now: Duration) -> Bool {
    if let deadline { now < deadline } else { false }
  }

  /// Until when frames wait at the latest; absent while none does.
  public var deadline: Duration? {
    if case .asked(let instant) = state, answers { instant + Self.patience } else { nil }
  }

  /// The screen was opened: whether to ask.
  public mutating func opened(at now: Duration) -> Bool {
    state = .asked(at: now)
    return true
  }

  /// So many bytes were drawn: whether to ask behind them.
  public mutating func drew(_ bytes: Int, at now: Duration) -> Bool {
    switch state {
    case .asked(let instant):
      // Given up: it may still answer, and is asked once more.
      guard answers, now - instant >= Self.patience else { return false }
    case .idle(let unasked):
      guard unasked + bytes >= Self.unaskedLimit else {
        state = .idle(unasked: unasked + bytes)
        return false
      }
    }
    state = .asked(at: now)
    return true
  }

  /// The terminal answered.
  public mutating func answered() {
    answers = true
    state = .idle(unasked: 0)
  }
}
