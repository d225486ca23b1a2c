import CTopLinux
import Glibc
import TopTestFolders

/// A program that a test starts, hears and ends. What it says on both outputs comes through one socket.
final class ChildProcess {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let pid: pid_t
  /// All that was heard so far.
  private(set) var output = ""
  private let ownEnd: Int32
  private let stateFolder: String
  private var bytes: [UInt8] = []
  private var status: Int32?

  /// Starts the program at `path`; `environment` adds to the test's own. With a terminal it reads and draws
  /// there, as the leader of a session of its own, and only its error output is heard here.
  init(
    _ path: String, _ arguments: [String], environment: [String: String] = [:], terminal: String? = nil
  ) throws {
    var ends: [Int32] = [0, 0]
    // A socket pair, because it is closed on exec from birth: programs that other tests start at this very
    // moment must not inherit an end of it, or its end of file never comes.
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Failure(description: "no socket pair") }
    ownEnd = ends[0]

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, terminal ?? "/dev/null", O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, terminal == nil ? ends[1] : 0, 1)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    // SwiftNIO's sockets are not closed on exec: a program that inherits the port of another test's server
    // keeps it open after that server closed it.
    _ = clinux_spawn_closes_from(&actions, 3)

    // Threads of the test runner block signals, and children would inherit that and never hear SIGTERM.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    let leads = terminal == nil ? 0 : 0x80  // POSIX_SPAWN_SETSID, a macro that Swift does not see
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(leads))

    // What the program keeps must not end up with the person who runs the tests, nor with another test: a
    // session that one left behind is ended by the next that finds a server at the same port.
    stateFolder = "\(testFolder)/\(UInt64.random(in: 0 ... .max))"
    let environment = [
      "XDG_STATE_HOME": stateFolder, "XDG_CONFIG_HOME": stateFolder, "XDG_RUNTIME_DIR": stateFolder,
    ].merging(environment) { $1 }
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      inheritedVariables(without: Set(environment.keys)).map { strdup($0) }
      + environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { (words + variables).forEach { free($0) } }
    var child: pid_t = 0
    let result = posix_spawn(&child, path, &actions, &attributes, &words, &variables)
    close(ends[1])
    guard result == 0 else {
      close(ends[0])
      throw Failure(description: "\(path) does not start: \(String(cString: strerror(result)))")
    }
    pid = child
  }

  deinit {
    if status == nil {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
    }
    close(ownEnd)
    // The program that removes it has none, which ends this.
    if access(stateFolder, F_OK) == 0 { _ = try? ChildProcess("/bin/rm", ["-rf", stateFolder]).end() }
  }

  /// Waits until `condition` holds for what was said; throws after `limit`, or when the program ended before.
  func wait(
    for what: String, within limit: Duration = .seconds(30), until condition: (String) -> Bool
  ) throws {
    let deadline = ContinuousClock.now + limit
    while !condition(output) {
      guard try hear(until: deadline) else {
        if condition(output) { return }
        throw Failure(description: "ended or fell silent before \(what); it said:\n\(output)")
      }
    }
  }

  /// Waits for the program's own end and gives its exit status, or minus the signal that ended it.
  @discardableResult
  func end(within limit: Duration = .seconds(30)) throws -> Int32 {
    let deadline = ContinuousClock.now + limit
    while try hear(until: deadline) {}
    guard ContinuousClock.now < deadline else {
      throw Failure(description: "did not end within \(limit); it said:\n\(output)")
    }
    var raw: Int32 = 0
    waitpid(pid, &raw, 0)
    let signal = raw & 0x7F
    let ended = signal == 0 ? (raw >> 8) & 0xFF : -signal
    status = ended
    return ended
  }

  /// Takes in what was said meanwhile: a program whose words nobody takes stands still after a while.
  func hear() {
    while (try? hear(until: .now + .milliseconds(20))) == true {}
  }

  /// Sends a signal and waits for the end.
  @discardableResult
  func stop(_ signal: Int32 = SIGTERM) throws -> Int32 {
    kill(pid, signal)
    return try end()
  }

  /// Takes in what is said next; false when there is no more, or nothing by the deadline.
  private func hear(until deadline: ContinuousClock.Instant) throws -> Bool {
    let rest = (deadline - ContinuousClock.now).components
    let milliseconds = rest.seconds * 1_000 + rest.attoseconds / 1_000_000_000_000_000
    guard milliseconds > 0 else { return false }
    var descriptor = pollfd(fd: ownEnd, events: Int16(POLLIN), revents: 0)
    guard poll(&descriptor, 1, Int32(clamping: milliseconds)) != 0 else { return false }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = read(ownEnd, &buffer, buffer.count)
    guard count > 0 else { return count < 0 && errno == EINTR }
    bytes += buffer.prefix(count)
    output = String(decoding: bytes, as: UTF8.self)
    return true
  }
}

/// The test's own environment, read where the kernel keeps it: the C library's table is not safe to share.
private func inheritedVariables(without names: Set<String>) -> [String] {
  (try? String(contentsOf: "/proc/self/environ"))?.split(separator: "\0").map(String.init)
    .filter { !names.contains(String($0.prefix { $0 != "=" })) } ?? []
}

extension String {
  /// The text of a file.
  init(contentsOf path: String) throws {
    let file = open(path, O_RDONLY)
    guard file >= 0 else { throw ChildProcess.Failure(description: "cannot read \(path)") }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = read(file, &buffer, buffer.count), count > 0 { bytes += buffer.prefix(count) }
    self.init(decoding: bytes, as: UTF8.self)
  }

  /// Writes the text to a new file in the temporary folder and gives its path.
  func temporaryFile(suffix: String) throws -> String {
    var template = Array("\(TemporaryFolder.parent)/sessiontop-test-XXXXXX\(suffix)".utf8CString)
    let file = mkstemps(&template, Int32(suffix.utf8.count))
    guard file >= 0 else { throw ChildProcess.Failure(description: "cannot write a file") }
    defer { close(file) }
    var text = self
    let written = text.withUTF8 { Glibc.write(file, $0.baseAddress, $0.count) }
    guard written == utf8.count else { throw ChildProcess.Failure(description: "cannot write a file") }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
