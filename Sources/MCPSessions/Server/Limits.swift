/// Every limit of the engine, in one place. What is over a limit is dropped, counted and shown.
public struct Limits: Hashable, Sendable {
  /// Handshakes in flight at once, over all servers.
  public var connecting = 64
  /// Processes that start or shake hands at once: more would only be slow together.
  public var startingProcesses = 8
  /// Handshakes started in a second, for each origin.
  public var initializePerSecond = 200
  /// Events kept for the screen.
  package var events = 10_000
  /// Bytes of a response head.
  public var headBytes = 64 * 1_024
  /// Bytes of a response body, after decoding.
  public var bodyBytes = 4 * 1_024 * 1_024
  /// Bytes of one server-sent event or of one of its lines.
  public var eventBytes = 1_024 * 1_024
  /// Answers to a server's requests that wait to be sent, for each session.
  package var pendingReplies = 64

  public init() {}
}
