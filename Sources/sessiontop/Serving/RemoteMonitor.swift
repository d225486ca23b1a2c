import Display
import Glibc
import Platform
import Reports
import SessionEngine
import Sessions

/// What a running instance sees, as this process hears it, and the way back for what an operator wants.
///
/// When the instance goes away, what was known stays, and says so; it is looked for once a second.
final class RemoteMonitor: Watching {
  private let name: String
  private let isReadOnly: Bool
  private(set) var store: Store
  private var line: LineClient?
  private var lastHeard = Moment.now.instant
  private var nextAttempt: Instant?
  private var number = 0
  /// Between the other side's times and our instants.
  private var shift = Duration.zero
  /// Its snapshot has come; before it nothing of it is in its place.
  private var isWhole = false
  /// The run of the instance that events are numbered in, and the last of them that was taken in.
  private var run = 0
  private var lastEvent: UInt64 = 0

  private static let pause = Duration.seconds(1)
  /// Lines that are read in one turn.
  private static let budget = 2_000

  /// Attaches to the instance called `name`. Throws a sentence when there is none.
  init(_ name: String, isReadOnly: Bool, events: Int) throws(CannotRun) {
    (self.name, self.isReadOnly) = (name, isReadOnly)
    store = Store(eventCapacity: events)
    guard attach() else {
      throw CannotRun(
        description: "no instance called \(PrintableText.line(name, limit: 60)) is running",
        exitCode: ExitCode.notWell)
    }
  }

  func start() throws -> String? { nil }

  var descriptors: [Int32] { line.map { [$0.descriptor] } ?? [] }

  var deadline: Instant? { line == nil ? nextAttempt : isUnread ? Moment.now.instant : nil }

  private var isUnread = false

  var lastTurn: Instant? { lastHeard }

  /// Takes in what has come, and looks for an instance that is away.
  func take(_ ready: [Readiness]) -> Monitor.News {
    var news = Monitor.News(report: EngineReport())
    let now = Moment.now
    if line == nil, nextAttempt.map({ $0 <= now.instant }) ?? true {
      nextAttempt = now.instant + Self.pause
      if attach() { news.report.events.append(told("attached to \(ForeignText(local: name)) again", .info)) }
    }
    guard let line else {
      note(news.report)
      return news
    }
    isUnread = false
    for count in 0..<Self.budget {
      guard let text = line.line(within: 0) else { break }
      if let heard = read(text) { news.report.merge(heard) }
      isUnread = count == Self.budget - 1
    }
    if line.isGone {
      self.line = nil
      nextAttempt = now.instant + Self.pause
      let words: Sentence =
        "\(ForeignText(local: name)) is away; what is shown is what it said last, and it is looked for"
      news.report.events.append(told(words, .warning))
    }
    note(news.report)
    return news
  }

  private func note(_ report: EngineReport) {
    if !report.isEmpty { store.fold(report, at: Moment.now) }
  }

  private func told(_ words: Sentence, _ level: EventLevel) -> Event {
    Event(time: Moment.now, kind: .configProblem, level: level, message: words)
  }

  func send(_ command: Command) {
    guard let line else { return }
    switch command {
    case .act(let action, let keys, _):
      number += 1
      _ = line.send(ControlRequest.command(number: number, action, .sessions(keys), isDryRun: false).line)
    case .signIn:
      note(report(of: told("sign in where the engine runs: sessiontop login", .warning)))
    case .apply, .reportConfigurationProblem, .stop: break
    }
  }

  /// The files are the instance's own, and it follows them.
  func reload() -> Bool { false }

  func note(_ event: Event) { note(report(of: event)) }

  /// Only this side leaves: the sessions are the instance's.
  func stop() { line = nil }

  private func report(of event: Event) -> EngineReport {
    var report = EngineReport()
    report.events = [event]
    return report
  }

  private func attach() -> Bool {
    guard let path = Instances.path(of: name), let line = try? LineClient(path: path),
      line.send(ControlRequest.hello(version: programVersion, isReadOnly: isReadOnly, follows: true).line)
    else { return false }
    (self.line, isWhole, lastHeard) = (line, false, Moment.now.instant)
    return true
  }

  private func read(_ text: String) -> EngineReport? {
    lastHeard = Moment.now.instant
    switch Reports.readLine(text.utf8) {
    case .event(let event):
      guard isWhole, event.seq == 0 || event.seq > lastEvent else { return nil }
      lastEvent = max(lastEvent, event.seq)
      return report(of: event).shifted(by: shift)
    case .snapshot(let report, let time):
      shift = lastHeard - time.instant
      isWhole = true
      var whole = report.shifted(by: shift)
      whole.removed = Set(store.sessions.keys).subtracting(report.sessions.keys)
      return whole
    case .report(let report, let time):
      guard isWhole else { return nil }
      shift = lastHeard - time.instant
      return report.shifted(by: shift)
    case nil:
      return hear(ControlAnswer(text))
    }
  }

  private func hear(_ answer: ControlAnswer?) -> EngineReport? {
    switch answer {
    case .hello(let instance):
      if instance.process != run { (run, lastEvent) = (instance.process, 0) }
      return nil
    case .refusal(_, let why):
      return report(of: told("\(ForeignText(local: name)) refuses: \(ForeignText(recorded: why))", .warning))
    case .result, .status, nil: return nil
    }
  }
}
