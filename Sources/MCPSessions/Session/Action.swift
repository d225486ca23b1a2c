/// What a session asks of the world outside.
enum Action: Sendable {
  case send(TransferRequest)
  /// The answer has come: let the transfer end by itself within a moment, and tell nothing more of it.
  case release(TransferID)
  /// End a transfer now; nothing more is told of it.
  case cancel(TransferID)
  case event(Event)
  case launch(ProcessRequest)
  /// Send a message to a process of ours.
  case write(TransferID, line: String)
  /// Begin to end a process; its last word is still told.
  case endProcess(TransferID)
  /// The session wants to connect and waits for its turn; at once if the operator asked.
  case requestTurn(atOnce: Bool, Guest)
  /// The way to the server is closed, as an attempt found that began at `since`; whoever shares it must know.
  /// What stands on it may have asked to be left alone until a time.
  case wayFailed(SessionError, since: Instant, notBefore: Instant?)
  /// A server gave an id: it holds a session for us from now on.
  case opened(OpenSession)
  /// The server does not hold that session any more.
  case ended(OpenSession)
  /// An answer came over the way.
  case wayAnswered
  /// Something took time.
  case measured(Measurement)
}

/// As what a session waits for its turn.
enum Guest: Hashable, Sendable {
  /// It wants to shake hands.
  case newcomer
  /// It carries an id.
  case holder
}

/// One call into the machine: the time, the randomness, and what is asked for in return.
struct Turn {
  let now: Moment
  /// This process stood still until just now: what was late was late because of us.
  let hasSlept: Bool
  var random: SeededGenerator
  var actions: [Action] = []
  private(set) var nextTransfer: UInt64
  /// What must not be shown in any session's texts.
  var known: KnownSecrets
  /// The request whose news are being taken in, and when it was sent.
  var request: Purpose?
  var sent: Instant?

  init(
    now: Moment, hasSlept: Bool = false, random: SeededGenerator, nextTransfer: UInt64,
    known: KnownSecrets = KnownSecrets()
  ) {
    self.now = now
    self.known = known
    self.hasSlept = hasSlept
    self.random = random
    self.nextTransfer = nextTransfer
  }

  /// A transfer id that was never used.
  mutating func newTransferID() -> TransferID {
    defer { nextTransfer += 1 }
    return TransferID(number: nextTransfer)
  }
}
