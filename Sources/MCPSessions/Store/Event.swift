/// What is worth telling a person; the raw values are the words of exports.
public enum EventKind: String, CaseIterable, Sendable {
  /// A session is in another state.
  case stateChanged = "state_changed"
  /// A handshake is done.
  case sessionCreated = "session_created"
  /// A session was ended, by us or with our knowledge.
  case sessionTerminated = "session_terminated"
  /// What was remembered of a session that is gone was dropped.
  case sessionCleared = "session_cleared"
  /// A session that is called live cannot be asked any more, because its way is closed
  /// (`Event.closedSince`, `Event.error`), or was answered again.
  case verificationChanged = "verification_changed"
  /// Something went wrong; `Event.error` says what.
  case sessionError = "session_error"
  /// A session was lost, and coming back begins.
  case recoveryStarted = "recovery_started"
  /// It is back.
  case recoverySucceeded = "recovery_succeeded"
  /// An attempt failed; the next one is in `Event.nextAttempt`.
  case recoveryFailed = "recovery_failed"
  /// The stream on which the server may speak by itself is open.
  case streamOpened = "stream_opened"
  /// It ended.
  case streamClosed = "stream_closed"
  /// A log message of the server (`notifications/message`).
  case serverMessage = "server_message"
  /// Another notification, of a list that changed for example.
  case serverNotification = "server_notification"
  /// The server asked something of us.
  case serverRequest = "server_request"
  /// The server's tools are others than before.
  case toolsChanged = "tools_changed"
  /// Somebody acted on a session.
  case operatorAction = "operator_action"
  /// Another list of servers is watched.
  case configReloaded = "config_reloaded"
  /// Something of our own side needs a person.
  case configProblem = "config_problem"
  /// Events were lost to a limit.
  case eventsDropped = "events_dropped"
  /// A server's token was got, or replaced by a new one.
  case tokenRenewed = "token_renewed"
  /// A person is to sign in.
  case signInNeeded = "sign_in_needed"
  /// No token could be had.
  case signInFailed = "sign_in_failed"
}

/// How much an event matters: `debug` below `info` below `warning` below `error`.
public enum EventLevel: String, CaseIterable, Comparable, Sendable {
  /// What explains the rest, to whoever looks for a cause.
  case debug
  /// What happens when all is well.
  case info
  /// What somebody may have to know of.
  case warning
  /// What does not work.
  case error

  /// Whether the left one matters less.
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
/// the names as they were given.
public struct Event: Hashable, Sendable {
  /// Counts from 1 and never repeats within a run; gaps mean dropped events.
  package var seq: UInt64
  /// When it happened.
  public var time: Moment
  /// What happened.
  public var kind: EventKind
  /// How much it matters.
  public var level: EventLevel
  /// The server that it concerns; nil for what concerns no single one.
  public var server: String?
  /// The user; `app` when all share one session.
  public var user: String?
  /// The session's id as it may be shown; nil when there is none.
  public var session: String?
  /// The session's state after it.
  public var state: SessionState?
  /// What kind of conversation it is; nil before the first handshake.
  package var sessionKind: SessionKind?
  /// The negotiated revision of MCP, `2025-11-25`; nil before the first handshake.
  package var protocolVersion: String?
  /// What went wrong; nil when nothing did.
  public var error: SessionError?
  /// The number of the attempt, from 1; nil when it is none.
  package var attempt: Int?
  /// Time from this event to the next attempt.
  public var nextAttempt: Duration?
  /// How many equal events this one stands for, 1 or more.
  public var repeated: Int
  /// When the way was closed for which the session cannot be asked; nil of what can.
  package var closedSince: Moment?
  package var message: Sentence
  /// Of an operator's action: which command it came from, where somebody waits for that.
  package var command: CommandNumber?

  /// What happened, in one line for a person: printable, without secrets, ready for a log.
  public var text: String { message.text }

  package init(
    seq: UInt64 = 0, time: Moment, kind: EventKind, level: EventLevel = .info, server: String? = nil,
    user: String? = nil, session: String? = nil, state: SessionState? = nil, sessionKind: SessionKind? = nil,
    protocolVersion: String? = nil, error: SessionError? = nil, attempt: Int? = nil,
    nextAttempt: Duration? = nil, repeated: Int = 1, message: Sentence, command: CommandNumber? = nil
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
