import ArgumentParser
import TopConfiguration
import TopDisplay
import Glibc
import TopPlatform
import TopReports
import MCPSessions

/// `replay`: what was recorded, in the dashboard.
struct ReplayCommand: ProgramCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "A recorded event log in the dashboard: play, pause, step, jump.",
    discussion:
      "FILE is the event log, or what `sessiontop watch --format jsonl` printed; - is standard input.")

  @Argument(help: "The recording.")
  var file: String

  @Option(help: "How fast to begin with; 1 is as it was.")
  var speed = 1.0

  @OptionGroup var screen: Screen

  @MainActor
  func perform() throws(CannotRun) -> Int32 {
    let signals = try Signals.ofScreen()
    let (recording, problem) = readRecording(file)
    if let problem { complain(problem) }
    guard let recording else { return ExitCode.usage }
    if file == "-" { takeKeysFromTerminal() }
    var plan = try DashboardPlan(screen, UISettings())
    plan.recording = recording
    plan.speed = speed
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
  var unread = 0
  while let line = reader.next() {
    if line.allSatisfy({ $0 <= 0x20 }) { continue }
    switch readLine(line) {
    case .event(let event): entries.append(.event(event))
    case .snapshot(let report, let time): entries.append(.snapshot(report, time))
    case .report, nil: unread += 1
    }
    if entries.count > 2 * recordingLimit { entries.removeFirst(recordingLimit) }
  }
  unread += reader.passedOver
  if entries.count > recordingLimit { entries.removeFirst(entries.count - recordingLimit) }
  guard !entries.isEmpty else {
    return (
      nil,
      "\(path) holds no events: it must be lines of `sessiontop watch --format jsonl` or the event log"
    )
  }
  let problem = unread > 0 ? "\(path): \(unread) lines are no events and were left out" : nil
  return (Recording(recorded: entries), problem)
}
