import Display
import Glibc
import Reports
import Sessions

/// Most events of a recording that are held; of a longer one the newest.
private let recordingLimit = 200_000

/// Reads a recorded event log, `-` being standard input; a sentence says what is wrong with it, if anything.
func readRecording(_ path: String) -> (recording: Recording?, problem: String?) {
  guard let file = path == "-" ? fdopen(dup(0), "r") : fopen(path, "r") else {
    return (nil, "\(path) cannot be read: \(String(cString: strerror(errno)))")
  }
  defer { fclose(file) }
  var entries: [Recording.Entry] = []
  var unread = 0
  var line: UnsafeMutablePointer<CChar>?
  var room = 0
  defer { free(line) }
  while case let count = getline(&line, &room, file), count > 0 {
    // A line of a megabyte is none of ours.
    guard let line, count < 1_048_576 else {
      unread += 1
      continue
    }
    let bytes = UnsafeRawBufferPointer(start: line, count: count)
    if bytes.allSatisfy({ $0 <= 0x20 }) { continue }
    switch readLine(Array(bytes)) {
    case .event(let event): entries.append(.event(event))
    case .snapshot(let report, let time): entries.append(.snapshot(report, time))
    case nil: unread += 1
    }
    if entries.count > 2 * recordingLimit { entries.removeFirst(recordingLimit) }
  }
  if entries.count > recordingLimit { entries.removeFirst(entries.count - recordingLimit) }
  guard !entries.isEmpty else {
    return (
      nil,
      "\(path) holds no events: it must be lines of `sessiontop watch --format jsonl` or the event log"
    )
  }
  // Several runs may stand in one log; within a second a log may be out of order.
  let sorted = entries.enumerated().sorted {
    ($0.element.time.instant, $0.offset) < ($1.element.time.instant, $1.offset)
  }
  let problem = unread > 0 ? "\(path): \(unread) lines are no events and were left out" : nil
  return (Recording(entries: sorted.map(\.element)), problem)
}
