/// How a server behaves; the default is a well-behaved one that keeps sessions.
public struct Behaviour: Sendable {
  /// Gives every client an `Mcp-Session-Id` and knows it afterwards.
  public var keepsSessions = true
  /// Answers requests as an event stream instead of one JSON document.
  public var answersAsEvents = false
  /// Holds a GET stream for each session; otherwise 405.
  public var offersStream = true
  /// A session expires so long after its birth: 404 from then on.
  public var lifetime: Duration?
  /// Every answer but that to DELETE takes so long.
  public var delay = Duration.zero
  /// Wants `Authorization: Bearer TOKEN`; 401 otherwise.
  public var token: String?
  /// A log notification on every GET stream at this interval.
  public var messageInterval: Duration?
  /// Restarts at this interval: connections reset, the port refuses for a while, then nobody is known.
  public var restartInterval: Duration?
  public var restartPause = Duration.seconds(3)
  /// `tools/list` fails while `ping` works, as behind a gateway whose backend is dead.
  public var failsLists = false

  public init() {}
}
