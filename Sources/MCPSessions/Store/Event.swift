/// What is worth telling a person; the raw values are the `event` of exports.
public enum EventKind: String, CaseIterable, Sendable {
  case stateChanged = "state_changed"
  case sessionCreated = "session_created"
  case sessionTerminated = "session_terminated"
  case sessionCleared = "session_cleared"
  case sessionError = "session_error"
  case recoveryStarted = "recovery_started"
  case recoverySucceeded = "recovery_succeeded"
  case recoveryFailed = "recovery_failed"
  case streamOpened = "stream_opened"
  case streamClosed = "stream_closed"
  case serverMessage = "server_message"
  case serverNotification = "server_notification"
  case serverRequest = "server_request"
  case toolsChanged = "tools_changed"
  case operatorAction = "operator_action"
  case configReloaded = "config_reloaded"
  case configProblem = "config_problem"
  case eventsDropped = "events_dropped"
  /// A server's token was got, or replaced by a new one.
  case tokenRenewed = "token_renewed"
  /// A person is to sign in.
  case signInNeeded = "sign_in_needed"
  case signInFailed = "sign_in_failed"
}

/// How much an event matters, in the order of `LOG_LEVEL`.
public enum EventLevel: String, CaseIterable, Comparable, Sendable {
  case debug, info, warning, error

  public static func < (left: EventLevel, right: EventLevel) -> Bool {
    left.rank < right.rank
  }

  var rank: UInt8 {
    switch self {
    case .debug: 0
    case .info: 1
    case .warning: 2
    case .error: 3
    }
  }
}

/// One line of the event stream. Every text in it is printable and free of secrets; `server` and `user` are
/// the names as the configuration has them, exact to the byte, and made printable where they are shown.
public struct Event: Hashable, Sendable {
  /// Counts from 1 and never repeats within a run; gaps mean dropped events.
  public var seq: UInt64
  public var time: Moment
  public var kind: EventKind
  public var level: EventLevel
  /// Absent for what concerns no single server.
  public var server: String?
  /// `app` when the session is shared.
  public var user: String?
  /// The masked session id.
  public var session: String?
  public var state: SessionState?
  public var sessionKind: SessionKind?
  public var protocolVersion: String?
  public var error: SessionError?
  /// Number of the attempt, from 1.
  public var attempt: Int?
  /// Time from this event to the next attempt.
  public var nextAttempt: Duration?
  /// How many equal events this one stands for.
  public var repeated: Int
  package var message: Sentence
  /// Of an operator's action: which command it came from, where somebody waits for that.
  package var command: UInt64?

  /// What happened, in one line for a person: printable, without secrets, ready for a log.
  public var text: String { message.text }

  package init(
    seq: UInt64 = 0, time: Moment, kind: EventKind, level: EventLevel = .info, server: String? = nil,
    user: String? = nil, session: String? = nil, state: SessionState? = nil, sessionKind: SessionKind? = nil,
    protocolVersion: String? = nil, error: SessionError? = nil, attempt: Int? = nil,
    nextAttempt: Duration? = nil, repeated: Int = 1, message: Sentence, command: UInt64? = nil
  ) {
    self.command = command
    self.seq = seq
    self.time = time
    self.kind = kind
    self.level = level
    self.server = server
    self.user = user
    self.session = session
    self.state = state
    self.sessionKind = sessionKind
    self.protocolVersion = protocolVersion
    self.error = error
    self.attempt = attempt
    self.nextAttempt = nextAttempt
    self.repeated = repeated
    self.message = message
  }
}
