import TopConfiguration
import TopReports
import MCPSessions
import TopPlatform

/// The record of events on disk, and log lines where they are wanted, as this program's main thread sees
/// them: it hands lines on and never waits.
struct EventLog: ~Copyable {
  private let writer: EventLogWriter?
  private let textWriter: EventLogWriter?
  private let level: EventLevel
  private var chatter: ChatterBudget

  /// Writes where the settings say; without settings nothing is kept.
  init(_ settings: LogSettings?) {
    let path = settings.flatMap { $0.events ? $0.file ?? stateFolder.map { $0 + "/events.jsonl" } : nil }
    chatter = ChatterBudget(bytesAnHour: max(65_536, (settings?.maxBytes ?? 0) / 10))
    level = settings?.level ?? .info
    writer = Self.writer(path, isOurs: settings?.file == nil, settings)
    textWriter = Self.writer(settings?.text, isOurs: false, settings)
  }

  private static func writer(_ path: String?, isOurs: Bool, _ settings: LogSettings?) -> EventLogWriter? {
    guard let path, let settings else { return nil }
    return try? EventLogWriter(
      EventLogPlace(
        path: path, isOurs: isOurs, maxBytes: settings.maxBytes, maxAge: Int64(settings.maxHours) * 3_600_000,
        keep: settings.keep))
  }

  /// Readable when `write` has something to tell.
  var descriptors: [Int32] { [writer, textWriter].compactMap { $0?.news.descriptor } }

  /// Has the events written; what an operator should know about the writing comes back.
  mutating func write(_ events: [Event], at now: Moment) -> EngineReport? {
    if let writer {
      let lines = chatter.lines(of: events, at: now)
      if !lines.isEmpty { writer.write(lines.map { $0 + "\n" }.joined()) }
    }
    if let textWriter {
      let lines = events.filter { $0.level >= level }.map { logLine($0) + "\n" }
      if !lines.isEmpty { textWriter.write(lines.joined()) }
    }
    let words = [writer, textWriter].flatMap { $0?.news.drain().words ?? [] }
    guard !words.isEmpty else { return nil }
    var report = EngineReport()
    report.events = words.map {
      Event(time: now, kind: .eventsDropped, level: .warning, message: Sentence(ForeignText(local: $0)))
    }
    return report
  }

  /// Gives the disk a moment for what still waits.
  mutating func close() {
    writer?.finish()
    textWriter?.finish()
  }
}

/// How much of what servers send at will is kept: one that talks without end must not push everybody else's
/// history out of the files. What we saw ourselves is always kept.
struct ChatterBudget {
  /// For each server, in bytes of lines.
  private let bytesAnHour: Int
  private var hour = Int64.min
  private var spent: [ExactText: Int] = [:]
  private var skipped: [ExactText: Int] = [:]

  init(bytesAnHour: Int) {
    self.bytesAnHour = bytesAnHour
  }

  /// The lines that are kept; when a new hour begins, one for each server that says how many were not.
  mutating func lines(of events: [Event], at now: Moment) -> [String] {
    var lines: [String] = []
    let present = now.instant.nanoseconds / 3_600_000_000_000
    if present != hour {
      for (server, count) in skipped.sorted(by: { $0.key < $1.key }) {
        lines.append(eventLine(Self.event(server.text, count, now)))
      }
      (hour, spent, skipped) = (present, [:], [:])
    }
    for event in events {
      let line = eventLine(event)
      if let server = event.server.map({ ExactText($0) }), Self.isChatter(event.kind) {
        guard spent[server, default: 0] + line.utf8.count <= bytesAnHour else {
          // The first is told at once, and how many they were at the end.
          if skipped[server] == nil { lines.append(eventLine(Self.event(server.text, event.repeated, now))) }
          skipped[server, default: 0] += event.repeated
          continue
        }
        spent[server, default: 0] += line.utf8.count
      }
      lines.append(line)
    }
    return lines
  }

  private static func isChatter(_ kind: EventKind) -> Bool {
    [.serverMessage, .serverNotification, .serverRequest].contains(kind)
  }

  private static func event(_ server: String, _ count: Int, _ now: Moment) -> Event {
    Event(
      time: now, kind: .eventsDropped, level: .warning, server: server,
      message:
        "\(count) messages of this server are not in the event log: it sent more than its share of an hour")
  }
}

/// Where our own state lives (XDG Base Directory Specification); absent where this user has no home.
let stateFolder: String? = {
  if let folder = environment["XDG_STATE_HOME"], folder.hasPrefix("/") { return folder + "/sessiontop" }
  return homeFolder.map { $0 + "/.local/state/sessiontop" }
}()

/// Writes a file of ours anew, for this user's eyes only. Throws what kept it from being written.
func writeFile(_ text: String, to path: String) throws(FolderProblem) {
  try makePrivateFolder(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
  do {
    try replaceFile(path, with: text)
  } catch {
    throw .notMade(error)
  }
}
