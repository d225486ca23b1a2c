import CLinux
import Glibc
import MCPWire
import Sessions
import Platform

/// The list of sessions that servers hold for us, on disk: after a crash the next run ends what is left.
///
/// Each running process has a file of its own in the folder, locked as long as it lives; a file that nobody
/// holds belongs to a run that ended without taking leave.
struct Journal: ~Copyable {
  /// What could not be done, for people; absent while all is well.
  private(set) var trouble: String?
  /// When `save` is to be called next; absent while all is safe.
  private(set) var deadline: Instant?
  private var current: [OpenSession.Name: OpenSession] = [:]

  private let path: String
  private var descriptor: Int32 = -1
  private var size = 0

  /// What is written is safe from a crash of this process at once, and from one of the machine after this
  /// long: a disk takes its time, which is not to be waited for at every session.
  private static let delay = Duration.seconds(1)

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
    let leftovers = takeLeftovers(folder)
    // A process of our own number is long gone; its lock would be in the way of ours.
    for leftover in leftovers where leftover.path == path { unlink(path) }
    descriptor = clinux_open(path, O_WRONLY | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    if descriptor < 0 || fchmod(descriptor, 0o600) != 0 || flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      fail()
    }
    for session in leftovers.flatMap({ openSessions(in: $0.text, since: oldest) }) {
      write(.opened(session), at: now.instant)
    }
    save()
    for leftover in leftovers {
      // Only now, when what they held is safe elsewhere.
      if trouble == nil, leftover.path != path { unlink(leftover.path) }
      close(leftover.descriptor)
    }
  }

  deinit {
    guard descriptor >= 0 else { return }
    if current.isEmpty { unlink(path) }
    close(descriptor)
  }

  /// The sessions that are open now, the oldest first.
  var sessions: [OpenSession] { current.values.sorted { $0.since.milliseconds < $1.since.milliseconds } }

  /// Writes a line.
  mutating func write(_ line: JournalLine, at now: Instant) {
    switch line {
    case .opened(let session):
      guard current.count < Self.countLimit else {
        trouble = "the journal of open sessions is full (\(Self.countLimit))"
        return
      }
      current[session.name] = session
    case .ended(let session):
      current[session.name] = nil
    }
    append(line.text + "\n")
    if deadline == nil, descriptor >= 0 { deadline = now + Self.delay }
  }

  /// Brings what was written to the disk, and the file back to its size.
  mutating func save() {
    deadline = nil
    guard descriptor >= 0 else { return }
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
  }

  private mutating func fail() {
    trouble =
      "the journal of open sessions cannot be written (\(path): \(String(cString: strerror(errno)))); after a"
      + " crash the next run cannot end what was left"
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }
}

/// A file that no living process holds, and its lock.
private struct Leftover {
  let path: String
  let descriptor: Int32
  let text: String
}

private func takeLeftovers(_ folder: String) -> [Leftover] {
  guard let directory = opendir(folder) else { return [] }
  defer { closedir(directory) }
  var leftovers: [Leftover] = []
  // More files than this one start does not look at.
  while leftovers.count < 64, let entry = readdir(directory) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    guard name.hasPrefix("open-sessions-"), name.hasSuffix(".journal") else { continue }
    let path = "\(folder)/\(name)"
    let file = clinux_open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0)
    guard file >= 0 else { continue }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      continue
    }
    leftovers.append(Leftover(path: path, descriptor: file, text: text(of: file)))
  }
  return leftovers
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
