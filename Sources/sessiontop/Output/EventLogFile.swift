import Glibc
import MCPSessions
import TopPlatform

/// Where an event log lies, and how much of it is kept.
struct EventLogPlace: Sendable {
  let path: String
  /// It lies in our own state folder, where nobody else may write; else where a person said.
  let isOurs: Bool
  /// A file is put aside at this size, in bytes.
  let maxBytes: Int
  /// So long after its first line it is put aside, in milliseconds; 0: never.
  let maxAge: Int64
  /// So many files that were put aside are kept.
  let keep: Int
}

/// The files of the event log; everything here waits for the disk.
///
/// What cannot be written is counted and tried again a minute later: a full disk never stops the program.
struct EventLogFile: ~Copyable {
  private let place: EventLogPlace
  private var descriptor: Int32 = -1
  /// The path of the file that is open: that of the settings, or a neighbor.
  private var path = ""
  private var size = 0
  /// When its first line was written, in milliseconds since 1970; absent while it has none.
  private var began: Int64?
  /// The file ends within a line: somebody was cut off there.
  private var endsInLine = false
  private var missing = 0
  private var nextTry: Int64 = 0

  /// At most this many processes write beside each other, each its own file.
  private static let neighbors = 9
  /// How long a disk that refused is left alone, in nanoseconds.
  private static let pause: Int64 = 60_000_000_000

  init(_ place: EventLogPlace) {
    self.place = place
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Writes what waits; what people should know about it comes back.
  mutating func append(_ queue: TextQueue, at now: ClockReading) -> [String] {
    let count = queue.dropped + queue.text.utf8.count { $0 == 0x0A }
    guard count > 0 else { return [] }
    guard now.monotonic >= nextTry else {
      missing += count
      return []
    }
    if descriptor >= 0, !isStillThere { abandon() }
    do {
      if descriptor < 0 { try open() }
      if isFull(at: now) {
        putAside()
        try open()
      }
      began = began ?? now.wall
      try write((endsInLine ? "\n" : "") + queue.text)
    } catch {
      return fail(count, error, now)
    }
    defer { missing = 0 }
    let lost = missing + queue.dropped
    return lost == 0 ? [] : ["The event log is written again; \(lost) events are missing in it"]
  }

  private func isFull(at now: ClockReading) -> Bool {
    size >= place.maxBytes
      || place.maxAge > 0 && size > 0 && (began.map { now.wall - $0 >= place.maxAge } ?? false)
  }

  private mutating func write(_ text: String) throws(FolderProblem) {
    guard writeAll(text, to: descriptor) else {
      let failure = ErrorNumber.current
      // A part of it may be there.
      endsInLine = true
      throw .notMade(failure)
    }
    endsInLine = false
    size += text.utf8.count
  }

  private mutating func fail(_ count: Int, _ problem: FolderProblem, _ now: ClockReading) -> [String] {
    abandon()
    nextTry = now.monotonic + Self.pause
    let isNews = missing == 0
    missing += count
    return isNews
      ? ["The event log \(place.path) cannot be written: \(problem); events are shown, but not kept"] : []
  }

  private mutating func abandon() {
    if descriptor >= 0 { close(descriptor) }
    (descriptor, size, endsInLine, began) = (-1, 0, false, nil)
  }

  /// Somebody may have moved or deleted the file: what is written then, nobody finds.
  private var isStillThere: Bool {
    var open = stat()
    var named = stat()
    return fstat(descriptor, &open) == 0 && stat(path, &named) == 0 && open.st_ino == named.st_ino
      && open.st_dev == named.st_dev
  }

  private mutating func open() throws(FolderProblem) {
    let folder = String(place.path[..<(place.path.lastIndex(of: "/") ?? place.path.startIndex)])
    if place.isOurs {
      try makePrivateFolder(folder)
    } else if !makeFolder(folder) {
      throw .notMade(ErrorNumber.current)
    }
    // A link in a folder of ours is none of ours; where a person said, it may be meant.
    let flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | (place.isOurs ? O_NOFOLLOW : 0)
    for number in 1...Self.neighbors {
      let path = place.path.neighbor(number)
      var file = openFile(path, flags, 0o600)
      // A device or a pipe may be for writing only.
      if file < 0, [EACCES, EPERM, ENXIO].contains(errno) {
        file = openFile(path, flags ^ O_RDWR | O_WRONLY, 0o600)
      }
      guard file >= 0 else { throw .notMade(ErrorNumber.current) }
      // Held as long as the descriptor: who has it may put the file aside.
      guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
        close(file)
        continue
      }
      descriptor = file
      self.path = path
      try adopt(file)
      return
    }
    throw .notMade(ErrorNumber(EBUSY))
  }

  /// Looks at what is there already.
  private mutating func adopt(_ file: Int32) throws(FolderProblem) {
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
    // An older file of ours may be open to others; what is somebody else's is left as it is.
    if status.st_uid == geteuid() {
      _ = fchmod(file, 0o600)
    } else if place.isOurs {
      throw .foreign
    }
    size = Int(max(0, lseek(file, 0, SEEK_END)))
    var last: UInt8 = 0x0A
    if size > 0, pread(file, &last, 1, off_t(size - 1)) == 1 { endsInLine = last != 0x0A }
    began = size > 0 ? Self.firstTime(of: file) ?? Int64(status.st_mtim.tv_sec) * 1_000 : nil
  }

  /// The time in the first line of a log, whichever of ours it is.
  private static func firstTime(of file: Int32) -> Int64? {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = pread(file, &bytes, bytes.count, 0)
    let line = String(decoding: bytes.prefix(max(0, count)).prefix { $0 != 0x0A }, as: UTF8.self)
    let time = line.firstRange(of: #""time":""#).map { line[$0.upperBound...] } ?? line[...]
    return WallTime(rfc3339: String(time.prefix(24)))?.milliseconds
  }

  /// `events.jsonl` becomes `events.jsonl.1`, that `events.jsonl.2`, and the oldest goes.
  private mutating func putAside() {
    guard descriptor >= 0 else { return }
    if place.keep == 0 {
      unlink(path)
    } else {
      for number in stride(from: place.keep - 1, through: 1, by: -1) {
        rename("\(path).\(number)", "\(path).\(number + 1)")
      }
      rename(path, "\(path).1")
    }
    abandon()
  }
}

extension String {
  /// The path itself, `….2.jsonl`, `….3.jsonl`.
  fileprivate func neighbor(_ number: Int) -> String {
    guard number > 1 else { return self }
    return hasSuffix(".jsonl") ? dropLast(6) + ".\(number).jsonl" : self + ".\(number)"
  }
}
