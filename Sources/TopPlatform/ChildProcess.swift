import CTopLinux
import CTopProcess
import Glibc

/// What a child is started with. No shell is involved.
package struct ChildCommand: Hashable, Sendable {
  /// A path, or a name to be found in the `PATH` of `environment`.
  package var program: String
  package var arguments: [String]
  package var environment: [String: String]
  /// Where it starts; absent means where this process is.
  package var folder: String?

  package init(
    program: String, arguments: [String] = [], environment: [String: String] = [:], folder: String? = nil
  ) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.folder = folder
  }
}

/// A process of ours, the leader of a session of its own, and our ends of its three pipes.
///
/// The descriptors do not block and belong to whoever holds this value: `closeAll` ends them.
package struct ChildProcess: Hashable, Sendable {
  package let id: Int32
  /// When it started, in clock ticks since the machine did: with `id` it names no other process, ever.
  package let started: UInt64
  /// Readable when the process has ended.
  package let end: Int32
  /// What is written here the child reads.
  package let input: Int32
  /// What the child writes to standard output.
  package let output: Int32
  /// What the child writes to standard error.
  package let errors: Int32

  /// How a process ended.
  package enum Ending: Hashable, Sendable {
    case exited(code: Int32)
    case killed(signal: Int32)
  }

  /// Why a process did not start.
  package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// No such file; `path` is the `PATH` that was searched, absent where a path was given.
    case notFound(path: String?)
    case notExecutable(ErrorNumber)
    case folder(ErrorNumber)
    case system(ErrorNumber)

    package var description: String {
      switch self {
      case .notFound(let path?): "it is in no folder of PATH (\(path))"
      case .notFound(nil): "there is no such file"
      case .notExecutable(let error): "it cannot be executed: \(error)"
      case .folder(let error): "it cannot be started in its folder: \(error)"
      case .system(let error): "no process could be started: \(error)"
      }
    }
  }

  /// How it ended; absent while it runs. Its number stays taken until `reap`, so that signals to its group
  /// reach nobody else.
  package func peekAtEnd() -> Ending? {
    var wasSignal: Int32 = 0
    var status: Int32 = 0
    guard cprocess_peek_at_end(end, &wasSignal, &status) == 1 else { return nil }
    return wasSignal != 0 ? .killed(signal: status) : .exited(code: status)
  }

  /// Sends a signal to all that are left of its group.
  package func signalGroup(_ number: Int32) {
    kill(-id, number)
  }

  /// Lets the process go: it is taken away when it has ended, which may be later. Its number may then be
  /// another's.
  package func reap() { Reaper.shared.take(id) }

  /// Lets the child see the end of its input; to be done once.
  package func closeInput() { close(input) }

  /// Closes every descriptor but those in `kept`.
  package func closeAll(except kept: Set<Int32> = []) {
    for descriptor in [end, input, output, errors] where !kept.contains(descriptor) { close(descriptor) }
  }
}

extension ChildProcess {
  /// Starts a command. It may wait for a disk, so it is no call for a thread that must not.
  ///
  /// The kernel ends the child with SIGKILL when the calling thread ends, so this is to be a thread that
  /// lasts.
  package static func start(_ command: ChildCommand, _ inherited: Inheritance) throws(Failure) -> ChildProcess
  {
    let path = try find(command)
    var pipes = try Pipes()
    defer { pipes.closeTheirs() }
    let arguments = CStrings([command.program] + command.arguments)
    let environment = CStrings(command.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
    var error: Int32 = 0
    var step: Int32 = 0
    let id = withUnsafePointer(to: inherited.value) { value in
      cprocess_start(
        path, arguments.pointers, environment.pointers, command.folder, pipes.theirs, value, &error, &step)
    }
    guard id > 0 else {
      pipes.closeOurs()
      throw step == 1
        ? .folder(ErrorNumber(error)) : step == 2 ? executionFailure(error) : .system(ErrorNumber(error))
    }
    let end = cprocess_open(id)
    guard end >= 0 else {
      let failure = ErrorNumber.current
      kill(-id, SIGKILL)
      Reaper.shared.take(id)
      pipes.closeOurs()
      throw .system(failure)
    }
    return ChildProcess(
      id: id, started: ProcessStatus(id)?.started ?? 0, end: end, input: pipes.input, output: pipes.output,
      errors: pipes.errors)
  }

  private static func executionFailure(_ error: Int32) -> Failure {
    error == ENOENT ? .notFound(path: nil) : .notExecutable(ErrorNumber(error))
  }

  /// Where the program of a command is, as a shell would look for it.
  package static func find(_ command: ChildCommand) throws(Failure) -> String {
    guard !command.program.isEmpty else { throw .notFound(path: nil) }
    guard !command.program.utf8.contains(UInt8(ascii: "/")) else {
      let isRelative = !command.program.hasPrefix("/")
      let path =
        isRelative ? (command.folder.map { "\($0)/\(command.program)" } ?? command.program) : command.program
      guard let failure = obstacle(to: path) else { return path }
      throw failure == ErrorNumber(ENOENT) ? .notFound(path: nil) : .notExecutable(failure)
    }
    let path = command.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    var refused: ErrorNumber?
    for part in path.split(separator: ":", omittingEmptySubsequences: false) {
      let candidate = part.isEmpty ? "./\(command.program)" : "\(part)/\(command.program)"
      guard let failure = obstacle(to: candidate) else { return candidate }
      if failure != ErrorNumber(ENOENT), failure != ErrorNumber(ENOTDIR) { refused = failure }
    }
    if let refused { throw .notExecutable(refused) }
    throw .notFound(path: path)
  }

  /// Why a path cannot be executed; absent when it can.
  private static func obstacle(to path: String) -> ErrorNumber? {
    var status = stat()
    guard stat(path, &status) == 0 else { return ErrorNumber.current }
    guard status.st_mode & S_IFMT == S_IFREG else { return ErrorNumber(EACCES) }
    return access(path, X_OK) == 0 ? nil : ErrorNumber.current
  }
}

/// What a child is to begin with as this process found it: file mask, limits. To be taken before this process
/// changes its own.
package struct Inheritance: Sendable {
  fileprivate let value: cprocess_inheritance

  package init() {
    value = cprocess_inherited()
  }
}

/// Two ends of three pipes.
private struct Pipes {
  private(set) var input: Int32 = -1
  private(set) var output: Int32 = -1
  private(set) var errors: Int32 = -1
  private(set) var theirs: [Int32] = []

  init() throws(ChildProcess.Failure) {
    do throws(ErrorNumber) {
      let (inputRead, inputWrite) = try pair()
      theirs.append(inputRead)
      input = inputWrite
      let (outputRead, outputWrite) = try pair()
      theirs.append(outputWrite)
      output = outputRead
      let (errorsRead, errorsWrite) = try pair()
      theirs.append(errorsWrite)
      errors = errorsRead
      for descriptor in [input, output, errors] where fcntl(descriptor, F_SETFL, O_NONBLOCK) != 0 {
        throw ErrorNumber.current
      }
    } catch {
      closeTheirs()
      closeOurs()
      throw .system(error)
    }
  }

  mutating func closeTheirs() {
    for descriptor in theirs { close(descriptor) }
    theirs = []
  }

  mutating func closeOurs() {
    for descriptor in [input, output, errors] where descriptor >= 0 { close(descriptor) }
  }
}

private func pair() throws(ErrorNumber) -> (read: Int32, write: Int32) {
  var ends: [Int32] = [-1, -1]
  guard cprocess_pipe(&ends) == 0 else { throw ErrorNumber.current }
  return (ends[0], ends[1])
}

/// An array of C strings that ends in NULL, as exec wants it.
private final class CStrings {
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  init(_ texts: [String]) {
    count = texts.count
    pointers = .allocate(capacity: count + 1)
    for (place, text) in texts.enumerated() { (pointers + place).initialize(to: strdup(text)) }
    (pointers + count).initialize(to: nil)
  }

  deinit {
    for place in 0..<count { free(pointers[place]) }
    pointers.deallocate()
  }
}
