import TopPlatform
import MCPSessions

/// The list of sessions that servers hold for us, on disk: after a crash the next run ends what is left.
///
/// This half belongs to the engine and never waits; a thread of its own writes. While the disk refuses,
/// nothing of the list is lost: it is kept here and written whole when the disk takes it again.
struct Journal: ~Copyable {
  /// What cannot be done at present, for people; absent while all is well.
  var trouble: String? { refusal ?? fullness }
  /// What the disk refuses.
  private var refusal: String?
  /// That not all sessions are written down.
  private var fullness: String?
  /// How many sessions of earlier runs were given up since anybody asked.
  private var forgotten = 0
  /// How many processes of earlier runs were ended since anybody asked.
  private var endedProcesses = 0
  /// When `act` is to be called next; absent while nothing waits.
  private(set) var deadline: Instant?
  private var current: [OpenSession.Name: OpenSession] = [:]
  /// When the newest of all sessions was opened, in milliseconds of wall time: as good as now.
  private var newest: Int64 = 0
  private let thread: JournalThread?
  /// Bytes of the file, and what they were when it was last written whole.
  private var size = 0
  private var wholeSize = 0

  /// A file that is shorter than this, in bytes, is not worth writing anew.
  private static let leastSize = 256 * 1_024
  private static let retryInterval = Duration.seconds(60)
  /// Sessions of earlier runs that no run could end are given up at this age, and those of this run that were
  /// replaced so long ago; in milliseconds: a day.
  private static let age: Int64 = 24 * 3_600_000
  /// More sessions than this are not written down, and that is said.
  static let countLimit = 100_000
  /// How long the end of a run waits at least for its last words to be written.
  private static let lastWait = Duration.milliseconds(300)

  /// Looks through `folder`, which is made if need be, for what earlier runs left. Without a folder nothing
  /// is written.
  init(folder: String?, at now: Moment) {
    let oldest = WallTime(milliseconds: now.wall.milliseconds - Self.age)
    thread = folder.flatMap { try? JournalThread(folder: $0, since: oldest) }
    if let folder, thread == nil {
      refusal = "the journal of open sessions (\(folder)) has no thread to be written by"
    }
  }

  /// Readable when `takeNews` has something.
  var descriptor: Int32? { thread?.news.descriptor }

  /// Takes in what the thread did. Returns what earlier runs left open, once; the caller answers with
  /// `adopt`.
  mutating func takeNews(at now: Instant) -> [OpenSession]? {
    guard let news = thread?.news.drain() else { return nil }
    forgotten += news.forgotten
    endedProcesses += news.endedProcesses
    if let words = news.trouble {
      refusal = words.isEmpty ? nil : words
      if refusal == nil { deadline = nil } else { deadline = deadline ?? now + Self.retryInterval }
    }
    return news.leftovers
  }

  /// How many sessions of earlier runs were given up since the last call.
  mutating func takeForgotten() -> Int {
    defer { forgotten = 0 }
    return forgotten
  }

  /// How many processes of earlier runs were ended since the last call.
  mutating func takeEndedProcesses() -> Int {
    defer { endedProcesses = 0 }
    return endedProcesses
  }

  /// Takes over those leftovers that this run can end. The others stay where they are, for the run that can.
  mutating func adopt(_ sessions: [OpenSession]) {
    var order = JournalOrders()
    order.adopted = Set(sessions.map(\.name))
    for session in sessions { order.lines += note(.opened(session)) }
    send(order)
  }

  /// Writes a line.
  mutating func write(_ line: JournalLine) {
    var order = JournalOrders()
    order.lines = note(line)
    send(order)
  }

  /// Tries again what could not be done.
  mutating func act(at now: Instant) {
    guard let due = deadline, due <= now else { return }
    deadline = nil
    rewrite()
  }

  /// The last words of this run; waits for them a moment, or until `limit`, and no longer: a list that still
  /// names what was ended makes the next run ask for dead sessions.
  mutating func close(until limit: Instant? = nil) {
    guard let thread else { return }
    var order = JournalOrders()
    order.isLast = true
    order.leavesNothing = current.isEmpty
    thread.order(order)
    let start = Moment.now.instant
    let end = max(limit ?? start, start + Self.lastWait)
    while !thread.news.drain().isLast {
      let left = (end - Moment.now.instant).inMilliseconds
      guard left > 0 else { return }
      _ = wait(reading: [thread.news.descriptor], milliseconds: Int32(clamping: left))
    }
  }

  private mutating func note(_ line: JournalLine) -> String {
    switch line {
    case .opened(let session):
      newest = max(newest, session.since.milliseconds)
      if current.count >= Self.countLimit { forgetReplaced() }
      guard current.count < Self.countLimit else {
        fullness =
          "the journal of open sessions is full (\(Self.countLimit)): after a crash the next run cannot end"
          + " those that are opened now"
        return ""
      }
      current[session.name] = session
    case .ended(let session):
      current[session.name] = nil
      // Told until there is room to spare, so that it is not told with every session that comes and goes.
      if current.count < Self.countLimit * 9 / 10 { fullness = nil }
    }
    return line.text + "\n"
  }

  private mutating func send(_ order: JournalOrders) {
    guard let thread, !order.isEmpty else { return }
    size += order.lines.utf8.count
    thread.order(order)
    if size > max(Self.leastSize, 2 * wholeSize) { rewrite() }
  }

  /// A server that refuses to end sessions leaves their lines: those that were replaced a day ago are
  /// dropped.
  private mutating func forgetReplaced() {
    for sessions in Dictionary(grouping: current.values, by: \.key).values where sessions.count > 1 {
      let inOrder = sessions.sorted { $0.since.milliseconds < $1.since.milliseconds }
      for (old, next) in zip(inOrder, inOrder.dropFirst()) where isOld(next) { current[old.name] = nil }
    }
  }

  private func isOld(_ session: OpenSession) -> Bool {
    let (age, isTooLong) = newest.subtractingReportingOverflow(session.since.milliseconds)
    return isTooLong || age > Self.age
  }

  /// Has the file written anew with what is open now.
  private mutating func rewrite() {
    forgetReplaced()
    var order = JournalOrders()
    let sessions = current.values.sorted { $0.since.milliseconds < $1.since.milliseconds }
    let whole = sessions.map { JournalLine.opened($0).text + "\n" }.joined()
    order.whole = whole
    (size, wholeSize) = (whole.utf8.count, whole.utf8.count)
    thread?.order(order)
  }
}
