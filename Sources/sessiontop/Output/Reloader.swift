import Configuration
import SessionEngine
import Sessions
import Platform

/// Keeps the servers in step with the files that name them: at a change of any file that was read, or when
/// the operator says so.
struct Reloader {
  /// As on the command line; the environment is what it was at the start.
  private let paths: [String]
  private var loaded: Loaded
  private var changes: FileChanges?
  private var states: [String: FileState] = [:]
  /// When the files are looked at, and the latest time to do so in a stream of changes.
  private var due: Instant?
  private var latest: Instant?

  /// Editors write in several steps, and nobody wants the half of one.
  private static let pause = Duration.milliseconds(300)
  private static let longestPause = Duration.seconds(2)

  init(_ paths: [String], _ loaded: Loaded) {
    self.paths = paths
    self.loaded = loaded
    states = Self.states(of: loaded)
    do {
      changes = try FileChanges(around: loaded.watched)
    } catch {
      complain("changes of the configuration are not seen (\(error)); SIGUSR2 makes it read anew")
    }
  }

  /// Readable when something happened around the files.
  var descriptors: [Int32] { changes.map { [$0.descriptor] } ?? [] }

  /// When `look` has something to do though nothing is readable.
  var deadline: Instant? { due }

  /// Takes hints of changes, and reads the files when they have come to rest; answers what the engine must
  /// do.
  mutating func look(_ ready: [Readiness], at now: Instant) -> [Command] {
    if let changes, ready.contains(where: { $0.descriptor == changes.descriptor }) {
      changes.drain()
      hasten(at: now)
    }
    guard let due, due <= now else { return [] }
    (self.due, latest) = (nil, nil)
    return Self.states(of: loaded) == states ? [] : reload()
  }

  /// Reads the files now, changed or not.
  mutating func reload() -> [Command] {
    let before = Self.states(of: loaded)
    let new = loadConfiguration(paths: paths, environment: environment, currentDirectory: currentDirectory)
    let decision = loaded.reload(as: new)
    if case .apply = decision { loaded = new } else { loaded.watched += new.watched }
    states = Self.states(of: loaded).merging(before) { _, seen in seen }
    loaded.watched = Set(loaded.watched).sorted()
    changes = (try? FileChanges(around: loaded.watched)) ?? changes
    // What was written while it was read is seen as well.
    if Self.states(of: loaded) != states { hasten(at: Moment.now.instant) }
    return switch decision {
    case .apply(let servers, let note): [.apply(servers, note: note)]
    case .refuse(let why): [.reportConfigurationProblem(why)]
    }
  }

  private mutating func hasten(at now: Instant) {
    latest = latest ?? now + Self.longestPause
    due = min(now + Self.pause, latest ?? now)
  }

  private static func states(of loaded: Loaded) -> [String: FileState] {
    var states: [String: FileState] = [:]
    for path in loaded.watched { states[path] = FileState(path) }
    return states
  }
}
