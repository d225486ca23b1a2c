import Glibc
import TopPlatform
import MCPSessions

/// Keeps the journal on a thread of its own: a disk may take seconds, and no session waits for one.
final class JournalThread: Sendable {
  /// What came of it; its descriptor is readable while there is something.
  let news: Mailbox<JournalNews>
  private let orders: Mailbox<JournalOrders>

  /// Takes over the folder and tells what earlier runs left there. Throws the errno that kept it from
  /// starting.
  init(folder: String, since oldest: WallTime) throws(ErrorNumber) {
    news = try Mailbox()
    orders = try Mailbox()
    let (news, orders) = (news, orders)
    try startThread(named: "journal") {
      var keeper = JournalKeeper(folder: folder, oldest: oldest)
      news.post(keeper.begin())
      while true {
        _ = wait(reading: [orders.descriptor], milliseconds: -1)
        let taken = orders.drain()
        news.post(keeper.carryOut(taken))
        if taken.isLast { return }
      }
    }
  }

  func order(_ order: JournalOrders) { orders.post(order) }
}

/// What is to be written, merged as long as the disk is busy.
struct JournalOrders: Mail {
  /// Lines to add.
  var lines = ""
  /// The whole list, where it is to be written anew; lines that follow are added to it.
  var whole: String?
  /// What of the leftovers was taken over.
  var adopted: Set<OpenSession.Name>?
  /// The run ends; with nothing open it leaves no file.
  var isLast = false
  var leavesNothing = false

  var isEmpty: Bool { lines.isEmpty && whole == nil && adopted == nil && !isLast }

  mutating func merge(_ later: JournalOrders) {
    if let whole = later.whole {
      self.whole = whole
      lines = later.lines
    } else {
      lines += later.lines
    }
    adopted = later.adopted ?? adopted
    isLast = isLast || later.isLast
    leavesNothing = later.leavesNothing
  }
}

/// What the journal's thread tells the engine.
struct JournalNews: Mail {
  /// Sessions that earlier runs left open; absent before the folder was looked through.
  var leftovers: [OpenSession]?
  /// Why the last orders could not be carried out; an empty text when they were.
  var trouble: String?
  /// How many leftovers were given up, because no run could end them for too long.
  var forgotten = 0
  /// How many processes that an earlier run left were ended.
  var endedProcesses = 0
  var isLast = false

  var isEmpty: Bool { leftovers == nil && trouble == nil && forgotten == 0 && endedProcesses == 0 && !isLast }

  mutating func merge(_ later: JournalNews) {
    leftovers = later.leftovers ?? leftovers
    trouble = later.trouble ?? trouble
    forgotten += later.forgotten
    endedProcesses += later.endedProcesses
    isLast = isLast || later.isLast
  }
}

/// The state of the journal's thread.
private struct JournalKeeper: ~Copyable {
  private let path: String
  private let oldest: WallTime
  private var folder: JournalFolder?
  private var leftovers: [JournalFolder.Leftover] = []
  /// A write failed: the file lacks something, until it is written anew.
  private var isIncomplete = false

  init(folder: String, oldest: WallTime) {
    path = folder
    self.oldest = oldest
  }

  mutating func begin() -> JournalNews {
    var news = JournalNews()
    do {
      try open(&news)
      news.endedProcesses = ProcessLedger.endLeftovers(in: path)
      news.trouble = ""
    } catch {
      isIncomplete = true
      news.leftovers = []
      news.trouble = Self.words(path, error.description)
    }
    return news
  }

  /// Takes the folder over, and what earlier runs left there, unless that is done.
  private mutating func open(_ news: inout JournalNews) throws(FolderProblem) {
    guard folder == nil else { return }
    let opened = try JournalFolder(path)
    leftovers = opened.leftovers()
    news.leftovers = leftovers.flatMap(\.sessions)
    folder = opened
  }

  mutating func carryOut(_ orders: JournalOrders) -> JournalNews {
    var news = JournalNews()
    news.isLast = orders.isLast
    do {
      try open(&news)
      news.forgotten = try write(orders)
      news.trouble = isIncomplete ? Self.words(path, "an earlier write failed") : ""
    } catch {
      isIncomplete = true
      news.trouble = Self.words(path, "\(error)")
    }
    return news
  }

  /// Writes, unless the file has a gap and this is not the whole of it. Returns how many leftovers are given
  /// up.
  private mutating func write(_ orders: JournalOrders) throws(ErrorNumber) -> Int {
    var forgotten = 0
    // The list first: only when it is safe here may it go elsewhere.
    if let whole = orders.whole {
      try folder?.replace(with: whole + orders.lines)
      isIncomplete = false
    } else if isIncomplete {
      return 0
    } else if !orders.lines.isEmpty {
      try folder?.append(orders.lines)
      try folder?.sync()
    }
    if let adopted = orders.adopted {
      for leftover in leftovers {
        let others = leftover.sessions.filter { !adopted.contains($0.name) }
        let young = others.filter { $0.since.milliseconds >= oldest.milliseconds }
        folder?.release(leftover, keeping: young)
        forgotten += others.count - young.count
      }
      leftovers = []
    }
    if orders.isLast, orders.leavesNothing { folder?.removeAll() }
    return forgotten
  }

  private static func words(_ path: String, _ why: String) -> String {
    "the journal of open sessions cannot be written (\(path): \(why)); after a crash the next run cannot"
      + " end what was left; tried again within a minute"
  }
}
