import ArgumentParser
import TopConfiguration
import TopDisplay
import Glibc
import TopPlatform
import TopReports
import SessionEngine
import MCPSessions

/// `replay`: what was recorded, in the dashboard.
struct ReplayCommand: ProgramCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "A recorded event log in the dashboard: play, pause, step, jump.",
    discussion:
      "FILE is the event log, or what `sessiontop watch --format jsonl` printed; - is standard input.")

  @Argument(help: "The recording.", completion: .file())
  var file: String

  @Option(help: "How fast to begin with; 1 is as it was.")
  var speed = 1.0

  @OptionGroup var screen: Screen

  @MainActor
  func perform() throws(CannotRun) -> Int32 {
    let signals = try Signals.ofScreen()
    let (recording, problem) = readRecording(file)
    guard let recording else {
      complain(problem ?? "")
      return ExitCode.usage
    }
    if file == "-" { takeKeysFromTerminal() }
    var plan = try DashboardPlan(screen, UISettings())
    plan.recording = recording
    plan.speed = speed
    plan.greeting = problem ?? plan.greeting
    plan.invocation = "sessiontop replay \(quoted(file))"
    return try openDashboard(plan, signals: signals)
  }
}

/// What was standard input has been read to its end; keys come from the terminal that this runs in, if any.
private func takeKeysFromTerminal() {
  let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
  guard terminal >= 0 else { return }
  dup2(terminal, 0)
  close(terminal)
}

/// Most events of a recording that are held; of a longer one the newest.
private let recordingLimit = 200_000
/// A longer line, in bytes, is none of ours.
private let lineLimit = 1 << 20

/// Reads a recorded event log, `-` being standard input; a sentence says what is wrong with it, if anything.
func readRecording(_ path: String) -> (recording: Recording?, problem: String?) {
  let file = path == "-" ? dup(0) : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard file >= 0 else { return (nil, "\(path) cannot be read: \(ErrorNumber.current)") }
  defer { close(file) }
  // A pipe that is named may wait for its writer; only to open it must not.
  if path != "-" { _ = fcntl(file, F_SETFL, 0) }
  var reader = LineReader(file, limit: lineLimit)
  var entries: [Recording.Entry] = []
  // Lines that cannot be read are told where they are missing, with the next one that can be.
  var (unread, told) = (0, 0)
  func take(_ entry: Recording.Entry, _ lost: Int) {
    if lost > told { entries.append(.event(gap(lost - told, at: entry.time))) }
    told = lost
    entries.append(entry)
    if entries.count > 2 * recordingLimit { entries.removeFirst(recordingLimit) }
  }
  var progress = ReadingProgress(of: file)
  defer { progress.finish() }
  while let line = reader.next() {
    progress.note(line.count + 1)
    if line.allSatisfy({ $0 <= 0x20 }) { continue }
    switch readLine(line) {
    case .event(let event): take(.event(event), unread + reader.passedOver)
    case .snapshot(let report, let time): take(.snapshot(report, time), unread + reader.passedOver)
    case .report, nil: unread += 1
    }
  }
  unread += reader.passedOver
  if unread > told, let last = entries.last { entries.append(.event(gap(unread - told, at: last.time))) }
  if entries.count > recordingLimit { entries.removeFirst(entries.count - recordingLimit) }
  guard !entries.isEmpty else {
    return (
      nil,
      "\(path) holds no events: it must be lines of `sessiontop watch --format jsonl` or the event log"
    )
  }
  let words = unread == 1 ? "1 line is no event and was" : "\(unread) lines are no events and were"
  let problem = unread == 0 ? nil : "\(PrintableText.line(path)): \(words) left out"
  return (Recording(recorded: entries), problem)
}

/// That lines are missing in a recording, where they are missing.
private func gap(_ lines: Int, at time: Moment) -> Event {
  Event(
    time: time, kind: .eventsDropped, level: .warning,
    message: "\(lines) \(lines == 1 ? "line" : "lines") of the recording cannot be read, here")
}

/// Tells the person at the terminal how far a long recording is read, on a line that is taken back.
private struct ReadingProgress {
  private let size: Int
  private let isSeen = isatty(2) == 1 && environment["TERM"] != "dumb"
  private var bytes = 0
  private var lines = 0
  private var next = Moment.now.instant + Self.interval
  private var isTold = false

  private static let interval = Duration.milliseconds(500)

  init(of file: Int32) {
    // A pipe has no end to seek.
    let place = lseek(file, 0, SEEK_CUR)
    size = place < 0 ? 0 : Int(lseek(file, 0, SEEK_END))
    if place >= 0 { _ = lseek(file, place, SEEK_SET) }
  }

  mutating func note(_ count: Int) {
    (bytes, lines) = (bytes + count, lines + 1)
    // The clock is not asked for every line.
    guard isSeen, lines % 512 == 0, Moment.now.instant >= next else { return }
    next = Moment.now.instant + Self.interval
    isTold = true
    let share = size > 0 ? ", \(min(100, bytes * 100 / size)) %" : ""
    _ = writeAll("\r\u{1B}[Ksessiontop: reading, \(lines) lines\(share)", to: 2)
  }

  func finish() {
    if isTold { _ = writeAll("\r\u{1B}[K", to: 2) }
  }
}
