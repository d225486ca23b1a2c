import CLinux
import Glibc
import Reports
import Sessions

/// Runs the operator's program for alerts: the event as one line of JSON on its standard input, no shell, ten
/// seconds at most, four at once. What is over that is not run; the screen never waits.
struct Hooks: ~Copyable {
  private let words: [String]
  private var running: [(pid: pid_t, end: Instant)] = []

  private static let limit = 4
  private static let patience = Duration.seconds(10)

  /// No words: nothing is run.
  init(_ words: [String]) {
    self.words = words
  }

  deinit {
    for one in running { kill(-one.pid, SIGKILL) }
  }

  /// When there is something to do besides new alerts.
  var deadline: Instant? { running.map(\.end).min() }

  /// Collects what ended, and ends what takes too long.
  mutating func reap(at now: Instant) {
    running.removeAll { one in
      if one.end <= now { kill(-one.pid, SIGKILL) }
      return waitpid(one.pid, nil, one.end <= now ? 0 : WNOHANG) != 0
    }
  }

  mutating func run(for event: Event, at now: Instant) {
    guard let program = words.first, running.count < Self.limit else { return }
    // A socket pair holds the few hundred bytes whether they are read or not.
    var ends: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { return }
    defer { for end in ends { close(end) } }
    let bytes = Array((eventLine(event) + "\n").utf8)
    _ = bytes.withUnsafeBytes { write(ends[0], $0.baseAddress, $0.count) }
    if let pid = start(program, input: ends[1]) { running.append((pid, now + Self.patience)) }
  }

  private func start(_ program: String, input: Int32) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    // Nothing that it prints may reach the screen.
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    // Sockets of libraries (SwiftNIO's, in the demo) are not all closed on exec.
    _ = clinux_spawn_closes_from(&actions, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var pid: pid_t = 0
    guard posix_spawnp(&pid, program, &actions, &attributes, &arguments, clinux_environment()) == 0 else {
      return nil
    }
    return pid
  }
}
