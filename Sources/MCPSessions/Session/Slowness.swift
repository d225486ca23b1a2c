// Answers that come, but take far longer than they should.

extension Live {
  /// Takes in how long an answer to a probe took, with the server's usual time if enough answers tell of it.
  /// Two slow ones in a row make a session slow, two quick ones end it: one alone may be anybody's.
  mutating func take(_ took: Duration, usual: Double?, limit: Duration) {
    let milliseconds = took.inSeconds * 1_000
    // What is usual is what was so before: slow answers must not become their own measure.
    let before = slow?.usual ?? usual
    let isOverLimit = limit > .zero && took >= limit
    let isFarOverUsual = before.map { took >= Self.noticeable && milliseconds >= $0 * 10 } ?? false
    if isOverLimit || isFarOverUsual {
      slowStreak = max(0, slowStreak) + 1
      if slowStreak >= 2 || slow != nil { slow = SlowAnswers(last: milliseconds, usual: before) }
    } else {
      slowStreak = min(0, slowStreak) - 1
      if slowStreak <= -2 { slow = nil }
    }
  }

  /// Nobody notices less, whatever a server on the same machine usually takes.
  private static let noticeable = Duration.milliseconds(250)
}

extension LatencyHistogram {
  /// The median, once it is one.
  var usual: Double? { isTelling ? summary?.p50 : nil }
}
