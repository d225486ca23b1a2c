/// How long things of one kind took, counted into fixed buckets that only ever grow: what scrapers,
/// collectors and their rates need. Its size is fixed.
package struct DurationHistogram: Hashable, Sendable {
  /// The upper ends of the buckets in seconds, which belong to them; one more bucket holds what is above.
  /// These are the ones that the OpenTelemetry conventions for MCP recommend.
  package static let bounds: [Double] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300]

  /// Since when it counts.
  package let since: Moment
  /// How many fell into each bucket; as many as there are bounds, and one.
  package private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
  /// Of all that was added, in seconds.
  package private(set) var sum = 0.0
  /// How many were added.
  package private(set) var count: UInt64 = 0

  package init(since: Moment) {
    self.since = since
  }

  /// Takes in one duration; a negative one counts as none.
  package mutating func add(_ duration: Duration) {
    let seconds = max(0, duration.inSeconds)
    counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
    sum += seconds
    count += 1
  }
}

/// What a histogram of durations is about. Never a session and never a user: as many as there are servers,
/// and a bounded number of kinds for each.
package struct DurationSeries: Hashable, Sendable {
  package enum Subject: Hashable, Sendable {
    /// A request or notification of this method, from its sending to its answer.
    case operation(method: String)
    /// A session, from its handshake to its end.
    case session
  }

  package let server: ExactText
  package let subject: Subject
  /// The negotiated revision, where there is one yet.
  package let protocolVersion: String?
  /// How it failed: the code of a JSON-RPC error, a status of HTTP, or the type of an error; absent when it
  /// did not.
  package private(set) var errorType: String?
  /// The code of a JSON-RPC error, if that is how it failed.
  package private(set) var responseCode: Int?

  package init(
    server: ExactText, subject: Subject, protocolVersion: String?, errorType: String? = nil,
    responseCode: Int? = nil
  ) {
    self.server = server
    self.subject = subject
    self.protocolVersion = protocolVersion
    self.errorType = errorType
    self.responseCode = responseCode
  }

  /// The same, without telling which error it was.
  fileprivate var withOtherError: DurationSeries {
    var series = self
    (series.errorType, series.responseCode) = (errorType.map { _ in "_OTHER" }, nil)
    return series
  }
}

/// All histograms of durations, and which of them grew.
struct Durations: Sendable {
  private var histograms: [DurationSeries: DurationHistogram] = [:]
  private var changed: Set<DurationSeries> = []
  private var kinds: [ExactText: Int] = [:]

  /// A server that finds ever new codes of errors gets no more series than these; others of its errors are
  /// counted as one.
  private static let limit = 64

  /// Counts one duration in.
  mutating func add(_ duration: Duration, to series: DurationSeries, at now: Moment) {
    var series = series
    if histograms[series] == nil {
      if kinds[series.server, default: 0] >= Self.limit { series = series.withOtherError }
      if histograms[series] == nil { kinds[series.server, default: 0] += 1 }
    }
    histograms[series, default: DurationHistogram(since: now)].add(duration)
    changed.insert(series)
  }

  /// Forgets servers that are no longer there.
  mutating func keep(_ servers: Set<ExactText>) {
    histograms = histograms.filter { servers.contains($0.key.server) }
    kinds = kinds.filter { servers.contains($0.key) }
    changed = changed.filter { servers.contains($0.server) }
  }

  /// Those that grew since the last call.
  mutating func takeChanges() -> [DurationSeries: DurationHistogram] {
    guard !changed.isEmpty else { return [:] }
    defer { changed.removeAll(keepingCapacity: true) }
    return Dictionary(
      changed.compactMap { series in histograms[series].map { (series, $0) } }, uniquingKeysWith: { $1 })
  }
}
