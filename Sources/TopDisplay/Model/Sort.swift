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
