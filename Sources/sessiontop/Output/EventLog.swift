import CLinux
import Configuration
import Glibc
import Reports
import Sessions
import Platform

/// Appends every event to a file as JSON Lines, and puts the file aside when it is full.
///
/// What cannot be written is counted and tried again a minute later: a full disk never stops the program.
struct EventLog: ~Copyable {
  /// Why the last write failed, and how many events are missing since.
  private(set) var trouble: (reason: String, missing: Int)?

  /// Absent: nothing is to be kept.
  private let path: String?
  private let maxBytes: Int
  private let keep: Int
  private var descriptor: Int32 = -1
  private var size = 0
  private var nextTry = Instant.zero

  /// At most this many processes write beside each other, each its own file.
  private static let neighbours = 9
  private static let pause = Duration.seconds(60)

  /// Writes where the settings say; without settings nothing is kept. A second process at the same place
  /// writes
  /// `events.2.jsonl` beside it, and so on.
  init(_ settings: LogSettings?) {
    path = settings.flatMap { $0.events ? $0.file ?? stateFolder + "/events.jsonl" : nil }
    maxBytes = settings?.maxBytes ?? 0
    keep = settings?.keep ?? 0
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Writes all events of a report at once; what an operator should know about the writing comes back.
  mutating func write(_ events: [Event], at now: Moment) -> EngineReport? {
    guard let path, !events.isEmpty, let news = append(events, to: path, now) else { return nil }
    var report = EngineReport()
    report.events = [
      Event(time: now, kind: .eventsDropped, level: .warning, message: PrintableText.line(news))
    ]
    return report
  }

  private mutating func append(_ events: [Event], to path: String, _ now: Moment) -> String? {
    guard now.instant >= nextTry else {
      trouble?.missing += events.count
      return nil
    }
    if size >= maxBytes { putAside() }
    if descriptor < 0 { open(path) }
    let text = events.map { eventLine($0) + "\n" }.joined()
    size += text.utf8.count
    guard descriptor >= 0, writeAll(text, to: descriptor) else { return fail(path, events.count, now) }
    defer { trouble = nil }
    return trouble.map { "The event log is written again; \($0.missing) events are missing in it" }
  }

  private mutating func fail(_ path: String, _ count: Int, _ now: Moment) -> String? {
    let reason = String(cString: strerror(errno))
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
    nextTry = now.instant + Self.pause
    let isNews = trouble == nil
    trouble = (reason, (trouble?.missing ?? 0) + count)
    return isNews
      ? "The event log \(path) cannot be written: \(reason); events are shown, but not kept" : nil
  }

  private mutating func open(_ path: String) {
    guard makeFolder(folder(of: path)) else { return }
    for number in 1...Self.neighbours {
      let file = clinux_open(
        path.neighbour(number), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
      guard file >= 0 else { return }
      // Held as long as the descriptor: who has it may put the file aside.
      guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
        close(file)
        continue
      }
      var status = stat()
      // An older file may be open to others; a device is left as it is.
      if fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG { _ = fchmod(file, 0o600) }
      descriptor = file
      size = Int(max(0, lseek(file, 0, SEEK_END)))
      return
    }
  }

  /// `events.jsonl` becomes `events.jsonl.1`, that `events.jsonl.2`, and the oldest goes.
  private mutating func putAside() {
    guard descriptor >= 0 else { return }
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count)
    let current = String(decoding: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if keep == 0 {
      unlink(current)
    } else {
      for number in stride(from: keep - 1, through: 1, by: -1) {
        rename("\(current).\(number)", "\(current).\(number + 1)")
      }
      rename(current, "\(current).1")
    }
    close(descriptor)
    descriptor = -1
    size = 0
  }
}

extension String {
  /// The path itself, `….2.jsonl`, `….3.jsonl`.
  fileprivate func neighbour(_ number: Int) -> String {
    guard number > 1 else { return self }
    return hasSuffix(".jsonl") ? dropLast(6) + ".\(number).jsonl" : self + ".\(number)"
  }
}

/// Where our own state lives (XDG Base Directory Specification).
let stateFolder: String = {
  if let folder = environment["XDG_STATE_HOME"], folder.hasPrefix("/") { return folder + "/sessiontop" }
  return (environment["HOME"] ?? "/tmp") + "/.local/state/sessiontop"
}()

/// What stands before the last slash.
private func folder(of path: String) -> Substring {
  path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
}

/// Writes a file of ours anew, for this user's eyes only; false leaves the reason in `errno`.
func writeFile(_ text: String, to path: String) -> Bool {
  guard makeFolder(folder(of: path)) else { return false }
  let file = clinux_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
  guard file >= 0 else { return false }
  defer { close(file) }
  return writeAll(text, to: file)
}
