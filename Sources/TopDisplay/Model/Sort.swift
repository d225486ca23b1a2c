import MCPSessions

/// The order of the servers and of the sessions.
struct Sort: Hashable, Sendable {
  enum Field: String, CaseIterable, Sendable {
    case state, name, `for`, age, good, p95, errors, recoveries, sessions, user

    /// The field that a column shows; nil for those that cannot be sorted by.
    init?(title: String) {
      switch title {
      case "SERVER": self = .name
      case "STATE", "LAST HOUR", "WHY": self = .state
      case "FOR": self = .for
      case "AGE": self = .age
      case "GOOD": self = .good
      case "P95": self = .p95
      case "ERR": self = .errors
      case "REC": self = .recoveries
      case "LIVE": self = .sessions
      case "USER": self = .user
      default: return nil
      }
    }

    /// What the menu says.
    var meaning: String {
      switch self {
      case .state: "the worst first"
      case .name: "server, then user"
      case .for: "the newest state first"
      case .age: "the oldest session first"
      case .good: "longest without a good answer first"
      case .p95: "the slowest first"
      case .errors: "most errors first"
      case .recoveries: "most recoveries first"
      case .sessions: "most sessions first (servers)"
      case .user: "user, then server (sessions)"
      }
    }

    /// The key in the menu.
    var key: Character {
      switch self {
      case .p95: "p"
      case .sessions: "c"
      default: rawValue.first ?? "s"
      }
    }
  }

  var field = Field.state
  var isReversed = false

  var words: String { "by \(field.rawValue)\(isReversed ? ", reversed" : "")" }

  /// Sorts by numbers, the highest first; of equals those with the higher `tie`, and then those that came
  /// first. A sort by name leaves the order.
  func apply<Row>(_ rows: [Row], measure: (Row) -> (number: Double?, tie: Double)) -> [Row] {
    guard field != .name, field != .user else { return isReversed ? rows.reversed() : rows }
    let measures = rows.map(measure).map { (number: $0.number ?? -.infinity, tie: $0.tie) }
    // Most of the time all is well, and everything in its place.
    guard let first = measures.first, !measures.allSatisfy({ $0 == first }) else { return rows }
    // Places are sorted, not rows: thousands of rows are large to move about.
    let places = rows.indices.sorted { left, right in
      let (a, b) = (measures[left], measures[right])
      if a.number != b.number { return (a.number > b.number) != isReversed }
      return a.tie != b.tie ? a.tie > b.tie : left < right
    }
    return places.map { rows[$0] }
  }
}

extension Sort {
  func number(of server: ServerSummary, at now: Instant) -> Double? {
    switch field {
    case .state: server.isUnverified ? SessionState.doubtfulOrder : Double(server.state.listOrder)
    case .for: server.worst.map { -(now - $0.onset.instant).inSeconds }
    case .age: server.worst?.created.map { (now - $0.instant).inSeconds }
    case .good: server.lastGood.map { (now - $0.instant).inSeconds }
    case .p95: server.p95
    case .errors: Double(server.errors)
    case .recoveries: Double(server.recoveries)
    case .sessions: Double(server.total)
    case .name, .user: nil
    }
  }

  func number(of session: SessionReport, at now: Instant) -> Double? {
    switch field {
    case .state: session.isUnverified ? SessionState.doubtfulOrder : Double(session.state.listOrder)
    case .for: -(now - session.onset.instant).inSeconds
    case .age: session.created.map { (now - $0.instant).inSeconds }
    case .good: session.lastGood.map { (now - $0.instant).inSeconds }
    case .p95: session.latency?.p95
    case .errors: Double(session.errorCount)
    case .recoveries: Double(session.recoveries)
    case .name, .user, .sessions: nil
    }
  }
}

extension SessionState {
  /// Of what is called well and cannot be asked: above all that is well.
  fileprivate static let doubtfulOrder = 0.5

  /// Calm states share a place, so that rows do not jump when a session merely goes about its business; what
  /// is not watched stands last.
  fileprivate var listOrder: Int {
    self == .unmonitored ? -1 : severity < SessionState.paused.severity ? 0 : severity
  }
}

/// Rows in an order that was held: those known then as they stood, new ones after them.
func held<Row, ID: Hashable>(_ rows: [Row], in order: [ID]?, by id: (Row) -> ID) -> [Row] {
  guard let order else { return rows }
  let stood = Dictionary(order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  let wanted = rows.map { stood[id($0)] ?? .max }
  let places = rows.indices.sorted { left, right in
    let (a, b) = (wanted[left], wanted[right])
    return a != b ? a < b : left < right
  }
  return places.map { rows[$0] }
}
