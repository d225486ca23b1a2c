/// What an engine may use, each 1 or more. What is over a limit waits, or is dropped, counted and told.
public struct Limits: Hashable, Sendable {
  /// Handshakes in flight at once, over all servers.
  public var connecting = 64
  /// Processes that start or shake hands at once: more would only be slow together.
  public var startingProcesses = 8
  /// Handshakes that are begun in a second, for each origin.
  public var initializePerSecond = 200
  /// Events kept for the screen.
  package var events = 10_000
  /// Bytes of the head of one answer.
  public var headBytes = 64 * 1_024
  /// Bytes of the body of one answer, after decoding, and of one line of a process.
  public var bodyBytes = 4 * 1_024 * 1_024
  /// Bytes of one server-sent event or of one of its lines.
  public var eventBytes = 1_024 * 1_024

  /// The limits that are built in.
  public init() {}
}
