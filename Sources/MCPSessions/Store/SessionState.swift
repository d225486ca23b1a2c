/// The condition of a session, in the words of code, JSON, metrics and the screen. The article States says
/// more.
public enum SessionState: String, CaseIterable, Sendable {
  /// Configured, not started.
  case idle
  /// The way to the server and the handshake are in progress.
  case connecting
  /// Handshake done, probes answered.
  case ready
  /// Answers, but a list call fails, the stream keeps being cut, or answers are far slower than usual.
  case degraded
  /// An operator holds it: no probes, no attempts.
  case paused
  /// Lost within the last minute; the next attempt is scheduled.
  case recovering
  /// Lost three times within a minute of its own handshakes: slow retries.
  case unstable
  /// Lost, or never reached, for over a minute; attempts go on for ever.
  case down
  /// The server wants credentials that we do not have, or refuses ours.
  case unauthorized
  /// A person must change something; slow background check, a key retries at once.
  case failed
  /// Being ended by us.
  case closing
  /// Ended by us.
  case closed
  /// Not watched: a transport that is not built, or values of a signed-in user that we do not have.
  case unmonitored

  /// The worse the condition, the higher the number; a server shows the worst of its sessions.
  package var severity: Int {
    switch self {
    case .unmonitored: 0
    case .closed: 1
    case .idle: 2
    case .ready: 3
    case .closing: 4
    case .connecting: 5
    case .paused: 6
    case .degraded: 7
    case .recovering: 8
    case .unstable: 9
    case .down: 10
    case .unauthorized: 11
    case .failed: 12
    }
  }

  /// Whether something is wrong that somebody may have to know of.
  public var isProblem: Bool { severity >= Self.degraded.severity }

  /// Whether it cannot be used, and nobody wished so.
  public var isOutage: Bool { severity >= Self.recovering.severity }

  /// Whether the server can be used through this session now.
  public var isLive: Bool { self == .ready || self == .degraded }
}

/// What kind of conversation a session is.
public enum SessionKind: String, CaseIterable, Sendable {
  /// Has an `Mcp-Session-Id`.
  case stateful
  /// A 2025 server that gave no id.
  case stateless
  /// The sessionless revision 2026-07-28.
  case sessionless
  /// HTTP+SSE of 2024-11-05.
  case sse
  /// A process of ours, spoken with over its pipes.
  case process
}

extension SessionKind {
  /// Whether it is spoken with by requests of Streamable HTTP, each with an answer of its own.
  var isStreamable: Bool {
    switch self {
    case .stateful, .stateless, .sessionless: true
    case .sse, .process: false
    }
  }

  /// Whether it is begun by a handshake and goes on over whatever connection: it is resumed after trouble,
  /// and an answer to one request tells whether the others are known.
  var outlivesConnection: Bool {
    switch self {
    case .stateful, .stateless: true
    case .sessionless, .sse, .process: false
    }
  }

  /// Whether its revision has `ping`; otherwise its list is asked for.
  var hasPing: Bool {
    switch self {
    case .stateful, .stateless, .sse, .process: true
    case .sessionless: false
    }
  }

  /// Over what it is spoken with, for people.
  var way: Sentence {
    switch self {
    case .stateful, .stateless: "streamable HTTP"
    case .sessionless: "the sessionless era"
    case .sse: "HTTP+SSE"
    case .process: "messages over pipes (stdio)"
    }
  }

  /// What the word of an export or a filter means: `modern` was the word for `sessionless` before.
  package init?(word: String) { self.init(rawValue: word == "modern" ? "sessionless" : word) }
}

/// The stream on which a server may speak by itself (specification 2025-11-25, "Listening for Messages from
/// the Server").
package enum StreamState: String, CaseIterable, Sendable {
  /// Not asked for, or no session to ask with.
  case off
  /// It is being asked for.
  case opening
  /// It is open.
  case open
  /// Cut; another try is scheduled.
  case waiting
  /// The server offers none: benign.
  case notOffered = "not_offered"
}
