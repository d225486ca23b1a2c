import CLinux
import Configuration
import Glibc
import Sessions
import Platform

// What the process finds around it, and how it speaks to it.

/// Exit codes (see README).
enum ExitCode {
  static let done: Int32 = 0
  static let notWell: Int32 = 1
  static let usage: Int32 = 2
  static let configuration: Int32 = 3
  static let terminal: Int32 = 4
  static let internalError: Int32 = 70
}

/// The environment, read once.
let environment: [String: String] = {
  var result: [String: String] = [:]
  var entry = clinux_environment()
  while let text = entry?.pointee {
    let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    if pair.count == 2 { result[String(pair[0])] = String(pair[1]) }
    entry = entry?.successor()
  }
  return result
}()

/// The home of this user: as the environment says, else as the system does. Never a folder that all share.
let homeFolder: String? = {
  if let home = environment["HOME"], home.hasPrefix("/") { return home }
  guard let home = getpwuid(getuid()).map({ String(cString: $0.pointee.pw_dir) }), home.hasPrefix("/"),
    home != "/"
  else {
    return nil
  }
  return home
}()

let currentDirectory: String = {
  guard let path = getcwd(nil, 0) else { return "." }
  defer { free(path) }
  return String(cString: path)
}()

let hostName: String = {
  var name = [CChar](repeating: 0, count: 256)
  guard gethostname(&name, 255) == 0 else { return "localhost" }
  let bytes = name.prefix { $0 != 0 && $0 != CChar(UInt8(ascii: ".")) }.map { UInt8(bitPattern: $0) }
  return PrintableText.line(String(decoding: bytes, as: UTF8.self), limit: 32)
}()

/// Who sits at the keyboard: login name, terminal, and where they came from.
let operatorIdentity: Operator = {
  let user =
    getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? environment["USER"] ?? "unknown"
  let terminal = ttyname(0).map { String(cString: $0).replacing("/dev/", with: "") }
  let remote = environment["SSH_CLIENT"]?.split(separator: " ").first.map(String.init)
  let origin = [terminal, remote].compactMap { $0 }.joined(separator: " from ")
  return Operator(user: PrintableText.line(user, limit: 32), origin: PrintableText.line(origin, limit: 80))
}()

/// Seconds east of UTC of local time, at `now`.
func utcOffset(at now: WallTime) -> Int {
  var seconds = time_t(now.milliseconds / 1_000)
  var local = tm()
  localtime_r(&seconds, &local)
  return local.tm_gmtoff
}

/// Which configurations are meant, decided once at the start.
struct ConfigurationPlaces {
  let paths: [String]
  /// Whether servers of different files may have the same name.
  let namesByFile: Bool
  /// With what the command line says above it.
  var environment = sessiontop.environment

  func read() -> Loaded {
    loadConfiguration(
      paths: paths, environment: environment, currentDirectory: currentDirectory, namesByFile: namesByFile)
  }
}

extension Source {
  /// Those of the command line, and with `--found` those of this user.
  var places: ConfigurationPlaces {
    ConfigurationPlaces(
      paths: config + (found ? foundFiles().map(\.path) : []), namesByFile: found,
      environment: stdio ? environment.merging(["SESSIONTOP_STDIO": "all"]) { $1 } : environment)
  }
}

/// Reads the configuration and says what is wrong with it; absent when there is nothing to work with.
func load(_ places: ConfigurationPlaces) -> Loaded? {
  let loaded = places.read()
  for diagnostic in loaded.diagnostics where diagnostic.severity != .notice {
    _ = writeAll(diagnostic.description + "\n", to: 2)
  }
  if loaded.watched.isEmpty {
    // Nothing was asked for, and nothing of ours is there.
    let found = foundFiles()
    for file in found.prefix(20) { complain("found \(words(for: file))") }
    if found.count > 20 { complain("found \(found.count - 20) more, see `sessiontop files`") }
    if !found.isEmpty { complain("open them with `sessiontop --found`, or one with --config FILE") }
  }
  return loaded.isUsable ? loaded : nil
}

/// The same for files that are named, and no others.
func load(_ paths: [String]) -> Loaded? { load(ConfigurationPlaces(paths: paths, namesByFile: false)) }

/// One line to standard output; false when nobody reads it any more.
@discardableResult
func writeLine(_ line: String) -> Bool {
  writeAll(line + "\n", to: 1)
}

/// One line to standard error.
func complain(_ line: String) {
  _ = writeAll("sessiontop: \(line)\n", to: 2)
}
