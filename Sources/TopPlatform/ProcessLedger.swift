import CTopLinux
import Glibc

/// Which children a run started, on disk: what it leaves when it is killed, the next run ends.
///
/// The file is locked as long as the run lives, so that nobody takes a living run's children for leftovers.
/// Everything here waits for the disk.
package final class ProcessLedger: Sendable {
  private let lock: LifeLock
  private let descriptor: Int32

  private static let prefix = "processes-"
  private static let suffix = ".ledger"
  /// Bytes after which a ledger is written anew with what lives.
  private static let sizeLimit: Int64 = 256 * 1_024

  /// Where a ledger is to be, and for the children of which mark.
  package struct Place: Sendable {
    let folder: String
    let mark: String

    package init(folder: String, mark: String) {
      (self.folder, self.mark) = (folder, mark)
    }
  }

  /// Makes a ledger. Throws why that cannot be done.
  package init(_ place: Place) throws(FolderProblem) {
    let mark = place.mark
    try makePrivateFolder(place.folder)
    let path = "\(place.folder)/\(Self.prefix)\(randomName())\(Self.suffix)"
    do {
      lock = try LifeLock(new: path)
    } catch {
      throw .notMade(error)
    }
    descriptor = clinux_open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0)
    guard descriptor >= 0, writeAll("\(mark)\n", to: descriptor) else { throw .notMade(ErrorNumber.current) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Writes down a child. That it cannot be is no reason to stop: its mark finds it as well.
  func note(_ child: ChildProcess) {
    if lseek(descriptor, 0, SEEK_END) > Self.sizeLimit { shorten() }
    _ = writeAll("\(child.id) \(child.started)\n", to: descriptor)
  }

  /// Nothing is left to remember.
  package func remove() { lock.remove() }

  private func shorten() {
    let contents = Contents(of: lock.path)
    let living = contents.children.filter(\.lives).map { "\($0.id) \($0.started)\n" }.joined()
    guard ftruncate(descriptor, 0) == 0 else { return }
    _ = writeAll("\(contents.mark)\n\(living)", to: descriptor)
  }

  /// Ends with SIGKILL what runs left that are over; says how many processes that were.
  package static func endLeftovers(in folder: String) -> Int {
    guard let directory = opendir(folder) else { return 0 }
    defer { closedir(directory) }
    var ended = 0
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard name.hasPrefix(prefix), name.hasSuffix(suffix),
        let lock = LifeLock(ofTheDead: "\(folder)/\(name)")
      else { continue }
      let contents = Contents(of: lock.path)
      for child in contents.children where child.lives {
        kill(-child.id, SIGKILL)
        kill(child.id, SIGKILL)
        ended += 1
      }
      if !contents.mark.isEmpty { ended += endProcesses(ofRun: contents.mark) }
      lock.remove()
    }
    return ended
  }

  /// What a ledger says.
  private struct Contents {
    var mark = ""
    var children: [(id: Int32, started: UInt64, lives: Bool)] = []

    init(of path: String) {
      let file = clinux_open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0)
      guard file >= 0 else { return }
      defer { close(file) }
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while bytes.count < 2 * ProcessLedger.sizeLimit, case let count = read(file, &buffer, buffer.count),
        count > 0
      {
        bytes += buffer.prefix(count)
      }
      let lines = String(decoding: bytes, as: UTF8.self).split(
        separator: "\n", omittingEmptySubsequences: false)
      // What stands behind the last line end was cut by a crash.
      guard lines.count > 1, let first = lines.first else { return }
      mark = String(first)
      for line in lines.dropFirst().dropLast() {
        let fields = line.split(separator: " ")
        guard fields.count == 2, let id = Int32(fields[0]), id > 1, let started = UInt64(fields[1]) else {
          continue
        }
        // The number alone may be another's by now.
        let status = ProcessStatus(id)
        children.append((id, started, status?.started == started && status?.isZombie == false))
      }
    }
  }
}
