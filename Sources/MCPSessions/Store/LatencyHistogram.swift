/// How long answers took, in logarithmic buckets: percentiles within 5 %, in a fixed 700 bytes.
///
/// Range: 0.05 ms to 100 s; what lies outside falls into the first or last bucket. Once 4 096 answers are in,
/// all counts are halved, so that the present outweighs the past.
struct LatencyHistogram: Hashable, Sendable {
  private static let smallest = 0.05
  private static let bucketCount = 176
  /// Each bucket's upper end is so many times its lower end: eight buckets double.
  private static let growth = 1.090_507_732_665_257_7

  private var counts = [UInt32](repeating: 0, count: bucketCount)
  private var total: UInt32 = 0
  private var last = 0.0

  mutating func add(_ latency: Duration) {
    last = latency.inSeconds * 1_000
    var bucket = 0
    var end = Self.smallest
    while end < last, bucket < Self.bucketCount - 1 {
      end *= Self.growth
      bucket += 1
    }
    counts[bucket] += 1
    total += 1
    if total >= 4_096 {
      counts = counts.map { $0 / 2 }
      total = counts.reduce(0, +)
    }
  }

  /// Whether there are enough answers to say what is usual.
  var isTelling: Bool { total >= 20 }

  /// Absent until there was an answer.
  var summary: LatencySummary? {
    guard total > 0 else { return nil }
    return LatencySummary(
      last: last, p50: percentile(0.50), p95: percentile(0.95), p99: percentile(0.99))
  }

  /// The upper end of the bucket that holds the given share of the answers, in milliseconds.
  private func percentile(_ share: Double) -> Double {
    let wanted = max(1, UInt32(saturating: (Double(total) * share).rounded(.up)))
    var seen: UInt32 = 0
    var end = Self.smallest
    for count in counts {
      seen += count
      if seen >= wanted { return end }
      end *= Self.growth
    }
    return end
  }
}
