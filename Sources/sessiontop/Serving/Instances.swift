import TopConfiguration
import Glibc
import TopPlatform
import TopReports
import SessionEngine
import MCPSessions

/// Where running instances of this user are found: each listens at a socket of its own name.
enum Instances {
  /// `$XDG_RUNTIME_DIR/sessiontop`, else below /run/user, else with what else is kept; absent when there is
  /// no home.
  static let folder: String? = {
    if let named = environment["XDG_RUNTIME_DIR"], named.hasPrefix("/") { return named + "/sessiontop" }
    let usual = "/run/user/\(getuid())"
    if access(usual, W_OK) == 0 { return usual + "/sessiontop" }
    return stateFolder.map { $0 + "/run" }
  }()

  /// Letters, digits, `-`, `_` and `.`; at most 40, and no dot first.
  static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 40 && !name.hasPrefix(".")
      && name.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || "-_.".utf8.contains($0)
      }
  }

  static func path(of name: String) -> String? { folder.map { "\($0)/\(name).sock" } }

  /// All that live and answer.
  static func all() -> [Instance] { look().living }

  /// Those that answer, and the names of those that are there and do not. All are asked at once: one that
  /// hangs costs no more time than several.
  private static func look() -> (living: [Instance], silent: [String]) {
    var silent: [String] = []
    var living: [Instance] = []
    let end = Moment.now.instant + Instance.patience
    let calls = names().compactMap { name in Instance.call(name).map { (name, $0) } }
    for (name, client) in calls {
      if let instance = Instance(client, until: end) { living.append(instance) } else { silent.append(name) }
    }
    return (living, silent)
  }

  private static func names() -> [String] {
    guard let folder, let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory), names.count < 1_000 {
      let bytes = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      let file = String(decoding: bytes, as: UTF8.self)
      if file.hasSuffix(".sock") { names.append(String(file.dropLast(5))) }
    }
    return names.sorted()
  }

  /// The one that is named, or the only one. Throws a sentence when there is none, or more than one.
  static func one(named name: String?) throws(CannotRun) -> Instance {
    if let name {
      let shown = PrintableText.line(name, limit: 60)
      guard isName(name), let client = Instance.call(name) else {
        throw CannotRun(
          description: "no instance called \(shown) is running", exitCode: ExitCode.notWell)
      }
      guard let found = Instance(client, until: Moment.now.instant + Instance.patience) else {
        throw CannotRun(description: "\(shown) is there and does not answer", exitCode: ExitCode.notWell)
      }
      return found
    }
    let (all, silent) = look()
    guard let first = all.first else {
      guard silent.isEmpty else {
        throw CannotRun(
          description: "nothing that answers is running; these are there and do not: "
            + silent.map { PrintableText.line($0, limit: 60) }.joined(separator: ", "),
          exitCode: ExitCode.notWell)
      }
      throw CannotRun(
        description: "nothing is running that could do it; start sessiontop, or sessiontop serve",
        exitCode: ExitCode.notWell)
    }
    guard all.count == 1 else {
      let names = all.map { "\($0.report.name) (\($0.report.command), process \($0.report.process))" }
      throw CannotRun(
        description: "more than one instance is running; name one with --instance: "
          + names.joined(separator: ", "), exitCode: ExitCode.usage)
    }
    return first
  }
}

/// A running instance, and a line to it.
struct Instance {
  let report: InstanceReport
  private let client: LineClient

  /// How long one is given to say that it is one of us.
  static let patience = Duration.seconds(3)

  /// A line to whoever listens under a name, which has been greeted; absent when nobody does.
  static func call(_ name: String) -> LineClient? {
    guard let path = Instances.path(of: name), let client = try? LineClient(path: path) else { return nil }
    let hello = ControlRequest.hello(version: programVersion, isReadOnly: false, follows: false)
    return client.send(hello.line) ? client : nil
  }

  /// Absent when no answer comes until then, or one that is none of ours.
  init?(_ client: LineClient, until end: Instant) {
    let left = max(0, (end - Moment.now.instant).inMilliseconds)
    guard let line = client.line(within: Int32(clamping: left)),
      case .hello(let report)? = ControlAnswer(line)
    else { return nil }
    (self.report, self.client) = (report, client)
  }

  /// One that watches the files of a configuration, and no others; absent when there is none.
  static func watching(_ loaded: Loaded) -> Instance? {
    let files = Set(loaded.watched.map(wholePath))
    return Instances.all().first { $0.report.shard == nil && Set($0.report.files) == files }
  }

  /// The same among services alone.
  static func service(watching loaded: Loaded) -> Instance? {
    let files = Set(loaded.watched.map(wholePath))
    return Instances.all().first {
      $0.report.command == "serve" && $0.report.shard == nil && Set($0.report.files) == files
    }
  }

  /// Asks, and waits for the answer with the same number, at most so long. Throws a sentence when there is
  /// none.
  func ask(_ request: ControlRequest, within limit: Duration = .seconds(5)) throws(CannotRun) -> (
    answer: ControlAnswer, line: String
  ) {
    let end = Moment.now.instant + limit
    guard client.send(request.line) else { throw gone }
    while true {
      let left = (end - Moment.now.instant).inMilliseconds
      guard left > 0, let line = client.line(within: Int32(clamping: left)) else { throw gone }
      guard let answer = ControlAnswer(line) else { continue }
      if case .refusal(_, let why) = answer {
        throw CannotRun(description: "\(report.name) refuses: \(why)", exitCode: ExitCode.notWell)
      }
      return (answer, line)
    }
  }

  private var gone: CannotRun {
    CannotRun(description: "\(report.name) does not answer", exitCode: ExitCode.notWell)
  }
}

/// A path from the root, without links, where the file is there.
func wholePath(_ path: String) -> String {
  guard let whole = realpath(path, nil) else {
    return path.hasPrefix("/") ? path : "\(currentDirectory)/\(path)"
  }
  defer { free(whole) }
  return String(cString: whole)
}
