import Sessions

/// The order of the servers and of the sessions.
struct Sort: Hashable, Sendable {
  enum Field: String, CaseIterable, Sendable {
    case state, name, `for`, age, good, p95, errors, recoveries, sessions, user

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

  /// Sorts by numbers, the highest first; what is equal keeps the order it came in. A sort by name leaves it.
  func apply<Row>(_ rows: [Row], number: (Row) -> Double?) -> [Row] {
    guard field != .name, field != .user else { return isReversed ? rows.reversed() : rows }
    let keyed = rows.map { (row: $0, number: number($0) ?? -.infinity) }
    let sorted = keyed.enumerated().sorted { left, right in
      let (a, b) = (left.element.number, right.element.number)
      return a != b ? (a > b) != isReversed : left.offset < right.offset
    }
    return sorted.map(\.element.row)
  }
}

/// Rows in an order that was held: those known then as they stood, new ones after them.
func held<Row, ID: Hashable>(_ rows: [Row], in order: [ID]?, by id: (Row) -> ID) -> [Row] {
  guard let order else { return rows }
  let places = Dictionary(order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  return rows.enumerated().sorted { left, right in
    let (a, b) = (places[id(left.element)] ?? .max, places[id(right.element)] ?? .max)
    return a != b ? a < b : left.offset < right.offset
  }.map(\.element)
}
