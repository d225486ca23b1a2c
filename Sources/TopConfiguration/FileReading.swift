import Glibc

/// Why a file's bytes cannot be had, in words for people.
struct FileProblem: Error, Hashable, Sendable {
  let problem: String
  let remedy: String
  let isMissing: Bool

  init(_ problem: String, remedy: String, isMissing: Bool = false) {
    self.problem = problem
    self.remedy = remedy
    self.isMissing = isMissing
  }
}

/// Which file it is, whatever it is called.
struct FileIdentity: Hashable, Sendable {
  let device: UInt64
  let inode: UInt64
}

extension FileIdentity {
  /// Absent when there is no ordinary file.
  init?(ofFileAt path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }
}

/// What stood in a file at one instant.
struct FileContent: Sendable {
  let bytes: [UInt8]
  let identity: FileIdentity
}

/// The longest that a pipe is waited for, in milliseconds: whoever asks wants an answer within a second.
private let patience = 900
/// The same for a pipe that was handed to this process, such as a shell's `<(...)`: its writer is at work.
private let patienceWithShell = 20_000
/// How often a file is read anew that changes while it is read.
private let attempts = 3

/// Reads a whole file, or a pipe such as a shell's `<(...)`, up to `limit` bytes and one more, which tells
/// that there are too many. Never waits for long: not for a pipe without a writer, a device, or an endless
/// file. What is read of an ordinary file is what stood in it at one instant.
func readFile(_ path: String, limit: Int = YAMLLimits.bytes) throws(FileProblem) -> FileContent {
  for _ in 0..<attempts {
    if let content = try readOnce(path, limit: limit) { return content }
  }
  throw FileProblem("changes while it is read", remedy: "try again when its writer is done")
}

/// Absent when the file changed meanwhile.
private func readOnce(_ path: String, limit: Int) throws(FileProblem) -> FileContent? {
  // Looked at before it is opened: to open a device may do something.
  try check(kind: try status(of: path).st_mode)
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
  guard descriptor >= 0 else { throw openProblem(errno) }
  defer { close(descriptor) }
  let before = try status(of: descriptor)
  try check(kind: before.st_mode)
  let isPipe = before.st_mode & S_IFMT == S_IFIFO
  let isHandedOver = path.hasPrefix("/dev/fd/") || path.hasPrefix("/proc/self/fd/")
  let deadline = monotonicMilliseconds() + (isHandedOver ? patienceWithShell : patience)
  var bytes: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 64 * 1_024)
  while bytes.count <= limit {
    if isPipe { try wait(for: descriptor, until: deadline, hasBegun: !bytes.isEmpty) }
    let count = read(descriptor, &block, block.count)
    if count < 0, errno == EINTR { continue }
    if count < 0, errno == EAGAIN {
      try wait(for: descriptor, until: deadline, hasBegun: !bytes.isEmpty)
      continue
    }
    guard count >= 0 else {
      throw FileProblem("cannot be read (\(String(cString: strerror(errno))))", remedy: "try again")
    }
    if count == 0 { break }
    bytes += block[..<count]
    guard monotonicMilliseconds() < deadline + patience else {
      throw FileProblem("has no end within a second", remedy: "name an ordinary file")
    }
  }
  let after = try status(of: descriptor)
  let identity = FileIdentity(device: UInt64(before.st_dev), inode: UInt64(before.st_ino))
  guard isPipe || isSame(before, after) else { return nil }
  return FileContent(bytes: bytes, identity: identity)
}

private func isSame(_ one: stat, _ other: stat) -> Bool {
  one.st_size == other.st_size && one.st_mtim.tv_sec == other.st_mtim.tv_sec
    && one.st_mtim.tv_nsec == other.st_mtim.tv_nsec
}

private func status(of path: String) throws(FileProblem) -> stat {
  var status = stat()
  guard stat(path, &status) == 0 else { throw openProblem(errno) }
  return status
}

private func status(of descriptor: Int32) throws(FileProblem) -> stat {
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw openProblem(errno) }
  return status
}

private func check(kind mode: mode_t) throws(FileProblem) {
  switch mode & S_IFMT {
  case S_IFREG, S_IFIFO: break
  case S_IFDIR: throw FileProblem("is a directory", remedy: "name a file in it")
  default: throw FileProblem("is no ordinary file", remedy: "name a file")
  }
}

/// Waits for bytes or the end of a pipe.
private func wait(for descriptor: Int32, until deadline: Int, hasBegun: Bool) throws(FileProblem) {
  var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  while true {
    let left = deadline - monotonicMilliseconds()
    let count = left > 0 ? poll(&request, 1, Int32(clamping: left)) : 0
    if count < 0, errno == EINTR { continue }
    if count > 0 { return }
    throw FileProblem(
      hasBegun ? "is a pipe whose writer does not finish" : "is a pipe that nobody writes into",
      remedy: "name an ordinary file")
  }
}

private func monotonicMilliseconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int(time.tv_sec) * 1_000 + Int(time.tv_nsec) / 1_000_000
}

private func openProblem(_ number: Int32) -> FileProblem {
  switch number {
  case ENOENT, ENOTDIR:
    FileProblem("does not exist", remedy: "check the path", isMissing: true)
  case EACCES, EPERM:
    FileProblem("cannot be read (permission denied)", remedy: "allow this user to read it")
  case ELOOP:
    FileProblem("is a link that leads back to itself", remedy: "mend the link")
  default:
    FileProblem("cannot be opened (\(String(cString: strerror(number))))", remedy: "check the path")
  }
}

/// Whether anything of that name exists, as far as can be told; nothing is opened.
func exists(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 || errno != ENOENT && errno != ENOTDIR
}

/// A path seen from a directory.
func resolved(_ path: String, in directory: String) -> String {
  if path.hasPrefix("/") || directory.isEmpty { return path }
  return directory.hasSuffix("/") ? directory + path : "\(directory)/\(path)"
}

/// The directory of a file, empty for the current one.
func directory(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "" }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// A path that a file names, seen from where that file is.
func relocated(_ path: String, beside file: String) -> String { resolved(path, in: directory(of: file)) }

/// A path with the home for its `~`, as a shell would give it.
func atHome(_ path: String, _ environment: [String: String]) -> String {
  guard path.hasPrefix("~/"), let home = environment["HOME"], !home.isEmpty else { return path }
  return home + path.dropFirst()
}

/// Why a file cannot be read that is to be a regular one, or a link to one; absent when it can.
func obstacleToReading(_ path: String) -> String? {
  var status = stat()
  guard stat(path, &status) == 0, access(path, R_OK) == 0 else {
    return "cannot be read (\(String(cString: strerror(errno))))"
  }
  return status.st_mode & S_IFMT == S_IFREG ? nil : "is no regular file"
}
