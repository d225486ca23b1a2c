import MCPSessions
import TopReports

/// A command of somebody who waits for what becomes of its sessions.
struct PendingDeed {
  let client: Int
  /// In the answer.
  let number: Int
  let due: Instant
  private var fates: CommandFates

  init(
    client: Int, number: Int, command: CommandNumber, _ action: OperatorAction, _ keys: [SessionKey],
    _ store: Store, due: Instant
  ) {
    (self.client, self.number, self.due) = (client, number, due)
    fates = CommandFates(action, on: keys, command: command, store)
  }

  var action: OperatorAction { fates.action }
  var isDone: Bool { fates.isOver }

  mutating func take(_ report: EngineReport, _ store: Store) { fates.take(report, store) }

  /// Of every session that was meant, also of those that have come to nothing yet.
  func outcomes(_ store: Store) -> [ActionOutcome] {
    fates.keys.map { key in
      if case .over(let isDone, let state, let why) = fates[key] {
        return ActionOutcome(key: key, state: state, isDone: isDone, why: why)
      }
      return ActionOutcome(
        key: key, state: store.sessions[key]?.state, isDone: false, why: "it has come to nothing yet")
    }
  }
}
