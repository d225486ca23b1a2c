import CTopLinux
import Glibc
import TopPlatform
import MCPSessions

/// The journals of all runs that share a folder, on disk; everything here waits for the disk.
///
/// Each run has a lock, which it holds as long as it lives, and a journal of the same name. A journal whose
/// lock can be taken belongs to a run that ended without taking leave.
final class JournalFolder {
  /// A run that is over, and what it left.
  struct Leftover {
    let lock: LifeLock
    let journal: String
    var sessions: [OpenSession]
  }

  let folder: String
  private let lock: LifeLock
  private let path: String
  private var descriptor: Int32 = -1

  private static let prefix = "open-sessions-"
  private static let suffix = ".journal"
  private static let lockSuffix = ".lock"
  /// More journals of the dead than these are looked at by a later start.
  private static let leftoverLimit = 64
  /// A journal is read as far as this, in bytes.
  private static let readLimit = 64 << 20

  /// Makes the folder, if need be, and a lock of our own in it.
  init(_ folder: String) throws(FolderProblem) {
    try makePrivateFolder(folder)
    self.folder = folder
    let name = "\(folder)/\(Self.prefix)\(randomName())"
    do {
      lock = try LifeLock(new: name + Self.lockSuffix)
    } catch {
      throw .notMade(error)
    }
    path = name + Self.suffix
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// What runs left that are over. Their locks are held by the result.
  func leftovers() -> [Leftover] {
    var found: [Leftover] = []
    for name in Self.names(in: folder) where found.count < Self.leftoverLimit {
      guard name.hasPrefix(Self.prefix), name.hasSuffix(Self.suffix), "\(folder)/\(name)" != path else {
        continue
      }
      let journal = "\(folder)/\(name)"
      let lockPath = String(journal.dropLast(Self.suffix.count)) + Self.lockSuffix
      // A journal of version 0.1.0 is its own lock.
      let isOld = access(lockPath, F_OK) != 0
      guard let lock = LifeLock(ofTheDead: isOld ? journal : lockPath) else { continue }
      let sessions = openSessions(in: Self.text(of: journal), since: WallTime(milliseconds: .min))
      found.append(Leftover(lock: lock, journal: journal, sessions: sessions))
    }
    removeStrays(beside: found)
    return found
  }

  /// Leaves of a dead run's journal what was not taken over.
  func release(_ leftover: Leftover, keeping sessions: [OpenSession]) {
    guard sessions.count != leftover.sessions.count || sessions.isEmpty else { return }
    if sessions.isEmpty {
      unlink(leftover.journal)
      leftover.lock.remove()
    } else {
      // If this fails the whole list stays, and a session is asked to end once more than need be.
      try? replaceFile(leftover.journal, with: sessions.map { JournalLine.opened($0).text + "\n" }.joined())
    }
  }

  /// Adds lines to our own journal.
  func append(_ text: String) throws(ErrorNumber) {
    if descriptor < 0 {
      descriptor = clinux_open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
      guard descriptor >= 0 else { throw ErrorNumber.current }
    }
    guard writeAll(text, to: descriptor) else { throw ErrorNumber.current }
  }

  /// Brings what was written to the disk.
  func sync() throws(ErrorNumber) {
    guard descriptor < 0 || fdatasync(descriptor) == 0 else { throw ErrorNumber.current }
  }

  /// Writes our own journal anew.
  func replace(with text: String) throws(ErrorNumber) {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
    try replaceFile(path, with: text)
  }

  /// Nothing is open any more: a run that took leave leaves no file.
  func removeAll() {
    unlink(path)
    lock.remove()
  }

  /// A run that had nothing to write left its lock alone, and one that was killed as it wrote left a draft.
  private func removeStrays(beside leftovers: [Leftover]) {
    let names = Self.names(in: folder).filter { $0.hasPrefix(Self.prefix) }
    for name in names where name.hasSuffix(Self.lockSuffix) {
      let path = "\(folder)/\(name)"
      let journal = String(path.dropLast(Self.lockSuffix.count)) + Self.suffix
      guard path != lock.path, access(journal, F_OK) != 0 else { continue }
      LifeLock(ofTheDead: path)?.remove()
    }
    for name in names where name.hasSuffix(draftSuffix) {
      let run = name.prefix { $0 != "." }
      let path = "\(folder)/\(run)\(Self.lockSuffix)"
      // Whoever writes a draft holds the lock of its run; of one that has no lock any more, nobody does.
      let isDead = leftovers.contains { $0.lock.path == path } || access(path, F_OK) != 0
      guard isDead || LifeLock(ofTheDead: path) != nil else { continue }
      unlink("\(folder)/\(name)")
    }
  }

  private static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafeBytes(of: entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names.sorted()
  }

  private static func text(of path: String) -> String {
    let file = clinux_open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while bytes.count < readLimit, case let count = read(file, &buffer, buffer.count), count > 0 {
      bytes += buffer.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
