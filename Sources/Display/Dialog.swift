import Sessions

/// The question before anything is done to a server. The default is No; one session takes `y`, several take their
/// number.
struct Dialog: Hashable, Sendable {
  enum Verb: String, Sendable {
    case reconnect, terminate
  }

  enum Answer: Sendable {
    case yes, no, undecided
  }

  let verb: Verb
  let keys: [SessionKey]
  let live: Int
  private(set) var typed = ""

  init(verb: Verb, targets: [SessionReport]) {
    self.verb = verb
    keys = targets.map(\.key)
    live = targets.count { $0.state.isLive }
  }

  mutating func handle(_ key: Key) -> Answer {
    switch key {
    case .character("y") where keys.count == 1, .character("Y") where keys.count == 1: return .yes
    case .character(let character) where keys.count > 1 && character.isNumber && typed.count < 8:
      typed.append(character)
      return .undecided
    case .backspace:
      _ = typed.popLast()
      return .undecided
    case .enter: return keys.count > 1 && typed == String(keys.count) ? .yes : .no
    default: return .no
    }
  }

  func command(by person: Operator) -> Command {
    verb == .reconnect ? .reconnect(keys, by: person) : .terminate(keys, by: person)
  }

  /// What the dialog says, line by line.
  var lines: [String] {
    let servers = Set(keys.map(\.server)).sorted()
    let users = Set(keys.map(\.user)).sorted()
    let sessions = keys.count == 1 ? "1 session" : "\(keys.count) sessions"
    let effect =
      verb == .reconnect
      ? "What lives is ended with DELETE, then a new session is made."
      : "What lives is ended with DELETE and stays closed until reconnected."
    let question =
      keys.count == 1 ? "\(verb.rawValue)?  y = yes, any other key = No" : "type \(keys.count) and Enter to \(verb.rawValue): \(typed)_"
    return [
      "\(verb.rawValue) \(sessions), \(live) live", "server: \(servers.joined(separator: ", "))",
      "user: \(users.joined(separator: ", "))", effect, "", question,
    ]
  }
}
