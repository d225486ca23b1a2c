/// Who asks: shown with every operator action.
package struct Operator: Hashable, Sendable {
  /// Login name.
  package let user: String
  /// Terminal or remote address; empty when unknown.
  package let origin: String
  /// Tells a command of theirs from every other in the events that it leads to; absent where nobody waits for
  /// what comes of it.
  package let command: CommandNumber?

  package init(user: String, origin: String = "", command: CommandNumber? = nil) {
    self.user = user
    self.origin = origin
    self.command = command
  }
}

/// Tells a command from every other in the events that it leads to, whoever counts them.
package enum CommandNumber: Hashable, Sendable {
  /// Given on the screen of this process.
  case screen(UInt64)
  /// Came over the socket of this process.
  case socket(UInt64)
}

/// Operator to engine: the one narrow door back.
package enum Command: Hashable, Sendable {
  /// Do something to sessions; those that are not known are passed over.
  case act(OperatorAction, on: [SessionKey], by: Operator)
  /// Watch these servers from now on: start what is new, end what is gone, restart what is reached in
  /// another way; sessions whose servers are the same live on. `note` is told with the counts.
  case apply([Server], note: String?)
  /// Tell that a new configuration cannot be used, and why; everything stays as it is.
  case reportConfigurationProblem(String)
  /// Sign in to a server, leave that, or forget it.
  case signIn(SignInOrder, on: SessionKey, by: Operator)
  /// End everything politely, then stop the engine.
  case stop
}
