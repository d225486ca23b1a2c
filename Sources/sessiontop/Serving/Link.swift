// Long, because one owner holds all that a line to a service knows, from the call to what came of commands.

import Glibc
import TopDisplay
import TopPlatform
import TopReports
import SessionEngine
import MCPSessions

/// The line to one instance: what it tells, in our own time, and whether it is there at all.
final class Link {
  let target: LinkTarget
  let label: String
  /// Stands before the names of its servers; empty where there is one line alone.
  let prefix: String
  private let isReadOnly: Bool
  private var line: Line
  /// When a line came last, of whatever run; before the first one when it was looked for first.
  private(set) var lastHeard = Moment.now
  private(set) var isUnread = false
  private(set) var servers: [ServerReport] = []
  private(set) var statistics = Statistics()
  private(set) var keys: Set<SessionKey> = []
  /// Why it is away, as far as that is known: what the last attempt came to.
  private var why = ""
  /// Between the other side's times and our instants.
  private var shift = Duration.zero
  /// The run of the instance that events are numbered in, and the last of them that was taken in.
  private var run: InstanceRun?
  private var lastEvent: UInt64 = 0
  private var number = 0
  private var standing = Standing.untold
  private var refusals: [String] = []
  /// What was sent and is not answered, by the number in the request.
  private var commands: [Int: CommandNumber] = [:]
  private var outcomes: [CommandOutcome] = []

  private enum Line {
    /// Looked for at that time.
    case away(next: Instant)
    /// Greeted; before its snapshot has come nothing of it is in its place.
    case calling(LineClient, until: Instant)
    case attached(LineClient)
  }

  /// What was told last of its being there.
  private enum Standing {
    case untold
    case there(since: Moment)
    /// With the reasons that were told since then.
    case away(since: Moment, reasons: Set<String>)
  }

  private static let pause = Duration.seconds(1)
  /// Who is far away, and whoever lets nobody in, is not asked every second.
  private static let farPause = Duration.seconds(5)
  /// How long its first word may take; far away there is a name to be found and a key to be shown.
  private static let patience = Duration.seconds(10)
  private static let farPatience = Duration.seconds(60)
  /// Lines that are read in one turn.
  private static let budget = 2_000
  /// Different reasons of one absence that are told.
  private static let reasonLimit = 8

  init(_ target: LinkTarget, label: String, isAlone: Bool, isReadOnly: Bool) {
    (self.target, self.label, self.isReadOnly) = (target, label, isReadOnly)
    prefix = isAlone ? "" : label + "/"
    line = .away(next: Moment.now.instant)
    call()
  }

  private var client: LineClient? {
    switch line {
    case .away: nil
    case .calling(let client, _), .attached(let client): client
    }
  }

  var descriptors: [Int32] { client?.descriptors ?? [] }

  var deadline: Instant? {
    switch line {
    case .away(let next): next
    case .calling(_, let until): isUnread ? Moment.now.instant : until
    case .attached: isUnread ? Moment.now.instant : nil
    }
  }

  /// Whether what is shown is what it says; false while it is away, or has not said anything yet.
  var isAttached: Bool { if case .attached = line { true } else { false } }

  /// That it is away, once that was told.
  var absence: Absence? {
    guard case .away(let since, _) = standing else { return nil }
    return Absence(
      label: PrintableText.line(label, limit: 60), keys: prefix.isEmpty ? nil : keys, row: ownKey,
      since: since.wall, why: why)
  }

  /// Since when its sessions are doubtful, where there are others that are not; absent while it is there.
  var doubtfulSince: Moment? {
    if ownKey != nil, case .away(let since, _) = standing { since } else { nil }
  }

  private func call() {
    let (client, problem) = target.open()
    guard let client,
      client.send(ControlRequest.hello(version: programVersion, isReadOnly: isReadOnly, follows: true).line)
    else { return goAway(problem) }
    line = .calling(
      client, until: Moment.now.instant + (target.host == nil ? Self.patience : Self.farPatience))
  }

  /// A reason that is already known is kept where nothing new is said.
  private func goAway(_ reason: String) {
    if isAttached || !reason.isEmpty { why = reason }
    line = .away(next: Moment.now.instant + (target.host == nil ? Self.pause : Self.farPause))
  }

  /// What has come since the last call.
  func take() -> EngineReport {
    var news = EngineReport()
    if case .away(let next) = line, next <= Moment.now.instant { call() }
    guard let client else { return tellAbsence() }
    isUnread = false
    for count in 0..<Self.budget {
      guard self.client != nil, let text = client.line(within: 0) else { break }
      if let heard = read(text) { news.merge(named(heard)) }
      isUnread = count == Self.budget - 1
    }
    if client.isGone { goAway(PrintableText.line(client.words, limit: 200)) }
    if case .calling(_, let until) = line, until <= Moment.now.instant {
      let words = PrintableText.line(client.words, limit: 200)
      goAway(words.isEmpty ? "it does not answer" : words)
    }
    if self.client == nil { news.merge(tellAbsence()) }
    return news
  }

  /// What it refused since the last call, in sentences.
  func takeRefusals() -> [String] {
    defer { refusals = [] }
    return refusals
  }

  // MARK: - Being there

  private func tellPresence() -> EngineReport {
    why = ""
    if case .there = standing { return EngineReport() }
    let wasAway = if case .away = standing { true } else { false }
    standing = .there(since: Moment.now)
    return told(wasAway ? "attached to \(ForeignText(local: label)) again" : nil, .info)
  }

  /// That it is away, and each reason that is found for that, once.
  private func tellAbsence() -> EngineReport {
    let label = ForeignText(local: self.label)
    let reason: Sentence = why.isEmpty ? "" : " (\(ForeignText(recorded: why)))"
    guard case .away(let since, let reasons) = standing else {
      standing = .away(since: Moment.now, reasons: [why])
      return told(
        "\(label) is away\(reason); what is shown is what it said last, and it is looked for", .warning)
    }
    guard !reasons.contains(why), reasons.count < Self.reasonLimit else { return EngineReport() }
    standing = .away(since: since, reasons: reasons.union([why]))
    return told("\(label) is still away\(reason)", .warning)
  }

  private func told(_ words: Sentence?, _ level: EventLevel) -> EngineReport {
    var report = EngineReport()
    report.servers = servers
    report.events = words.map { [Event(time: .now, kind: .configProblem, level: level, message: $0)] } ?? []
    report.merge(row())
    return report
  }

  /// The state of the line as a row, where there are several.
  private func row() -> EngineReport {
    var report = EngineReport()
    guard let key = ownKey else { return report }
    var session: SessionReport
    switch standing {
    case .untold: return report
    case .there(let since): session = SessionReport(key: key, state: .ready, since: since)
    case .away(let since, _):
      session = SessionReport(key: key, state: .down, since: since)
      let words = why.isEmpty ? "it hung up" : why
      session.cause = SessionError(.connectionReset, detail: "\(ForeignText(recorded: words))")
      session.advice = "look whether the service runs there; it is looked for meanwhile"
    }
    session.lastGood = lastHeard
    report.sessions[key] = session
    return report
  }

  private var ownKey: SessionKey? { prefix.isEmpty ? nil : SessionKey(server: label) }

  /// Its servers, the line itself first where there are several.
  var rows: [ServerReport] {
    guard let key = ownKey else { return servers }
    return [
      ServerReport(
        name: key.server, transport: .streamableHTTP, url: nil, users: [key.user],
        note: "the line to this service", settings: SessionSettings())
    ] + servers
  }

  // MARK: - Acting

  /// What came of handing a command on.
  enum Delivery {
    /// It has none of these sessions.
    case notConcerned
    case sent
    /// Nothing of it has reached the service.
    case notSent(String)
  }

  func takeOutcomes() -> [CommandOutcome] {
    defer { outcomes = [] }
    return outcomes
  }

  func act(_ action: OperatorAction, on all: [SessionKey], _ command: CommandNumber?) -> Delivery {
    let own = all.filter { keys.contains($0) }.map { key in
      SessionKey(server: String(key.server.dropFirst(prefix.count)), user: key.user)
    }
    guard !own.isEmpty else { return .notConcerned }
    guard case .attached(let client) = line else {
      return .notSent("\(label) is away: nothing was sent")
    }
    number += 1
    let request = ControlRequest.command(number: number, action, .sessions(own), isDryRun: false)
    guard client.send(request.line) else {
      // Part of a line may be on its way: without its end, which never comes now, nothing is done.
      goAway("it takes nothing")
      return .notSent("\(label) takes nothing: nothing was done")
    }
    commands[number] = command
    return .sent
  }

  func close() { line = .away(next: Moment.now.instant) }

  // MARK: - Lines

  private func read(_ text: String) -> EngineReport? {
    lastHeard = Moment.now
    switch TopReports.readLine(text.utf8) {
    case .event(let event):
      guard isAttached, event.seq == 0 || event.seq > lastEvent else { return nil }
      lastEvent = max(lastEvent, event.seq)
      var report = EngineReport()
      report.events = [event]
      return report.shifted(by: shift)
    case .snapshot(let report, let time):
      shift = lastHeard.instant - time.instant
      return report.shifted(by: shift)
    case .report(let report, let time):
      guard isAttached else { return nil }
      shift = lastHeard.instant - time.instant
      return report.shifted(by: shift)
    case nil:
      if let answer = ControlAnswer(text) {
        hear(answer)
      } else if let other = OtherVersion(text) {
        // What follows cannot be read either.
        goAway(other.description)
      }
      return nil
    }
  }

  private func hear(_ answer: ControlAnswer) {
    switch answer {
    case .hello(let instance):
      if instance.run != run { (run, lastEvent) = (instance.run, 0) }
    case .refusal(let number, let words):
      commands[number] = nil
      let words = PrintableText.line(words, limit: 200)
      if isAttached { refusals.append("\(label) refuses: \(words)") } else { why = words }
    case .result(let number, _, _, let answers):
      guard let command = commands.removeValue(forKey: number) else { return }
      outcomes += answers.map { one in
        CommandOutcome(
          command: command, key: SessionKey(server: prefix + one.key.server, user: one.key.user),
          state: one.state, isDone: one.isDone ?? false, why: PrintableText.line(one.why, limit: 200))
      }
    case .status: break
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
      if case .calling(let client, _) = line { line = .attached(client) }
      result.merge(tellPresence())
    }
    keys.formUnion(result.sessions.keys)
    keys.subtract(result.removed)
    if let ownKey { keys.remove(ownKey) }
    statistics = report.statistics ?? statistics
    return result
  }
}
