import MCPSessions

/// The question before anything is done to a server. The default is No: one session takes `y`, several take
/// their number and Enter, everything else means No. Where `y` is not enough it says so and goes on asking.
struct Dialog: Hashable, Sendable {
  enum Answer: Sendable {
    case yes, no, undecided
  }

  let verb: OperatorAction
  /// The sessions as they were when the question was asked; later arrivals are not touched.
  let keys: [SessionKey]
  let live: Int
  let streams: Int
  /// Handshakes under way.
  let connecting: Int
  /// What the servers said when a session was ended last.
  let answers: [String]
  /// Marked ones that the filter hides.
  let hidden: Int
  /// Those that are paused again once they are reconnected: they were so before what is taken back.
  let held: [SessionKey]
  /// Chosen ones that cannot be reached: their service is away.
  let away: Int
  /// Commands that are started on this machine, with what they are started with.
  let commands: [String]
  /// Whether there is an id that a DELETE can name.
  private let isIDHeld: Bool
  /// Whether all of them are processes, which are ended in another way than by a request.
  private let areProcesses: Bool
  private(set) var typed = ""
  /// Somebody answered `y` where that is not enough.
  private(set) var isReminded = false

  init(
    verb: OperatorAction, targets: [SessionReport], hidden: Int = 0, held: [SessionKey] = [], away: Int = 0,
    _ store: Store
  ) {
    (self.hidden, self.away) = (hidden, away)
    let meant = Set(targets.map(\.key))
    self.held = held.filter { meant.contains($0) }
    self.verb = verb
    let servers = Set(targets.map(\.key.exactServer))
    commands = consentLines(
      store.servers.compactMap { server in
        guard servers.contains(server.id) else { return nil }
        return commandToStart(verb, server.name, store).map { (server.name, $0) }
      })
    areProcesses = store.servers.filter { servers.contains($0.id) }.allSatisfy { $0.command != nil }
    keys = targets.map(\.key).sorted()
    live = targets.count(where: \.isOpen)
    streams = targets.count { $0.stream == .open }
    connecting = targets.count(where: \.isAttempting)
    isIDHeld = targets.contains { $0.session != nil }
    answers = live > 0 && verb.ends ? lastAnswers(of: servers, store) : []
  }

  /// Why nothing can be done to a session.
  static func state(_ session: SessionReport) -> String { session.state.rawValue }

  mutating func handle(_ key: Key) -> Answer {
    switch key {
    case .character("y") where keys.count == 1, .character("Y") where keys.count == 1: return .yes
    case .character("y"), .character("Y"):
      isReminded = true
      return .undecided
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

  /// A line with what it is worth where there is no room for all: the least goes first. What is done, to
  /// whom, what is started for it and how to answer have no rank and never go.
  struct Line: Hashable, Sendable {
    let text: String
    let rank: Int?
  }

  /// What is asked, and of whom.
  var lines: [String] { ranked.map(\.text) }

  private var ranked: [Line] {
    let sessions = keys.count == 1 ? "1 session" : "\(keys.count) sessions"
    let now = keys.count == 1 ? (live == 1 ? "live" : "not live") : "\(live) of them live"
    let isOfAll = keys.allSatisfy { $0.user == SessionKey.sharedUser }
    var lines = [
      Line(
        text: "\(verb.rawValue.prefix(1).uppercased())\(verb.rawValue.dropFirst()) \(sessions), \(now)?",
        rank: nil),
      Line(text: listed("server", keys.map(\.exactServer)), rank: nil),
      Line(text: listed("user", keys.map(\.exactUser)), rank: isOfAll ? 5 : nil),
      Line(text: inFlight, rank: 3),
    ]
    func add(_ text: String?, rank: Int?) { if let text { lines.append(Line(text: text, rank: rank)) } }
    add(hidden == 0 ? nil : "\(hidden) of them marked but not in sight: the filter hides them", rank: 8)
    add(
      held.isEmpty ? nil : "paused again, as before: \(held.count == keys.count ? "all" : "\(held.count)")",
      rank: 7)
    add(away == 0 ? nil : "\(away) left out: their service is away", rank: 6)
    for line in commands { add(line, rank: line.hasPrefix("  ") ? 4 : nil) }
    for answer in answers { add(answer, rank: 1) }
    add("", rank: 0)
    add(effect, rank: 2)
    add(isReminded ? "y is not enough: type \(keys.count) and Enter" : nil, rank: 9)
    return lines
  }

  /// The lines as they stand on a screen of a size, the question last; nil where what must be seen has no
  /// room, and nothing may be answered.
  func fitted(into size: Size, hiding: Concealment) -> [String]? {
    let (width, room) = (size.columns - 4, size.rows - 2)
    guard width >= 8, room >= 3 else { return nil }
    var left = ranked.map { line in
      (rank: line.rank, lines: line.text.isEmpty ? [""] : broken(line.text, width: width, hiding: hiding))
    }
    let end = broken(question, width: width, hiding: hiding)
    func count() -> Int { left.reduce(end.count) { $0 + $1.lines.count } }
    while count() > room, let least = left.compactMap(\.rank).min() { left.removeAll { $0.rank == least } }
    guard count() <= room else { return nil }
    return left.flatMap(\.lines) + (count() < room ? [""] : []) + end
  }

  private var inFlight: String {
    let streams = streams == 0 ? nil : streams == 1 ? "1 open stream" : "\(streams) open streams"
    let handshakes =
      connecting == 0 ? nil : connecting == 1 ? "1 handshake under way" : "\(connecting) handshakes under way"
    let all = [streams, handshakes].joined(", ")
    return "in flight: \(all.isEmpty ? "nothing" : all)"
  }

  private var effect: String {
    let way = areProcesses ? "by closing its input, then SIGTERM" : "with DELETE"
    let ending =
      live > 0
      ? (areProcesses || isIDHeld ? "What lives is ended \(way)" : "No DELETE is sent: what lives has no id")
      : isIDHeld ? "The id that is kept is ended \(way)" : "Nothing is live"
    return verb.effect(ending, endsAny: live > 0 || isIDHeld)
  }

  /// How to answer; stands last, so that it is seen on the smallest screen.
  var question: String {
    keys.count == 1
      ? "y = yes, any other key = No" : "Type \(keys.count) and Enter for yes, Esc = No: \(typed)_"
  }

  /// The first few names and how many more there are.
  private func listed(_ what: String, _ names: [ExactText]) -> String {
    let names = Set(names).sorted()
    let more = names.count > 4 ? " and \(names.count - 4) more" : ""
    return
      "\(what)\(names.count == 1 ? "" : "s"): \(names.prefix(4).map(\.text).joined(separator: ", "))\(more)"
  }
}

/// The answers to the last DELETE of each server, the newest first; of three servers at most.
private func lastAnswers(of servers: Set<ExactText>, _ store: Store) -> [String] {
  var missing = servers
  var answers: [String] = []
  let events = store.events
  for place in stride(from: events.count - 1, through: 0, by: -1) where answers.count < 3 && !missing.isEmpty
  {
    let event = events[place]
    guard event.kind == .sessionTerminated, let server = event.server,
      missing.remove(ExactText(server)) != nil
    else {
      continue
    }
    answers.append("last DELETE at \(server): \(event.message)")
  }
  return answers
}
