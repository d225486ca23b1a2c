import MCPWire

// What is told to those who count: how long each question took, and how long sessions lived.

/// Something that took time.
struct Measurement: Hashable, Sendable {
  let duration: Duration
  let subject: DurationSeries.Subject
  let protocolVersion: String?
  let failure: Failure?

  /// How it ended, if not well.
  struct Failure: Hashable, Sendable {
    let type: String
    var responseCode: Int?
  }
}

extension Session {
  /// Tells how long a question took to its outcome. A time in which this process stood still says nothing.
  func measure(_ exchange: Exchange, _ outcome: Exchange.Outcome, _ turn: inout Turn) {
    guard let method = exchange.purpose.method, !turn.hasSlept else { return }
    turn.actions.append(
      .measured(
        Measurement(
          duration: (exchange.arrived ?? turn.now.instant) - exchange.sent,
          subject: .operation(method: method), protocolVersion: identity?.revision.rawValue,
          failure: outcome.failure)))
  }

  /// Tells how long a session lived that was there `before` and is not any more.
  func measureEnd(of before: Identity?, _ turn: inout Turn) {
    guard let before, before.established != identity?.established else { return }
    turn.actions.append(
      .measured(
        Measurement(
          duration: turn.now.instant - before.established.instant, subject: .session,
          protocolVersion: before.revision.rawValue,
          failure: cause.map { Measurement.Failure(type: $0.type.rawValue) })))
  }
}

extension Exchange.Outcome {
  fileprivate var failure: Measurement.Failure? {
    switch self {
    case .result, .accepted: nil
    // A complaint in other words than those of JSON-RPC has no code.
    case .rejected(let error, _) where error.code == 0: Measurement.Failure(type: ErrorType.rpcError.rawValue)
    case .rejected(let error, _), .status(_, let error?, _):
      Measurement.Failure(type: String(error.code), responseCode: error.code)
    case .status(let head, nil, _): Measurement.Failure(type: String(head.status))
    case .broken(let error, _): Measurement.Failure(type: error.type.rawValue)
    }
  }
}

extension Purpose {
  /// The method of MCP that is asked for; absent where it is none.
  fileprivate var method: String? {
    switch self {
    case .initialize, .discover, .ping, .list, .call: name
    case .initialized: "notifications/initialized"
    case .attach, .stream, .poll, .reply, .delete: nil
    }
  }
}
