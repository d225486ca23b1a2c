import TopPlatform
import SessionEngine
import MCPSessions

/// What running instances see, as this process hears it, and the way back for what an operator wants.
///
/// When one goes away, what it said last stays, and that it is away is said; it is looked for.
final class RemoteMonitor: Watching {
  private let links: [Link]
  private(set) var store: Store

  init(_ targets: [LinkTarget], isReadOnly: Bool, events: Int) {
    let isAlone = targets.count == 1
    links = targets.map {
      Link($0, prefix: isAlone ? "" : $0.label + "/", isReadOnly: isReadOnly)
    }
    store = Store(eventCapacity: events)
  }

  func start() throws -> String? { nil }

  var descriptors: [Int32] { links.compactMap(\.descriptor) }

  var deadline: Instant? { links.compactMap(\.deadline).min() }

  /// Of those that are there the one that is silent the longest.
  var lastTurn: Instant? {
    links.filter(\.isAttached).map(\.lastHeard).min() ?? links.map(\.lastHeard).max()
  }

  func take(_ ready: [Readiness]) -> Monitor.News {
    var news = Monitor.News(report: EngineReport())
    for link in links {
      let heard = link.take()
      guard !heard.isEmpty else { continue }
      news.report.merge(heard)
      if heard.servers != nil { news.report.servers = links.flatMap(\.rows) }
    }
    if news.report.statistics != nil {
      news.report.statistics = links.map(\.statistics).reduce(Statistics(), +)
    }
    if !news.report.isEmpty { store.fold(news.report, at: Moment.now) }
    return news
  }

  func send(_ command: Command) {
    switch command {
    case .act(let action, let keys, _): for link in links { link.act(action, on: keys) }
    case .signIn:
      note(
        Event(
          time: Moment.now, kind: .configProblem, level: .warning,
          message: "sign in where the engine runs: sessiontop login"))
    case .apply, .reportConfigurationProblem, .stop: break
    }
  }

  /// The files are the instance's own, and it follows them.
  func reload() -> Bool { false }

  func note(_ event: Event) {
    var report = EngineReport()
    report.events = [event]
    store.fold(report, at: Moment.now)
  }

  /// Only this side leaves: the sessions are the instance's.
  func stop() { for link in links { link.close() } }
}
