import Glibc

/// Says who has the path of a socket: a locked file beside it, which goes with its owner. Where the owner was
/// killed the file is left, and its lock is free.
final class PathLock {
  private static let suffix = ".lock"
  /// Files of a folder that one look goes through.
  private static let sweepLimit = 10_000
  /// A sweep of somebody else has a free lock for an instant; so often it is waited for, 10 ms each time.
  private static let patience = 20

  private let descriptor: Descriptor
  private let file: String

  /// Throws EADDRINUSE when somebody has it, else the errno of the step that failed.
  init(_ path: String) throws(ErrorNumber) {
    file = path + Self.suffix
    for _ in 0..<Self.patience {
      let descriptor = Descriptor(openFile(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600))
      guard descriptor.number >= 0 else { throw ErrorNumber.current }
      guard flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 else {
        _ = poll(nil, 0, 10)
        continue
      }
      // Else it was removed by its last owner before we had it.
      guard isStill(descriptor.number, file) else { continue }
      self.descriptor = descriptor
      return
    }
    throw ErrorNumber(EADDRINUSE)
  }

  /// Removes the file, while it is still locked; the lock goes with the descriptor.
  deinit {
    unlink(file)
  }

  /// Removes what killed owners left in a folder: sockets, and the locks beside them.
  static func sweep(_ folder: String, of ending: String) {
    for name in names(in: folder, limit: sweepLimit) where name.hasSuffix(ending + suffix) {
      let lock = "\(folder)/\(name)"
      let descriptor = openFile(lock, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0, isStill(descriptor, lock) {
        unlink(String(lock.dropLast(suffix.utf8.count)))
        unlink(lock)
      }
      close(descriptor)
    }
  }

  private static func names(in folder: String, limit: Int) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while names.count < limit, let entry = readdir(directory) {
      let bytes = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      names.append(String(decoding: bytes, as: UTF8.self))
    }
    return names
  }
}

/// The path of a socket, owned: what a dead server left there is removed, and so is what we make there.
final class PathClaim {
  private let path: String
  private let lock: PathLock

  /// Throws EADDRINUSE when a living server has the path, else why what stands there cannot be removed.
  init(_ path: String) throws(ErrorNumber) {
    lock = try PathLock(path)
    self.path = path
    guard unlink(path) == 0 || errno == ENOENT else { throw ErrorNumber.current }
  }

  /// While the lock is still held.
  deinit {
    unlink(path)
  }
}

extension LineServer {
  /// Removes what servers left in a folder that were killed: sockets whose names end so, and what stands
  /// beside them. Those of the living stay.
  package static func sweep(_ folder: String, of ending: String) { PathLock.sweep(folder, of: ending) }
}
