import Platform
import Sessions

/// The list of sessions that servers hold for us, on disk: after a crash the next run ends what is left.
///
/// This half belongs to the engine and never waits; a thread of its own writes. While the disk refuses,
/// nothing of the list is lost: it is kept here and written whole when the disk takes it again.
struct Journal: ~Copyable {
  /// What cannot be done at present, for people; absent while all is well.
  private(set) var trouble: String?
  /// When `act` is to be called next; absent while nothing waits.
  private(set) var deadline: Instant?
  private var current: [OpenSession.Name: OpenSession] = [:]
  private let thread: JournalThread?
  /// Bytes of the file, and what they were when it was last written whole.
  private var size = 0
  private var wholeSize = 0

  /// A file that is shorter than this, in bytes, is not worth writing anew.
  private static let leastSize = 256 * 1_024
  private static let retryInterval = Duration.seconds(60)
  /// Servers have forgotten sessions of this age, in milliseconds: a week.
  private static let age: Int64 = 7 * 24 * 3_600_000
  /// More sessions than this are not written down, and that is said.
  private static let countLimit = 100_000
  /// How long the end of a run waits for its last words to be written.
  private static let lastWait: Int32 = 300

  /// Looks through `folder`, which is made if need be, for what earlier runs left. Without a folder nothing
  /// is written.
  init(folder: String?, at now: Moment) {
    let oldest = WallTime(milliseconds: now.wall.milliseconds - Self.age)
    thread = folder.flatMap { try? JournalThread(folder: $0, since: oldest) }
    if let folder, thread == nil {
      trouble = "the journal of open sessions (\(folder)) has no thread to be written by"
    }
  }

  /// Readable when `takeNews` has something.
  var descriptor: Int32? { thread?.news.descriptor }

  /// Takes in what the thread did. Returns what earlier runs left open, once; the caller answers with
  /// `adopt`.
  mutating func takeNews(at now: Instant) -> [OpenSession]? {
    guard let news = thread?.news.drain() else { return nil }
    if let words = news.trouble {
      trouble = words.isEmpty ? nil : words
      if trouble == nil { deadline = nil } else { deadline = deadline ?? now + Self.retryInterval }
    }
    return news.leftovers
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

  /// The last words of this run; waits for them a moment, and no longer.
  mutating func close() {
    guard let thread else { return }
    var order = JournalOrders()
    order.isLast = true
    order.leavesNothing = current.isEmpty
    thread.order(order)
    var left = Self.lastWait
    while left > 0, !thread.news.drain().isLast {
      _ = wait(reading: [thread.news.descriptor], milliseconds: 20)
      left -= 20
    }
  }

  private mutating func note(_ line: JournalLine) -> String {
    switch line {
    case .opened(let session):
      guard current.count < Self.countLimit else {
        trouble =
          "the journal of open sessions is full (\(Self.countLimit)); further ones are not written down"
        return ""
      }
      current[session.name] = session
    case .ended(let session):
      current[session.name] = nil
    }
    return line.text + "\n"
  }

  private mutating func send(_ order: JournalOrders) {
    guard let thread, !order.isEmpty else { return }
    size += order.lines.utf8.count
    thread.order(order)
    if size > max(Self.leastSize, 2 * wholeSize) { rewrite() }
  }

  /// Has the file written anew with what is open now.
  private mutating func rewrite() {
    var order = JournalOrders()
    let sessions = current.values.sorted { $0.since.milliseconds < $1.since.milliseconds }
    let whole = sessions.map { JournalLine.opened($0).text + "\n" }.joined()
    order.whole = whole
    (size, wholeSize) = (whole.utf8.count, whole.utf8.count)
    thread?.order(order)
  }
}
