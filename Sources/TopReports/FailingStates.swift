package import MCPSessions

/// What alone counts as not well: states, and sessions that are called live and cannot be asked.
package struct FailingStates: Hashable, Sendable, ExpressibleByArrayLiteral {
  private var states: Set<SessionState> = []
  private var includesUnverified = false

  package init(arrayLiteral states: SessionState...) { self.states = Set(states) }

  package var isEmpty: Bool { states.isEmpty && !includesUnverified }

  /// Every word that can be named.
  package static let allWords = SessionState.allCases.map(\.rawValue) + [SessionReport.unverifiedWord]

  /// Takes in a word; false when it names nothing.
  package mutating func add(_ word: String) -> Bool {
    if word == SessionReport.unverifiedWord {
      includesUnverified = true
    } else if let state = SessionState(rawValue: word) {
      states.insert(state)
    } else {
      return false
    }
    return true
  }

  /// As they are named, in the order of the list of states.
  package var words: [String] {
    SessionState.allCases.filter(states.contains).map(\.rawValue)
      + (includesUnverified ? [SessionReport.unverifiedWord] : [])
  }

  package func contains(_ session: SessionReport) -> Bool {
    states.contains(session.state) || includesUnverified && session.isUnverified
  }
}
