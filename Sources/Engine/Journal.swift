import CLinux
import Glibc
import MCP
import Sessions
import Threading

/// The list of sessions that servers hold for us, on disk: after a crash the next run ends what is left.
///
/// Each running process has a file of its own in the folder, locked as long as it lives; a file that nobody
/// holds belongs to a run that ended without taking leave.
struct Journal: ~Copyable {
  /// What could not be done, for people; absent while all is well.
  private(set) var trouble: String?
  /// The sessions that are open now, those of earlier runs first.
  private(set) var sessions: [OpenSession] = []

  private let path: String
  private var descriptor: Int32 = -1
  private var size = 0
  private var isDirty = false

  /// Past this many bytes the file is written anew with what is still open.
  private static let sizeLimit = 256 * 1_024
  /// More sessions than this are not written down.
  private static let countLimit = 10_000
  /// Servers have forgotten sessions of this age, in milliseconds.
  private static let age: Int64 = 24 * 3_600_000

  /// Takes over what earlier runs left in `folder`, which is created if need be. Without a folder nothing is
  /// written down.
  init(folder: String?, at now: Moment) {
    guard let folder else {
      path = ""
      return
    }
    path = "\(folder)/open-sessions-\(getpid()).journal"
    guard makeFolder(folder) else {
      fail()
      return
    }
    let oldest = WallTime(milliseconds: now.wall.milliseconds - Self.age)
    let leftovers = takeLeftovers(folder).flatMap { openSessions(in: $0, since: oldest) }
    descriptor = clinux_open(path, O_WRONLY | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0, fchmod(descriptor, 0o600) == 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      fail()
      return
    }
    for session in leftovers { write(.opened(session)) }
    save()
  }

  deinit {
    guard descriptor >= 0 else { return }
    if sessions.isEmpty { unlink(path) }
    close(descriptor)
  }

  /// Writes a line; it is safe after the next `save`.
  mutating func write(_ line: JournalLine) {
    switch line {
    case .opened(let session):
      guard sessions.count < Self.countLimit else {
        trouble = "the journal of open sessions is full (\(Self.countLimit))"
        return
      }
      sessions.append(session)
    case .ended(let session):
      sessions.removeAll { $0.id == session.id && $0.key == session.key && $0.origin == session.origin }
    }
    append(line.text + "\n")
  }

  /// Brings what was written to the disk, and the file back to its size.
  mutating func save() {
    guard isDirty, descriptor >= 0 else { return }
    isDirty = false
    if size > Self.sizeLimit { rewrite() }
    if descriptor >= 0, fdatasync(descriptor) != 0 { fail() }
  }

  private mutating func rewrite() {
    guard ftruncate(descriptor, 0) == 0 else { return fail() }
    size = 0
    append(sessions.map { JournalLine.opened($0).text + "\n" }.joined())
  }

  private mutating func append(_ text: String) {
    guard descriptor >= 0 else { return }
    guard writeAll(text, to: descriptor) else { return fail() }
    size += text.utf8.count
    isDirty = true
  }

  private mutating func fail() {
    trouble =
      "the journal of open sessions cannot be written (\(path): \(String(cString: strerror(errno)))); after a"
      + " crash the next run cannot end what was left"
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }
}

/// The contents of the files that no living process holds; they are ours from here on.
private func takeLeftovers(_ folder: String) -> [String] {
  guard let directory = opendir(folder) else { return [] }
  defer { closedir(directory) }
  var texts: [String] = []
  // More files than this one start does not look at.
  while texts.count < 64, let entry = readdir(directory) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    guard name.hasPrefix("open-sessions-"), name.hasSuffix(".journal") else { continue }
    let path = "\(folder)/\(name)"
    let file = clinux_open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0)
    guard file >= 0 else { continue }
    defer { close(file) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else { continue }
    texts.append(text(of: file))
    unlink(path)
  }
  return texts
}

/// At most what the largest journal may hold.
private func text(of file: Int32) -> String {
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while bytes.count < 16 << 20, case let count = read(file, &buffer, buffer.count), count > 0 {
    bytes += buffer.prefix(count)
  }
  return String(decoding: bytes, as: UTF8.self)
}
