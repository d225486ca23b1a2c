package import MCPSessions

/// What an operator did, for as long as it can be taken back.
struct Deed: Hashable, Sendable {
  /// How long its result stays in sight, and it can be undone.
  static let lifetime = Duration.seconds(30)

  let action: OperatorAction
  /// How each session was before: taking it back brings about just that, and no more.
  let before: [SessionKey: SessionState]
  let time: Instant
  /// What the engine said of each command that it took.
  private(set) var parts: [CommandFates]

  init(_ action: OperatorAction, _ parts: [CommandFates], _ store: Store, at time: Instant) {
    (self.action, self.parts, self.time) = (action, parts, time)
    before = Dictionary(
      parts.flatMap(\.keys).compactMap { key in store.sessions[key].map { (key, $0.state) } },
      uniquingKeysWith: { first, _ in first })
  }

  func isRecent(at now: Instant) -> Bool { now - time < Self.lifetime && now >= time }

  mutating func take(_ report: EngineReport, _ store: Store) {
    for place in parts.indices { parts[place].take(report, store) }
  }

  mutating func take(_ fate: CommandOutcome) {
    for place in parts.indices where parts[place].command == fate.command {
      parts[place].settle(fate.key, fate.state, isDone: fate.isDone, fate.why)
    }
  }

  /// What takes it back, and for which sessions; `held` are those of them that are paused again afterwards.
  /// Nil when nothing does, or nothing is to be taken back.
  var undoing: Undoing? {
    let found = action.undo.map { Undoing($0, of: self) }
    return found.flatMap { $0.keys.isEmpty ? nil : $0 }
  }

  struct Undoing: Hashable, Sendable {
    let action: OperatorAction
    let keys: [SessionKey]
    let held: [SessionKey]

    fileprivate init(_ undo: OperatorAction.Undo, of deed: Deed) {
      action = undo.action
      keys = deed.parts.flatMap { part in
        part.keys.filter { key in
          if case .over(isDone: false, _, _) = part[key] { return false }
          return deed.before[key].map(undo.wasSo) ?? false
        }
      }.sorted()
      held = keys.filter { deed.before[$0].map(undo.isHeld) ?? false }
    }
  }

  /// What came of it so far: `terminate: 13 of 13 ended; U reconnects them`.
  func result(_ context: Context) -> String {
    let counts = parts.map { part in
      let done = part.keys.count { if case .over(isDone: true, _, _) = part[$0] { true } else { false } }
      return "\(done) of \(part.keys.count) \(part.action.done)"
    }
    let failures = parts.flatMap { part in
      part.keys.compactMap { key -> String? in
        guard case .over(isDone: false, _, let why) = part[key] else { return nil }
        return "\(key.server): \(why.isEmpty ? "not done" : why)"
      }
    }
    let failed = failures.first.map { first in
      ", \(first)\(failures.count > 1 ? " and \(failures.count - 1) more" : "")"
    }
    let undo = undoing.flatMap { undoing in
      context.hint(.undo, "\(undoing.action.rawValue)s \(undoing.keys.count == 1 ? "it" : "them")")
        .map { "; \($0)" }
    }
    return "\(action.rawValue): \(counts.joined(separator: ", "))\(failed ?? "")\(undo ?? "")"
  }
}

/// What another process says became of a session that it was told to act on.
package struct CommandOutcome: Hashable, Sendable {
  let command: CommandNumber
  let key: SessionKey
  let state: SessionState?
  let isDone: Bool
  let why: String

  package init(command: CommandNumber, key: SessionKey, state: SessionState?, isDone: Bool, why: String) {
    (self.command, self.key, self.state, self.isDone, self.why) = (command, key, state, isDone, why)
  }
}

extension ViewState {
  /// Takes in what the engine said, for what is told of what was done last.
  package mutating func take(_ report: EngineReport, _ store: Store) { deed?.take(report, store) }

  package mutating func take(_ outcome: CommandOutcome) { deed?.take(outcome) }

  /// Does something to sessions: remembers how they were, and gives each command a number by which it is
  /// known what came of it. `held` are paused again once they are connected.
  mutating func carryOut(
    _ action: OperatorAction, on keys: [SessionKey], held: [SessionKey] = [], _ context: Context,
    live: Store, at now: Instant
  ) -> [Effect] {
    let again = Set(held)
    var parts: [CommandFates] = []
    var effects: [Effect] = []
    func add(_ action: OperatorAction, on keys: [SessionKey], watching watched: [SessionKey]) {
      guard !keys.isEmpty else { return }
      lastCommand += 1
      let number = CommandNumber.screen(lastCommand)
      if !watched.isEmpty { parts.append(CommandFates(action, on: watched, command: number, live)) }
      let person = Operator(
        user: context.operator.user, origin: context.operator.origin, command: number)
      effects.append(.command(.act(action, on: keys, by: person)))
    }
    add(action, on: keys, watching: keys.filter { !again.contains($0) })
    add(.pause, on: held, watching: held)
    deed = Deed(action, parts, live, at: now)
    return effects
  }
}
