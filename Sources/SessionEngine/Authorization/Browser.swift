import CTopLinux
import Glibc
import MCPSessions
import TopPlatform

/// Opens an address where a person can see it. The program gets no terminal, and nobody waits for it.
enum Browser {
  /// Whether one could be started.
  static func open(_ address: VisitAddress, _ environment: [String: String]) -> Bool {
    guard var words = words(environment) else { return false }
    if words.contains(where: { $0.contains("%s") }) {
      words = words.map { $0.replacing("%s", with: address.text) }
    } else {
      words.append(address.text)
    }
    guard let process = start(words) else { return false }
    Reaper.shared.take(process)
    return true
  }

  private static func words(_ environment: [String: String]) -> [String]? {
    // A list with colons, of which the first is tried; an address with one is no list.
    let named = environment["BROWSER"]?.split(separator: " ").map(String.init) ?? []
    if let first = named.first {
      return [first.split(separator: ":").first.map(String.init) ?? first] + named.dropFirst()
    }
    let hasDisplay = ["DISPLAY", "WAYLAND_DISPLAY"].contains { environment[$0]?.isEmpty == false }
    return hasDisplay ? ["xdg-open"] : nil
  }

  private static func start(_ words: [String]) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    guard posix_spawn_file_actions_init(&actions) == 0 else { return nil }
    defer { posix_spawn_file_actions_destroy(&actions) }
    guard posix_spawnattr_init(&attributes) == 0 else { return nil }
    defer { posix_spawnattr_destroy(&attributes) }
    for descriptor in Int32(0)...2 {
      posix_spawn_file_actions_addopen(
        &actions, descriptor, "/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY, 0)
    }
    _ = clinux_spawn_closes_from(&actions, 3)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var usual = sigset_t()
    sigemptyset(&usual)
    sigaddset(&usual, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &usual)
    let newSession: Int32 = 0x80  // POSIX_SPAWN_SETSID, which the module does not have
    posix_spawnattr_setflags(
      &attributes, Int16(newSession | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)))
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process = pid_t()
    guard posix_spawnp(&process, words[0], &actions, &attributes, &arguments, clinux_environment()) == 0
    else {
      return nil
    }
    return process
  }
}
