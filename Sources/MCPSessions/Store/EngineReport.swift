/// All that changed in one or more turns of the engine. Reports merge, so a reader that does not look for
/// hours costs bounded memory: sessions are replaced by newer states, the oldest events are dropped and
/// counted.
public struct EngineReport: Hashable, Sendable {
  /// Most events that wait for a reader.
  package static let eventLimit = 4_096

  /// The servers in the order of the configuration; absent when unchanged.
  package var servers: [ServerReport]?
  /// Sessions that changed, as they are now.
  public var sessions: [SessionKey: SessionReport] = [:]
  /// Sessions that are no longer kept.
  public var removed: Set<SessionKey> = []
  /// What happened, in order; at most 4096, the newest.
  public var events: [Event] = []
  /// Events that were lost since the report before, because nobody took them in time.
  public var eventsDropped = 0
  /// The counts over all sessions; nil when unchanged.
  public var statistics: Statistics?
  /// How long things take, where that grew.
  package var durations: [DurationSeries: DurationHistogram] = [:]
  /// The ways to origins that changed, by a number that holds as long as a way is used.
  package var origins: [Int: OriginReport] = [:]
  /// True once, in the very last report: the engine has stopped, or could not begin for want of descriptors.
  package var stopped = false

  package init() {}

  package var isEmpty: Bool {
    servers == nil && sessions.isEmpty && removed.isEmpty && events.isEmpty && eventsDropped == 0
      && statistics == nil && durations.isEmpty && origins.isEmpty && !stopped
  }

  /// Takes in a later report.
  package mutating func merge(_ later: EngineReport) {
    servers = later.servers ?? servers
    for key in later.removed {
      sessions[key] = nil
      removed.insert(key)
    }
    for (key, report) in later.sessions {
      sessions[key] = report
      removed.remove(key)
    }
    events += later.events
    eventsDropped += later.eventsDropped
    dropOldEvents()
    statistics = later.statistics ?? statistics
    durations.merge(later.durations) { $1 }
    origins.merge(later.origins) { $1 }
    stopped = stopped || later.stopped
  }

  /// Adds what happened; over the limit the oldest go, many at once, so that each costs little.
  mutating func append(_ event: Event) {
    events.append(event)
    if events.count >= 2 * Self.eventLimit { dropOldEvents() }
  }

  /// Keeps no more than the limit.
  mutating func dropOldEvents() {
    guard events.count > Self.eventLimit else { return }
    eventsDropped += events.count - Self.eventLimit
    events.removeFirst(events.count - Self.eventLimit)
  }
}

/// The connectivity of one way to an origin, which all its sessions share.
package struct OriginReport: Hashable, Sendable {
  package let origin: String
  /// Connects that failed in a row; 0 means the way is open.
  package let failures: Int
  /// When the one prober tries next, while the way is closed.
  package let nextProbe: Instant?
  /// Sessions that wait for the way to open or for their turn.
  package let waiting: Int

  /// The way is open and nobody waits.
  var isWell: Bool { failures == 0 && waiting == 0 }

  package init(origin: String, failures: Int, nextProbe: Instant?, waiting: Int) {
    self.origin = origin
    self.failures = failures
    self.nextProbe = nextProbe
    self.waiting = waiting
  }
}
