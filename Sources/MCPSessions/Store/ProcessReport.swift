/// A server that is a process, as it is now.
package struct ProcessReport: Hashable, Sendable {
  package let id: Int32
  /// When it started.
  package let since: Moment
  /// Absent before it was measured.
  package var usage: ServerUsage?
  /// Processor time in the latest while, in percent of one processor; absent before it was measured twice.
  package var load: Double?
  /// When it was measured last.
  var measured: Instant?

  package init(id: Int32, since: Moment, usage: ServerUsage? = nil, load: Double? = nil) {
    self.id = id
    self.since = since
    self.usage = usage
    self.load = load
  }
}

/// What a server that is a process uses, with all that it started.
package struct ServerUsage: Hashable, Sendable {
  package let processes: Int
  package let threads: Int
  /// Memory that is present, in bytes; what processes share counts for each.
  package let memory: Int64
  /// Processor time since it started.
  package let processorTime: Duration
  /// What it was sent and has not read, in bytes.
  package let unread: Int

  package init(processes: Int, threads: Int, memory: Int64, processorTime: Duration, unread: Int = 0) {
    self.processes = processes
    self.threads = threads
    self.memory = memory
    self.processorTime = processorTime
    self.unread = unread
  }
}

/// The last lines that a server wrote to standard error, the oldest first; bounded.
package struct LastWords: Hashable, Sendable {
  /// So many lines are kept.
  package static let limit = 200

  package private(set) var lines: [ForeignText] = []

  /// Of what was written before; the last `limit` lines of it.
  package init(_ lines: [ForeignText] = []) {
    self.lines = lines.suffix(Self.limit)
  }

  mutating func append(_ line: ForeignText) {
    lines.append(line)
    // Cut rarely, so that a flood costs little.
    if lines.count >= 2 * Self.limit { lines.removeFirst(lines.count - Self.limit) }
  }

  /// At most `limit` of them.
  package var kept: ArraySlice<ForeignText> { lines.suffix(Self.limit) }
}
