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

/// Reads a whole file, or a pipe such as a shell's `<(...)`, up to `limit` bytes and one more, which tells
/// that there are too many.
func readFile(_ path: String, limit: Int = YAMLLimits.bytes) throws(FileProblem) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
  guard descriptor >= 0 else { throw openProblem(errno) }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw openProblem(errno) }
  switch status.st_mode & S_IFMT {
  case S_IFREG, S_IFIFO: break
  case S_IFDIR: throw FileProblem("is a directory", remedy: "name a file in it")
  default: throw FileProblem("is no ordinary file", remedy: "name a file")
  }
  var bytes: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 64 * 1_024)
  while bytes.count <= limit {
    let count = read(descriptor, &block, block.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else {
      throw FileProblem("cannot be read (\(String(cString: strerror(errno))))", remedy: "try again")
    }
    if count == 0 { break }
    bytes += block[..<count]
  }
  return bytes
}

private func openProblem(_ number: Int32) -> FileProblem {
  switch number {
  case ENOENT, ENOTDIR:
    FileProblem("does not exist", remedy: "check the path", isMissing: true)
  case EACCES, EPERM:
    FileProblem("cannot be read (permission denied)", remedy: "allow this user to read it")
  default:
    FileProblem("cannot be opened (\(String(cString: strerror(number))))", remedy: "check the path")
  }
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
