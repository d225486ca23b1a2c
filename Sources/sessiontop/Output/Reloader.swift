import TopConfiguration
import SessionEngine
import MCPSessions
import TopPlatform

/// Keeps the servers in step with the files that name them: at a change of any file that was read, or when
/// the operator says so.
struct Reloader {
  /// As on the command line; the environment is what it was at the start.
  private let places: ConfigurationPlaces
  private var loaded: Loaded
  private var changes: FileChanges?
  private var states: [String: FileState] = [:]
  private var change: Change?
  /// When the files are looked at though nothing was told: not every file system tells, and not every way in
  /// which a path comes to mean another file.
  private var nextSlowLook: Instant?

  /// A change that was seen and not yet taken.
  private struct Change {
    var states: [String: FileState]
    /// Since when the files are as they are.
    var since: Instant
    var due: Instant
  }

  /// Editors write in several steps, and nobody wants the half of one.
  private static let pause = Duration.milliseconds(300)
  /// How long a file must have been quiet of which nobody says whether it is still being written.
  private static let pauseOfUnknown = Duration.seconds(1)
  /// The same of a file that stays open for writing: its writer has forgotten it.
  private static let pauseOfOpen = Duration.seconds(10)
  private static let slowLook = Duration.seconds(2)

  init(_ places: ConfigurationPlaces, _ loaded: Loaded) {
    self.places = places
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
  var deadline: Instant? { [change?.due, nextSlowLook].compactMap { $0 }.min() }

  /// Takes hints of changes, and reads the files when they are whole: all of them quiet and closed. Answers
  /// what the engine must do.
  mutating func look(_ ready: [Readiness], at now: Instant) -> [Command] {
    var isHinted = nextSlowLook.map { $0 <= now } ?? false
    if isHinted || nextSlowLook == nil { nextSlowLook = now + Self.slowLook }
    if let changes, ready.contains(where: { $0.descriptor == changes.descriptor }) {
      changes.drain()
      isHinted = true
    }
    let isDue = change.map { $0.due <= now } ?? false
    guard isHinted || isDue else { return [] }
    let current = Self.states(of: loaded)
    guard current != states else {
      change = nil
      return []
    }
    guard var seen = change, seen.states == current else {
      change = Change(states: current, since: now, due: now + Self.pause)
      return []
    }
    guard isDue else { return [] }
    guard isWhole(current, since: seen.since, at: now) else {
      seen.due = now + Self.pause
      change = seen
      return []
    }
    change = nil
    return reload(onlyIfWhole: true, at: now)
  }

  /// Whether every file that is another than before is closed, and has been quiet for long enough.
  private func isWhole(_ current: [String: FileState], since: Instant, at now: Instant) -> Bool {
    current.allSatisfy { path, state in
      guard state != states[path] else { return true }
      return switch Writing(to: path) {
      case .none: true
      case .unknown: now - since >= Self.pauseOfUnknown
      case .underWay: now - since >= Self.pauseOfOpen
      }
    }
  }

  /// Reads the files now, changed or not.
  mutating func reload() -> [Command] { reload(onlyIfWhole: false, at: Moment.now.instant) }

  private mutating func reload(onlyIfWhole: Bool, at now: Instant) -> [Command] {
    let before = Self.states(of: loaded)
    let new = places.readToRun()
    let after = Self.states(of: loaded)
    if onlyIfWhole, after != before {
      // Somebody wrote while it was read: nothing of it counts.
      change = Change(states: after, since: now, due: now + Self.pause)
      return []
    }
    let decision = loaded.reload(as: new)
    if case .apply = decision { loaded = new } else { loaded.watched += new.watched }
    states = Self.states(of: loaded).merging(before) { _, seen in seen }
    loaded.watched = Set(loaded.watched).sorted()
    changes = (try? FileChanges(around: loaded.watched)) ?? changes
    // What was written while it was read is seen as well.
    let latest = Self.states(of: loaded)
    if latest != states { change = Change(states: latest, since: now, due: now + Self.pause) }
    return switch decision {
    case .apply(let servers, let note): [.apply(servers, note: note)]
    case .refuse(let why): [.reportConfigurationProblem(why)]
    }
  }

  private static func states(of loaded: Loaded) -> [String: FileState] {
    var states: [String: FileState] = [:]
    for path in loaded.watched { states[path] = FileState(path) }
    return states
  }
}
