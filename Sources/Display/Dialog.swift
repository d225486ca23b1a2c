import Sessions

/// The question before anything is done to a server. The default is No: one session takes `y`, several take
/// their number and Enter, everything else means No.
struct Dialog: Hashable, Sendable {
  enum Verb: String, Sendable {
    case reconnect, terminate
  }

  enum Answer: Sendable {
    case yes, no, undecided
  }

  let verb: Verb
  /// The sessions as they were when the question was asked; later arrivals are not touched.
  let keys: [SessionKey]
  let live: Int
  let streams: Int
  private(set) var typed = ""

  init(verb: Verb, targets: [SessionReport]) {
    self.verb = verb
    keys = targets.map(\.key).sorted()
    live = targets.count { $0.state.isLive }
    streams = targets.count { $0.stream == .open }
  }

  /// Whether an action makes sense for a session in some state.
  static func applies(_ verb: Verb, to state: SessionState) -> Bool {
    switch (verb, state) {
    case (_, .unmonitored), (.terminate, .closed), (.terminate, .closing): false
    default: true
    }
  }

  mutating func handle(_ key: Key) -> Answer {
    switch key {
    case .character("y") where keys.count == 1, .character("Y") where keys.count == 1: return .yes
    case .character(let digit) where keys.count > 1 && ("0"..."9").contains(digit) && typed.count < 8:
      typed.append(digit)
      return .undecided
    case .backspace where !typed.isEmpty:
      typed.removeLast()
      return .undecided
    case .enter where keys.count > 1 && typed == String(keys.count): return .yes
    default: return .no
    }
  }

  func command(by person: Operator) -> Command {
    verb == .reconnect ? .reconnect(keys, by: person) : .terminate(keys, by: person)
  }

  /// What is asked, and of whom.
  var lines: [String] {
    let sessions = keys.count == 1 ? "1 session" : "\(keys.count) sessions"
    let now = keys.count == 1 ? (live == 1 ? "live" : "not live") : "\(live) of them live"
    let stream = streams == 0 ? "" : streams == 1 ? ", 1 open stream" : ", \(streams) open streams"
    return [
      "\(verb == .reconnect ? "Reconnect" : "Terminate") \(sessions), \(now)\(stream)?",
      listed("server", keys.map(\.server)), listed("user", keys.map(\.user)), "", effect,
    ]
  }

  private var effect: String {
    let ending = live > 0 ? "What lives is ended with DELETE" : "Nothing is live"
    return verb == .reconnect
      ? "\(ending), then a new session is opened." : "\(ending); it stays closed until reconnected."
  }

  /// How to answer; stands last, so that it is seen on the smallest screen.
  var question: String {
    keys.count == 1
      ? "y = yes, any other key = No" : "Type \(keys.count) and Enter for yes, Esc = No: \(typed)_"
  }

  /// The first few names and how many more there are.
  private func listed(_ what: String, _ names: [String]) -> String {
    let names = Set(names).sorted()
    let more = names.count > 4 ? " and \(names.count - 4) more" : ""
    return "\(what)\(names.count == 1 ? "" : "s"): \(names.prefix(4).joined(separator: ", "))\(more)"
  }
}
