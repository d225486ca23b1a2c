/// Errors by type over the last minute, quarter of an hour and day, in memory that does not grow with errors.
package struct ErrorCounters: Hashable, Sendable {
  /// The windows that are shown.
  package enum Window: CaseIterable, Sendable {
    case minute, quarterHour, day

    /// Buckets of equal length that make up the window; the oldest is let go as a whole.
    var buckets: Int { self == .minute ? 60 : 96 }

    var bucketLength: Duration {
      switch self {
      case .minute: .seconds(1)
      case .quarterHour: .seconds(15 * 60) / 96
      case .day: .seconds(15 * 60)
      }
    }
  }

  private struct Counter: Hashable, Sendable {
    var counts: [Int]
    /// Number of the newest bucket since the clock's origin.
    var newest: Int64 = .min

    init(buckets: Int) { counts = Array(repeating: 0, count: buckets) }

    mutating func add(_ times: Int, bucket: Int64) {
      let size = Int64(counts.count)
      if bucket.subtractingSaturated(newest) >= size {
        counts = Array(repeating: 0, count: counts.count)
        newest = bucket
      }
      while newest < bucket {
        newest += 1
        counts[place(of: newest)] = 0
      }
      // An event that is reported late still counts, unless its bucket is gone.
      if newest.subtractingSaturated(bucket) < size {
        counts[place(of: bucket)] = counts[place(of: bucket)].addingSaturated(times)
      }
    }

    /// Buckets before the clock's origin have places too: a file may tell of a time before 1970.
    private func place(of bucket: Int64) -> Int {
      let size = Int64(counts.count)
      return Int((bucket % size + size) % size)
    }

    func total(at bucket: Int64) -> Int {
      let size = Int64(counts.count)
      guard bucket.subtractingSaturated(newest) < size else { return 0 }
      // Buckets from before the window's start are skipped, not cleared: reading changes nothing.
      let first = max(bucket, newest).subtractingSaturated(size - 1)
      guard first <= newest else { return 0 }
      return (first...newest).reduce(0) { $0.addingSaturated(counts[place(of: $1)]) }
    }
  }

  private var counters: [ErrorType: [Window: Counter]] = [:]
  /// How often each request met each type, since the start.
  private var asked: [ErrorType: [Purpose: Int]] = [:]

  package init() {}

  /// Types that were ever counted.
  package var types: [ErrorType] { ErrorType.allCases.filter { counters[$0] != nil } }

  /// Which requests met a type of error since the start, the most often first; none where it was on the way.
  package func requests(meeting type: ErrorType) -> [(request: Purpose, count: Int)] {
    (asked[type] ?? [:]).map { (request: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.request.rawValue) < ($0.count, $1.request.rawValue) }
  }

  /// Counts an error that happened at `now` to what was asked then.
  package mutating func count(
    _ type: ErrorType, asking request: Purpose? = nil, times: Int = 1, at now: Instant
  ) {
    if let request {
      asked[type, default: [:]][request] = (asked[type]?[request] ?? 0).addingSaturated(times)
    }
    for window in Window.allCases {
      var counter = counters[type]?[window] ?? Counter(buckets: window.buckets)
      counter.add(times, bucket: bucket(of: now, in: window))
      counters[type, default: [:]][window] = counter
    }
  }

  /// Errors of a type within the window that ends at `now`.
  package func total(_ type: ErrorType, over window: Window, at now: Instant) -> Int {
    counters[type]?[window]?.total(at: bucket(of: now, in: window)) ?? 0
  }

  private func bucket(of instant: Instant, in window: Window) -> Int64 {
    // Rounded down on both sides of the clock's origin.
    let length = window.bucketLength.inNanoseconds
    return instant.nanoseconds / length - (instant.nanoseconds % length < 0 ? 1 : 0)
  }
}
