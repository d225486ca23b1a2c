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

  /// Those that can be spoken with, and of those that are there and cannot the names and why. All are asked
  /// at once: one that hangs costs no more time than several.
  static func look() -> (living: [Instance], others: [(name: String, why: Instance.NoGreeting)]) {
    var others: [(name: String, why: Instance.NoGreeting)] = []
    var living: [Instance] = []
    let end = Moment.now.instant + Instance.patience
    let calls = names().compactMap { name in Instance.call(name).map { (name, $0) } }
    for (name, client) in calls {
      do throws(Instance.NoGreeting) {
        living.append(try Instance(client, until: end))
      } catch {
        others.append((PrintableText.line(name, limit: 60), error))
      }
    }
    return (living, others)
  }

  /// Of those that are there and cannot be spoken with, in a sentence.
  private static func words(for others: [(name: String, why: Instance.NoGreeting)]) -> String {
    let silent = others.filter { if case .silent = $0.why { true } else { false } }.map(\.name)
    var told = others.filter { if case .silent = $0.why { false } else { true } }
      .map { "\($0.name) is there, but \($0.why)" }
    if !silent.isEmpty { told.append("there, and without an answer: " + silent.joined(separator: ", ")) }
    return told.joined(separator: "; ")
  }

  /// Warns of those that speak another version: what they could do, or what they know, is not had from them.
  static func warn(of others: [(name: String, why: Instance.NoGreeting)], thus consequence: String) {
    for case (let name, .version(let other)) in others {
      complain("\(name) is there, but \(other); \(consequence)")
    }
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
      do throws(Instance.NoGreeting) {
        return try Instance(client, until: Moment.now.instant + Instance.patience)
      } catch {
        throw CannotRun(description: "\(shown) is there, but \(error)", exitCode: ExitCode.notWell)
      }
    }
    let (all, others) = look()
    guard let first = all.first else {
      guard others.isEmpty else {
        throw CannotRun(
          description: "nothing is running that could do it; " + words(for: others),
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

  /// Why somebody is there with whom nothing can be done.
  enum NoGreeting: Error, CustomStringConvertible {
    /// In time.
    case silent
    case version(OtherVersion)
    case refused(String)
    /// It is none of ours.
    case foreign

    var description: String {
      switch self {
      case .silent: "it does not answer"
      case .version(let other): other.description
      case .refused(let why): "it refuses: \(PrintableText.line(why))"
      case .foreign: "what it answers is no line of sessiontop"
      }
    }
  }

  /// Throws why it cannot be spoken with.
  init(_ client: LineClient, until end: Instant) throws(NoGreeting) {
    let left = max(0, (end - Moment.now.instant).inMilliseconds)
    guard let line = client.line(within: Int32(clamping: left)) else { throw .silent }
    switch ControlAnswer(line) {
    case .hello(let report): (self.report, self.client) = (report, client)
    case .refusal(_, let why): throw .refused(why)
    case .result, .status: throw .foreign
    case nil: throw OtherVersion(line).map(NoGreeting.version) ?? .foreign
    }
  }

  /// Whether it watches the files of a configuration, and no others.
  func watches(_ loaded: Loaded) -> Bool {
    report.shard == nil && Set(report.files) == Set(loaded.watched.map(wholePath))
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
