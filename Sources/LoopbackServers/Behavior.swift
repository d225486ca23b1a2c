/// What a well-behaved server is like. Every kind of behavior that the protocol allows, none that it
/// forbids: what is forbidden is a `Script`.
package struct Behavior: Sendable {
  /// How a request is answered when both forms are allowed.
  package enum Answers: Sendable {
    case json
    /// `text/event-stream`, as the official SDKs do by default.
    case events
  }

  /// Name in `serverInfo`.
  package var name: String
  /// Path of the one endpoint.
  package var path = "/mcp"
  /// Revisions that are spoken, the preferred one first.
  package var versions = ["2025-11-25", "2025-06-18", "2025-03-26"]
  package var answers = Answers.json
  /// Whether `initialize` gives an `Mcp-Session-Id` that later requests must carry.
  package var isStateful = true
  /// Whether GET opens a stream; 405 otherwise.
  package var offersStream = true
  /// Whether clients may end a session with DELETE; 405 otherwise.
  package var allowsDelete = true
  /// How long every answer to a POST takes.
  package var latency = Duration.zero
  /// How long sessions live, used or not, one after the other and then from the beginning; none means for
  /// ever.
  package var sessionLifetimes: [Duration] = []
  /// Most sessions at once; over it `initialize` gets 503.
  package var maximumSessions = 10_000
  /// The bearer token that every request must carry.
  package var token: String?
  package var tools = ["add", "echo", "now"]
  /// Whether `tools/list` fails while `ping` goes on working.
  package var failsLists = false
  /// Time between comments on an open stream; absent means silence.
  package var keepAlive: Duration? = .seconds(15)
  /// Mean time between log notifications on an open stream; absent means none.
  package var chatter: Duration?
  /// What is behind the port from the start.
  package var door = Door.open
  /// An outage that comes by itself.
  package var restart: Restart?

  package init(name: String = "loopback") {
    self.name = name
  }
}

/// What is behind the port.
package enum Door: Hashable, Sendable {
  /// Requests are answered.
  case open
  /// Nothing listens; connections that were open are reset.
  case refusing
  /// Connections are accepted and reset at once.
  case resetting
  /// Everything is accepted, nothing is answered, nothing is closed.
  case silent
  /// A gateway answers every request with this status.
  case answering(Int)
}

/// An outage after which the server knows no session.
package struct Restart: Hashable, Sendable {
  /// When the first outage begins: after the start, or after the first session was opened.
  package enum Begin: Hashable, Sendable {
    case afterStart(Duration)
    case afterFirstSession(Duration)
  }

  package var begin: Begin
  /// How long the outage lasts.
  package var lasts: Duration
  /// What is behind the port meanwhile.
  package var door: Door
  /// Times from the end of an outage to the next, one after the other and then from the beginning; none means
  /// that it comes once.
  package var again: [Duration]

  package init(_ begin: Begin, lasts: Duration, door: Door = .refusing, again: [Duration] = []) {
    self.begin = begin
    self.lasts = lasts
    self.door = door
    self.again = again
  }
}
