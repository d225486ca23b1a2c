import CTopLinux
import Glibc

/// Tells when something happens where files are, as a descriptor to wait on.
///
/// Folders are watched, not files: editors write a new file and rename it, and a mounted configuration is a
/// link that changes its target. So a hint comes for neighbours, too, and the reader looks for himself.
package final class FileChanges: Sendable {
  /// Readable after a change in one of the folders.
  package var descriptor: Int32 { inotify.number }
  private let inotify: Descriptor

  /// Watches the folders of `paths`, and of what they are links to. Throws the errno of `inotify` when there
  /// are no watches left, or when not one folder can be watched.
  package init(around paths: [String]) throws(ErrorNumber) {
    inotify = Descriptor(inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC)))
    let descriptor = inotify.number
    guard descriptor >= 0 else { throw ErrorNumber.current }
    var failure: ErrorNumber?
    var isWatching = false
    let mask = UInt32(
      IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB | IN_ONLYDIR)
    for folder in Set(paths.flatMap { [$0] + target(of: $0) }.map(folder)) {
      if inotify_add_watch(descriptor, folder, mask) >= 0 {
        isWatching = true
      } else {
        failure = ErrorNumber.current
      }
    }
    if !isWatching, let failure { throw failure }
  }

  /// Takes all hints that wait.
  package func drain() {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while read(descriptor, &buffer, buffer.count) > 0 {}
  }
}

/// What tells one state of a file from another without reading it.
package struct FileState: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64
  private let size: Int64
  private let seconds: Int64
  private let nanoseconds: Int64

  /// Absent when there is no ordinary file.
  package init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    seconds = Int64(status.st_mtim.tv_sec)
    nanoseconds = Int64(status.st_mtim.tv_nsec)
  }
}

/// Whether somebody is still at work on a file.
package enum Writing: Sendable {
  case none
  /// It is open for writing.
  case underWay
  /// Only the owner of a file may ask.
  case unknown

  /// Asks the kernel, which lends a file for reading only while nobody has it open for writing. The process
  /// must ignore SIGIO: a writer that comes in the instant between is told to us by it.
  package init(to path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      self = .unknown
      return
    }
    defer { close(descriptor) }
    if clinux_borrow(descriptor) == 0 {
      self = .none
    } else {
      self = errno == EAGAIN ? .underWay : .unknown
    }
  }
}

/// What a link leads to; nothing when it leads nowhere.
private func target(of path: String) -> [String] {
  guard let resolved = realpath(path, nil) else { return [] }
  defer { free(resolved) }
  return [String(cString: resolved)]
}

private func folder(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
