import CTopLinux
import SessionEngine
import Glibc
import LoopbackServers
import MCPWire
import MCPSessions
import TopPlatform

// Many sessions: the server is a process of its own, so that
// the figures are those of the engine alone.

/// Keeps `count` sessions with one server, each with its stream and a ping every five seconds, takes them all
/// away twice, and prints what that cost.
func measureHerd(_ count: Int) throws {
  let far = try FarServer()
  let endpoint = try Endpoint(far.url)
  var settings = SessionSettings(pingInterval: .seconds(5), listEvery: 0)
  settings.retryDelay = .seconds(1)
  let servers = (0..<count).map {
    Server(name: "s\($0)", transport: .streamableHTTP, endpoint: endpoint, settings: settings)
  }
  let herd = try Herd(servers)
  let memory = residentKilobytes()
  let opened = try herd.wait("open \(count) sessions with streams", atMost: 60) { store in
    store.sessions.values.count { $0.state == .ready && $0.stream == .open } == count
  }
  line("open \(count) sessions with streams", "\(opened) ms")
  line("memory for each of them", "\((residentKilobytes() - memory) / count) kB")
  // What the opening left to do is no part of a steady state.
  try herd.pass(.seconds(2))

  let (pings, cpu) = (herd.probes, processorTime())
  try herd.pass(.seconds(20))
  let used = (processorTime() - cpu) / Double(max(1, herd.probes - pings)) * 1_000
  line("processor time for 1 000 pings", "\(Int(used * 1_000)) ms")
  let latencies = herd.store.sessions.values.compactMap(\.latency)
  let middle = latencies.map(\.p50).sorted()[latencies.count / 2]
  let slowest = latencies.map(\.p95).sorted()[latencies.count * 95 / 100]
  line("a ping takes, median and slowest twentieth", "\(tenths(middle)) ms, \(tenths(slowest)) ms")

  far.tell("forget")
  let forgotten = try herd.waitForReturn(of: count)
  line("all are back after the server forgot them", "\(forgotten) ms")
  let failed = failedAttempts()
  far.tell("restart")
  let restarted = try herd.waitForReturn(of: count)
  line("all are back after it was away for 3 s", "\(restarted) ms")
  line("connections that were refused meanwhile", "\(failedAttempts() - failed)")
  herd.engine.send(.stop)
  _ = try herd.wait("end all sessions", atMost: 10) { $0.statistics.ended == $0.statistics.opened }
}

/// A server that does as it is told on standard input, until that ends.
func serveHerd() throws {
  let server = try LoopbackServer.start(remembering: 0)
  defer { server.stop() }
  _ = writeAll(server.url + "\n", to: 1)
  while let word = readLine() {
    switch word {
    case "forget": server.forgetSessions()
    case "restart": server.restart(lasts: .seconds(3))
    case "say": server.push(saying)
    default: break
    }
  }
}

private let saying = """
  {"jsonrpc":"2.0","method":"notifications/message",\
  "params":{"level":"info","logger":"jobs","data":"job 1014 done in 1.8 s"}}
  """

/// An engine and what is known of its sessions.
private final class Herd {
  let engine: PolledEngine
  private(set) var store = Store(eventCapacity: 100)
  private let started = Moment.now.instant

  init(_ servers: [Server]) throws {
    engine = try PolledEngine(EnginePlan(servers: servers))
    try engine.start()
  }

  var probes: Int { store.sessions.values.reduce(0) { $0 + $1.probes } }

  /// Takes in news until `condition` holds; returns how long that took, in milliseconds.
  func wait(_ what: String, atMost seconds: Int, until condition: (Store) -> Bool) throws -> Int64 {
    let start = Moment.now.instant
    while !condition(store) {
      guard Moment.now.instant - start < .seconds(seconds) else {
        throw TooSlow(what: what, seconds: seconds)
      }
      // Looking at each of very many changes would be what is measured.
      _ = TopPlatform.wait(reading: [engine.output.descriptor], milliseconds: 1_000)
      store.fold(engine.output.drain(), at: Moment.now)
    }
    return (Moment.now.instant - start).inMilliseconds
  }

  func waitForReturn(of count: Int) throws -> Int64 {
    let before = store.statistics.recoveriesSucceeded
    return try wait("bring \(count) sessions back", atMost: 60) { store in
      store.statistics.recoveriesSucceeded >= before + count && store.statistics.activeSessions == count
    }
  }

  func pass(_ duration: Duration) throws {
    let end = Moment.now.instant + duration
    _ = try wait("pass", atMost: Int(duration.inSeconds) + 10) { _ in Moment.now.instant >= end }
  }
}

private struct TooSlow: Error, CustomStringConvertible {
  let what: String
  let seconds: Int
  var description: String { "could not \(what) within \(seconds) s" }
}

/// This program as a server in a process of its own, which ends with this one.
private final class FarServer {
  private(set) var url = ""
  private var pid: pid_t = 0
  private let wire: Int32

  init() throws {
    var ends: [Int32] = [0, 0]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw ErrorNumber.current
    }
    wire = ends[0]
    defer { close(ends[1]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    let arguments = ["benchmark", "--serve"]
    var words = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    let failure = posix_spawn(&pid, "/proc/self/exe", &actions, nil, &words, clinux_environment())
    guard failure == 0 else { throw ErrorNumber(failure) }
    var byte: UInt8 = 0
    while read(wire, &byte, 1) == 1, byte != UInt8(ascii: "\n") {
      url.unicodeScalars.append(Unicode.Scalar(byte))
    }
  }

  deinit {
    close(wire)
    waitpid(pid, nil, 0)
  }

  func tell(_ word: String) { _ = writeAll(word + "\n", to: wire) }
}

/// Seconds of processor time that this process used.
private func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

private func residentKilobytes() -> Int {
  let pages = firstLine(of: "/proc/self/statm").split(separator: " ").dropFirst().first.flatMap { Int($0) }
  return (pages ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) / 1_024
}

/// Connections of this machine that were refused so far, by the kernel's count.
private func failedAttempts() -> Int {
  guard let file = fopen("/proc/net/snmp", "r") else { return 0 }
  defer { fclose(file) }
  var buffer = [CChar](repeating: 0, count: 4_096)
  var rows: [[Substring]] = []
  while fgets(&buffer, Int32(buffer.count), file) != nil {
    let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let words = String(decoding: bytes, as: UTF8.self).split { $0.isWhitespace }
    if words.first == "Tcp:" { rows.append(words) }
  }
  guard rows.count == 2, let place = rows[0].firstIndex(of: "AttemptFails"), place < rows[1].count else {
    return 0
  }
  return Int(rows[1][place]) ?? 0
}

private func firstLine(of path: String) -> String {
  guard let file = fopen(path, "r") else { return "" }
  defer { fclose(file) }
  var buffer = [CChar](repeating: 0, count: 4_096)
  guard fgets(&buffer, Int32(buffer.count), file) != nil else { return "" }
  return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

private func tenths(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }
