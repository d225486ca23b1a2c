import CTopLinux
import Glibc

/// Why a folder is not fit to hold what is ours alone.
package enum FolderProblem: Error, Hashable, Sendable, CustomStringConvertible {
  case notMade(ErrorNumber)
  /// It belongs to somebody else.
  case foreign
  /// Others may write there.
  case open

  package var description: String {
    switch self {
    case .notMade(let error): error.description
    case .foreign: "it belongs to another user"
    case .open: "others may write there"
    }
  }
}

/// Makes a folder and those above it where they lack, for this user alone, and sees to it that nobody else
/// can put anything there: it is a folder, ours, and writable by nobody else. A link to such a folder is
/// followed where root has laid it for another user, as systemd does for a service with a user of its own
/// (DynamicUser=).
package func makePrivateFolder(_ folder: String) throws(FolderProblem) {
  guard makeFolder(folder) else { throw .notMade(ErrorNumber.current) }
  var status = stat()
  guard lstat(folder, &status) == 0 else { throw .notMade(ErrorNumber.current) }
  if status.st_mode & S_IFMT == S_IFLNK, status.st_uid == 0, geteuid() != 0 {
    guard stat(folder, &status) == 0 else { throw .notMade(ErrorNumber.current) }
  }
  guard status.st_mode & S_IFMT == S_IFDIR else { throw .notMade(ErrorNumber(ENOTDIR)) }
  guard status.st_uid == geteuid() else { throw .foreign }
  guard status.st_mode & 0o022 == 0 else { throw .open }
}

/// How the names of files end that are written beside others, to take their place.
package let draftSuffix = ".draft"

/// Writes a file of ours anew so that at no instant a reader, or a crash, finds less than a whole one: beside
/// it, synced, then renamed. For this user's eyes only, unless `mode` says else. Waits for the disk. Throws
/// the errno of the step that failed.
package func replaceFile(_ path: String, with text: String, mode: UInt32 = 0o600) throws(ErrorNumber) {
  let draft = "\(path).\(randomName())\(draftSuffix)"
  let file = clinux_open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
  guard file >= 0 else { throw ErrorNumber.current }
  defer { close(file) }
  guard mode == 0o600 || fchmod(file, mode) == 0, writeAll(text, to: file), fdatasync(file) == 0,
    rename(draft, path) == 0
  else {
    let failure = ErrorNumber.current
    unlink(draft)
    throw failure
  }
  syncFolder(of: path)
}

/// Brings the names in the folder of a file to the disk. That it cannot be done is no reason to stop.
private func syncFolder(of path: String) {
  let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  let file = clinux_open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
  guard file >= 0 else { return }
  fsync(file)
  close(file)
}

/// A name that no other run has: 64 random bits as hexadecimal digits.
package func randomName() -> String {
  let bits = UInt64.random(in: 0 ... .max)
  let digits = String(bits, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

/// The proof that the run which made a file still lives: a file that is locked from its making to the end of
/// the process, whatever becomes of other files.
///
/// The kernel gives the lock up when the process ends, however it ends, and also for processes of other
/// containers that share the folder.
package final class LifeLock: Sendable {
  package let path: String
  private let descriptor: Int32

  /// Makes a lock of our own, which is never seen by that name without being locked. Throws the errno that
  /// kept it from being made.
  package init(new path: String) throws(ErrorNumber) {
    let draft = path + ".new"
    let file = clinux_open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw ErrorNumber.current }
    guard flock(file, LOCK_EX | LOCK_NB) == 0, rename(draft, path) == 0 else {
      let failure = ErrorNumber.current
      unlink(draft)
      close(file)
      throw failure
    }
    (self.path, descriptor) = (path, file)
  }

  /// Takes the lock of a run that is over. Absent when it lives, or when somebody else was first.
  package init?(ofTheDead path: String) {
    let file = clinux_open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0)
    guard file >= 0 else { return nil }
    guard flock(file, LOCK_EX | LOCK_NB) == 0, isStill(file, path) else {
      close(file)
      return nil
    }
    (self.path, descriptor) = (path, file)
  }

  deinit {
    close(descriptor)
  }

  /// Removes the file, while it is still locked.
  package func remove() {
    unlink(path)
  }
}

/// Whether an open file still is what its path names.
func isStill(_ file: Int32, _ path: String) -> Bool {
  var open = stat()
  var named = stat()
  return fstat(file, &open) == 0 && lstat(path, &named) == 0 && open.st_ino == named.st_ino
    && open.st_dev == named.st_dev
}
