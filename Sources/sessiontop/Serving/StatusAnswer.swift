import TopDisplay
import TopReports
import MCPSessions

extension StatusQuery {
  /// What is printed, what is said beside it, and how the program ends.
  func answer(_ all: Store, at now: Moment) -> (text: String, note: String?, code: Int32) {
    let choice = filter.map { SessionChoice($0) }
    let store = choice.map { all.limited(to: Set($0.keys(in: all, at: now.instant))) } ?? all
    let isWell =
      store.sessions.isEmpty == all.sessions.isEmpty
      && store.sessions.values.allSatisfy { session in
        failing.map { !$0.contains(session) }
          ?? (!session.isUnverified && [.ready, .idle, .unmonitored].contains(session.state))
      }
    let isVoid = store.sessions.isEmpty && !all.sessions.isEmpty
    let note = isVoid && format != .plugin ? "no session is meant by --filter" : nil
    let code = isWell ? ExitCode.done : ExitCode.notWell
    switch format {
    case .json: return (snapshotLine(store, at: now), note, code)
    case .table: return (statusTable(store, at: now, width: width), note, code)
    case .tsv: return (statusRows(store, at: now), note, code)
    case .plugin:
      let (line, status) = pluginLine(store, failing: failing, at: now)
      return (line, note, status.rawValue)
    }
  }
}
