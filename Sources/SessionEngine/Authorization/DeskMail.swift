import TopPlatform
import MCPSessions

/// Who signs in where, as the engine and the desk number them.
struct DeskCustomer: Sendable {
  let number: Int
  let subject: SignIn.Subject
  let way: IssuerWay
}

/// The engine to the desk.
enum DeskOrder: Sendable {
  /// These and no others from now on.
  case serve([DeskCustomer])
  case tell(Int, DeskInput)
  case stop

  /// What concerns one sign-in.
  enum DeskInput: Sendable {
    case wanted
    case refused(SignIn.Demand)
    case accepted(version: UInt64, Purpose)
    /// With what the server said last, where that is known.
    case act(SignInOrder, SignIn.Demand?)
  }
}

/// Orders that wait for the desk.
struct DeskOrders: Mail {
  private(set) var orders: [DeskOrder] = []
  /// A session asks again in a while, so what is over this is not missed.
  private static let limit = 8_192

  init() {}

  init(_ order: DeskOrder) {
    orders = [order]
  }

  var isEmpty: Bool { orders.isEmpty }

  mutating func merge(_ later: DeskOrders) {
    for order in later.orders {
      if case .tell = order, orders.count >= Self.limit { continue }
      orders.append(order)
    }
  }
}

/// The desk to the engine: how each sign-in stands now, and what happened.
struct DeskNews: Mail {
  struct Standing: Sendable {
    let standing: SignIn.Standing
    let report: AuthorizationReport?
    /// Which token is held.
    let version: UInt64
    /// The key that the credential is bound to, as PEM text.
    let proofKey: Secret?
  }

  struct Happening: Sendable {
    let number: Int
    let kind: EventKind
    let level: EventLevel
    let message: Sentence
    let error: SessionError?
  }

  var standings: [Int: Standing] = [:]
  var happenings: [Happening] = []
  var secrets: [Secret] = []
  /// The store has been read: who has nothing there has nothing.
  var isReady = false

  private static let happeningLimit = 1_024
  private static let secretLimit = 4_096

  init() {}

  var isEmpty: Bool { standings.isEmpty && happenings.isEmpty && secrets.isEmpty && !isReady }

  mutating func merge(_ later: DeskNews) {
    standings.merge(later.standings) { $1 }
    happenings.append(contentsOf: later.happenings.prefix(max(0, Self.happeningLimit - happenings.count)))
    secrets.append(contentsOf: later.secrets.prefix(max(0, Self.secretLimit - secrets.count)))
    isReady = isReady || later.isReady
  }
}
