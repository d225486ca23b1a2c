/// A server that is a process, as it is now.
public struct ProcessReport: Hashable, Sendable {
  public let id: Int32
  /// When it started.
  public let since: Moment
  /// Absent before it was measured.
  public var usage: ServerUsage?
  /// Processor time in the latest while, in percent of one processor; absent before it was measured twice.
  public var load: Double?
  /// When it was measured last.
  var measured: Instant?

  public init(id: Int32, since: Moment, usage: ServerUsage? = nil, load: Double? = nil) {
    self.id = id
    self.since = since
    self.usage = usage
    self.load = load
  }
}

/// What a server that is a process uses, with all that it started.
public struct ServerUsage: Hashable, Sendable {
  public let processes: Int
  public let threads: Int
  /// Memory that is present, in bytes; what processes share counts for each.
  public let memory: Int64
  /// Processor time since it started.
  public let processorTime: Duration

  public init(processes: Int, threads: Int, memory: Int64, processorTime: Duration) {
    self.processes = processes
    self.threads = threads
    self.memory = memory
    self.processorTime = processorTime
  }
}

/// The last lines that a server wrote to standard error, the oldest first; bounded.
public struct LastWords: Hashable, Sendable {
  /// So many lines are kept.
  public static let limit = 200

  public private(set) var lines: [ForeignText] = []

  /// Of what was written before; the last `limit` lines of it.
  public init(_ lines: [ForeignText] = []) {
    self.lines = lines.suffix(Self.limit)
  }

  mutating func append(_ line: ForeignText) {
    lines.append(line)
    // Cut rarely, so that a flood costs little.
    if lines.count >= 2 * Self.limit { lines.removeFirst(lines.count - Self.limit) }
  }

  /// At most `limit` of them.
  public var kept: ArraySlice<ForeignText> { lines.suffix(Self.limit) }
}
