import Glibc
import TopPlatform
import TopReports
import SessionEngine
import MCPSessions

/// Which instance somebody wants to see: one of this machine, or one of another, through ssh.
struct LinkTarget {
  /// Absent for this machine.
  let host: String?
  /// Absent for the only one.
  let name: String?

  /// `NAME`, `ssh:HOST` or `ssh:HOST/NAME`; absent when it is none of these.
  init?(_ text: String) {
    if text.hasPrefix("ssh:") {
      let parts = text.dropFirst(4).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      // What begins with a hyphen would be an option of ssh.
      guard let host = parts.first, !host.isEmpty, !host.hasPrefix("-"),
        host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
      else { return nil }
      self.host = String(host)
      name = parts.count > 1 ? String(parts[1]) : nil
    } else {
      (host, name) = (nil, text)
    }
    if let name, !Instances.isName(name) { return nil }
  }

  init(name: String) { (host, self.name) = (nil, name) }

  /// For people, and before the names of its servers where there are several.
  var label: String { host.map { name == nil ? $0 : "\($0)/\(name ?? "")" } ?? name ?? "" }

  func open() -> (client: LineClient?, problem: String) {
    if let host {
      let far = "sessiontop attach --pipe" + (name.map { " " + $0 } ?? "")
      let command = ChildCommand(
        program: "ssh",
        arguments: ["-T", "-o", "BatchMode=yes", "-o", "ServerAliveInterval=5", "--", host, far],
        environment: environment)
      do {
        return (try LineClient(through: command, inheritance), "")
      } catch {
        return (nil, "ssh does not start: \(error)")
      }
    }
    guard let name, let path = Instances.path(of: name) else { return (nil, "there is no such name") }
    do {
      return (try LineClient(path: path), "")
    } catch {
      return (nil, "no instance called \(name) is running")
    }
  }
}

/// The line to one instance: what it tells, in our own time, and whether it is there at all.
final class Link {
  let target: LinkTarget
  /// Stands before the names of its servers; empty where there is one line alone.
  let prefix: String
  private let isReadOnly: Bool
  private var client: LineClient?
  private(set) var lastHeard = Moment.now.instant
  private(set) var isUnread = false
  private(set) var nextAttempt: Instant?
  private(set) var servers: [ServerReport] = []
  private(set) var statistics = Statistics()
  private var keys: Set<SessionKey> = []
  private var since = Moment.now
  private var problem = ""
  /// Between the other side's times and our instants.
  private var shift = Duration.zero
  /// Its snapshot has come; before it nothing of it is in its place.
  private(set) var isWhole = false
  /// The run of the instance that events are numbered in, and the last of them that was taken in.
  private var run = 0
  private var lastEvent: UInt64 = 0
  private var number = 0
  /// Whether it was there when that was told last; absent before it was.
  private var standing: Bool?

  private static let pause = Duration.seconds(1)
  /// Who is far away, and whoever lets nobody in, is not asked every second.
  private static let farPause = Duration.seconds(5)
  /// Lines that are read in one turn.
  private static let budget = 2_000

  init(_ target: LinkTarget, prefix: String, isReadOnly: Bool) {
    (self.target, self.prefix, self.isReadOnly) = (target, prefix, isReadOnly)
    attach()
  }

  var descriptor: Int32? { client?.descriptor }
  var deadline: Instant? { client == nil ? nextAttempt : isUnread ? Moment.now.instant : nil }
  /// Whether lines come from it; false while it is away.
  var isAttached: Bool { client != nil }

  private func attach() {
    nextAttempt = Moment.now.instant + (target.host == nil ? Self.pause : Self.farPause)
    let (client, why) = target.open()
    problem = why
    guard let client,
      client.send(ControlRequest.hello(version: programVersion, isReadOnly: isReadOnly, follows: true).line)
    else { return }
    (self.client, isWhole, lastHeard) = (client, false, Moment.now.instant)
  }

  /// What has come since the last call.
  func take() -> EngineReport {
    var news = EngineReport()
    if client == nil, nextAttempt.map({ $0 <= Moment.now.instant }) ?? true { attach() }
    guard let client else { return settle(isThere: false) }
    isUnread = false
    for count in 0..<Self.budget {
      guard let text = client.line(within: 0) else { break }
      if let heard = read(text) { news.merge(named(heard)) }
      isUnread = count == Self.budget - 1
    }
    if client.isGone {
      problem = PrintableText.line(client.words, limit: 200)
      self.client = nil
      isWhole = false
      nextAttempt = Moment.now.instant + (target.host == nil ? Self.pause : Self.farPause)
      news.merge(settle(isThere: false))
    }
    return news
  }

  /// It came or went: an event, and its own row where there are several. Nothing where that is known.
  private func settle(isThere: Bool) -> EngineReport {
    var report = EngineReport()
    let before = standing
    guard before != isThere else { return report }
    (standing, since) = (isThere, Moment.now)
    report.servers = servers
    let why: Sentence = problem.isEmpty ? "" : " (\(ForeignText(recorded: problem)))"
    let label = ForeignText(local: target.label)
    let words: Sentence =
      isThere
      ? "attached to \(label) again"
      : "\(label) is away\(why); what is shown is what it said last, and it is looked for"
    if !isThere || before == false {
      report.events = [
        Event(time: since, kind: .configProblem, level: isThere ? .info : .warning, message: words)
      ]
    }
    report.merge(row(isThere: isThere))
    return report
  }

  /// The state of the line as a row, where there are several.
  private func row(isThere: Bool) -> EngineReport {
    var report = EngineReport()
    guard let key = ownKey else { return report }
    var session = SessionReport(key: key, state: isThere ? .ready : .down, since: since)
    session.lastGood = Moment(instant: lastHeard, wall: Moment.now.wall)
    if !isThere {
      let words = problem.isEmpty ? "it hung up" : problem
      session.cause = SessionError(.connectionReset, detail: "\(ForeignText(recorded: words))")
      session.advice = "look whether the service runs there; it is looked for meanwhile"
    }
    report.sessions[key] = session
    return report
  }

  private var ownKey: SessionKey? { prefix.isEmpty ? nil : SessionKey(server: target.label) }

  /// Its servers, the line itself first where there are several.
  var rows: [ServerReport] {
    guard let key = ownKey else { return servers }
    return [
      ServerReport(
        name: key.server, transport: .streamableHTTP, url: nil, users: [key.user],
        note: "the line to this service", settings: SessionSettings())
    ] + servers
  }

  func act(_ action: OperatorAction, on all: [SessionKey]) {
    let own = all.filter { keys.contains($0) }.map { key in
      SessionKey(server: String(key.server.dropFirst(prefix.count)), user: key.user)
    }
    guard !own.isEmpty else { return }
    number += 1
    _ = client?.send(ControlRequest.command(number: number, action, .sessions(own), isDryRun: false).line)
  }

  func close() { client = nil }

  // MARK: - Lines

  private func read(_ text: String) -> EngineReport? {
    lastHeard = Moment.now.instant
    switch TopReports.readLine(text.utf8) {
    case .event(let event):
      guard isWhole, event.seq == 0 || event.seq > lastEvent else { return nil }
      lastEvent = max(lastEvent, event.seq)
      var report = EngineReport()
      report.events = [event]
      return report.shifted(by: shift)
    case .snapshot(let report, let time):
      shift = lastHeard - time.instant
      return report.shifted(by: shift)
    case .report(let report, let time):
      guard isWhole else { return nil }
      shift = lastHeard - time.instant
      return report.shifted(by: shift)
    case nil:
      hear(ControlAnswer(text))
      return nil
    }
  }

  private func hear(_ answer: ControlAnswer?) {
    switch answer {
    case .hello(let instance):
      if instance.process != run { (run, lastEvent) = (instance.process, 0) }
    case .refusal(_, let why): problem = PrintableText.line(why, limit: 200)
    case .result, .status, nil: break
    }
  }

  /// The same with the names under which its servers stand here.
  private func named(_ report: EngineReport) -> EngineReport {
    func here(_ key: SessionKey) -> SessionKey { SessionKey(server: prefix + key.server, user: key.user) }
    var result = report
    result.sessions = [:]
    for (key, session) in report.sessions { result.sessions[here(key)] = session.renamed(here(key)) }
    result.removed = Set(report.removed.map(here))
    result.events = report.events.map { event in
      var event = event
      event.server = event.server.map { prefix + $0 }
      return event
    }
    if let told = report.servers {
      servers = told.map { $0.renamed(prefix + $0.name) }
      result.removed = keys.subtracting(result.sessions.keys)
      keys = []
      isWhole = true
      problem = ""
      result.merge(settle(isThere: true))
    }
    keys.formUnion(result.sessions.keys)
    keys.subtract(result.removed)
    if let ownKey { keys.remove(ownKey) }
    statistics = report.statistics ?? statistics
    return result
  }
}
