/// Who asks: shown with every operator action.
public struct Operator: Hashable, Sendable {
  /// Login name.
  public let user: String
  /// Terminal or remote address; empty when unknown.
  public let origin: String

  public init(user: String, origin: String = "") {
    self.user = user
    self.origin = origin
  }
}

/// Operator to engine: the one narrow door back.
public enum Command: Hashable, Sendable {
  /// Drop what there is (politely) and connect anew at once.
  case reconnect([SessionKey], by: Operator)
  /// End with DELETE and stay `closed` until reconnected.
  case terminate([SessionKey], by: Operator)
  /// End everything politely, then stop the engine.
  case stop
}
