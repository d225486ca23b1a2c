import MCPSessions
import SessionEngine
import TopPlatform
import TopReports

/// Gives metrics and events to a collector of OpenTelemetry, where the environment names one. It hands them
/// over and never waits.
struct Telemetry: ~Copyable {
  private let client: CollectorClient?
  private let signals: Set<Collector.Signal>
  private let interval: Duration
  private let resource: OTLPResource
  private var problems: [String]
  private var waiting: [Event] = []
  private var nextMetrics: Instant?
  private var nextEvents: Instant?

  /// Events wait so long for others to go with them, or until there are so many.
  private static let pause = Duration.seconds(1)
  private static let batch = 512
  /// How long the end of a run waits for collectors, in milliseconds.
  private static let patience: Int32 = 1_000

  init(_ variables: [String: String]) {
    let settings = TelemetrySettings(variables)
    let now = Moment.now
    interval = settings.interval
    problems = settings.problems
    resource = OTLPResource(
      settings.resource, host: hostName, instance: "\(hostName)-\(processNumber)-\(now.wall.milliseconds)",
      started: now.wall)
    guard !settings.collectors.isEmpty else {
      (client, signals) = (nil, [])
      return
    }
    do {
      client = try CollectorClient(settings.collectors)
      signals = Set(settings.collectors.map(\.signal))
      // The first figures are those of a fleet that has settled.
      if signals.contains(.metrics) { nextMetrics = now.instant + min(interval, .seconds(5)) }
    } catch {
      (client, signals) = (nil, [])
      problems.append("nothing is exported: a thread cannot be started (\(error))")
    }
  }

  /// Readable when `takeNews` has something.
  var descriptor: Int32? { client?.news.descriptor }

  /// When `act` has something to do.
  var deadline: Instant? { [nextMetrics, nextEvents].compactMap { $0 }.min() }

  /// Events that happened are to be exported.
  mutating func note(_ events: [Event], at now: Instant) {
    guard !events.isEmpty, signals.contains(.logs) else { return }
    waiting += events
    if nextEvents == nil { nextEvents = now + Self.pause }
    while waiting.count >= Self.batch { sendEvents() }
  }

  /// Hands over what is due.
  mutating func act(_ store: Store, at now: Moment) {
    if let due = nextMetrics, due <= now.instant {
      nextMetrics = now.instant + interval
      sendMetrics(store, at: now)
    }
    if let due = nextEvents, due <= now.instant { sendEvents() }
  }

  /// What an operator should know of the exporting.
  mutating func takeNews() -> [String] {
    let words = problems + (client?.news.drain().words.map(\.text) ?? [])
    problems = []
    return words
  }

  /// Hands over what is left, and gives collectors a moment.
  mutating func close(_ store: Store, at now: Moment) {
    guard let client else { return }
    if nextMetrics != nil { sendMetrics(store, at: now) }
    while !waiting.isEmpty { sendEvents() }
    client.finish(milliseconds: Self.patience)
  }

  private func sendMetrics(_ store: Store, at now: Moment) {
    let (figures, resource) = (store.withoutEvents, resource)
    client?.send(
      Parcel(events: 0) { otlpMetrics(metricFamilies(figures, at: now), resource, as: $0, at: now) },
      as: .metrics)
  }

  private mutating func sendEvents() {
    let (events, resource) = (Array(waiting.prefix(Self.batch)), resource)
    waiting.removeFirst(events.count)
    if waiting.isEmpty { nextEvents = nil }
    guard !events.isEmpty else { return }
    client?.send(
      Parcel(events: events.count) { otlpLogs(events, resource, as: $0, at: Moment.now) }, as: .logs)
  }
}
