import TopDisplay
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
      Link($0, label: $0.label(among: targets), isAlone: isAlone, isReadOnly: isReadOnly)
    }
    store = Store(eventCapacity: events)
  }

  func start() throws -> String? { nil }

  var descriptors: [Int32] { links.flatMap(\.descriptors) }

  var deadline: Instant? { links.compactMap(\.deadline).min() }

  /// Of those that are there the one that is silent the longest.
  var lastTurn: Instant? {
    links.filter(\.isAttached).map(\.lastHeard.instant).min() ?? lastHeard.instant
  }

  var absences: [Absence] { links.compactMap(\.absence) }

  /// What we say ourselves makes nothing of what is shown newer than this.
  private var lastHeard: Moment {
    links.map(\.lastHeard).max { $0.instant < $1.instant } ?? Moment.now
  }

  func take(_ ready: [Readiness]) -> Monitor.News {
    var news = Monitor.News(report: EngineReport())
    for link in links {
      let heard = link.take()
      for refusal in link.takeRefusals() {
        news.refusals.append(refusal)
        news.report.events.append(problem(refusal))
      }
      news.outcomes += link.takeOutcomes()
      guard !heard.isEmpty else { continue }
      news.report.merge(heard)
      if heard.servers != nil { news.report.servers = links.flatMap(\.rows) }
    }
    if news.report.statistics != nil {
      news.report.statistics = links.map(\.statistics).reduce(Statistics(), +)
    }
    if !news.report.isEmpty { store.fold(news.report, at: lastHeard) }
    let doubted = doubts()
    if !doubted.isEmpty {
      news.report.merge(doubted)
      store.fold(doubted, at: lastHeard)
    }
    return news
  }

  /// What a service said that is away now nobody vouches for; when it is back it says everything anew.
  private func doubts() -> EngineReport {
    var report = EngineReport()
    for link in links {
      guard let since = link.doubtfulSince else { continue }
      for key in link.keys {
        guard var session = store.sessions[key], session.unverifiedSince == nil else { continue }
        session.unverifiedSince = since
        report.sessions[key] = session
      }
    }
    return report
  }

  func send(_ command: Command) -> String? {
    switch command {
    case .act(let action, let keys, let by): act(action, on: keys, by.command)
    case .signIn: "sign in where the engine runs: sessiontop login"
    case .apply, .reportConfigurationProblem, .stop: nil
    }
  }

  private func act(_ action: OperatorAction, on keys: [SessionKey], _ command: CommandNumber?) -> String? {
    var isConcerned = false
    var problems: [String] = []
    for link in links {
      switch link.act(action, on: keys, command) {
      case .notConcerned: continue
      case .sent: break
      case .notSent(let why): problems.append(why)
      }
      isConcerned = true
    }
    guard isConcerned else { return "no service has such a session: nothing was sent" }
    return problems.isEmpty ? nil : problems.joined(separator: "; ")
  }

  /// The files are the instance's own, and it follows them.
  func reload() -> Bool { false }

  func note(_ event: Event) {
    var report = EngineReport()
    report.events = [event]
    store.fold(report, at: lastHeard)
  }

  private func problem(_ words: String) -> Event {
    Event(
      time: Moment.now, kind: .configProblem, level: .warning, message: "\(ForeignText(local: words))")
  }

  /// Only this side leaves: the sessions are the instance's.
  func stop() { for link in links { link.close() } }
}
