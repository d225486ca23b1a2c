import Glibc
import MCPWire
import TopPlatform
import MCPSessions
import TopTestFolders
import Testing

@testable import SessionEngine

/// The journal on a real disk, in a folder of its own; what a run leaves is what it leaves by ending without
/// a word.
@Suite struct `The journal of open sessions` {
  private let place = TemporaryFolder()
  /// Not there yet.
  private var folder: String { place.path + "/state" }

  private func names() -> [String] { place.names(in: "state") }

  private func session(_ server: String, _ id: String, hoursOld: Int64 = 0) throws -> OpenSession {
    OpenSession(
      key: SessionKey(server: server), origin: "http://127.0.0.1:1", revision: .newestWithSessions,
      id: try #require(SessionID(id)),
      since: WallTime(milliseconds: Moment.now.wall.milliseconds - hoursOld * 3_600_000))
  }

  /// Starts a run and gives what it found, which takes a moment of another thread.
  private func begin(_ journal: inout Journal) -> [OpenSession] {
    var found: [OpenSession]?
    let limit = Moment.now.instant + .seconds(10)
    while found == nil, Moment.now.instant < limit {
      if let descriptor = journal.descriptor { _ = wait(reading: [descriptor], milliseconds: 1_000) }
      found = journal.takeNews(at: Moment.now.instant)
    }
    return found ?? []
  }

  /// Waits until the disk holds what was ordered, as far as it takes it.
  private func settle(_ journal: inout Journal) {
    if let descriptor = journal.descriptor { _ = wait(reading: [descriptor], milliseconds: 10_000) }
    _ = journal.takeNews(at: Moment.now.instant)
  }

  @Test func `hands on what a run left that ended without taking leave, and only that`() throws {
    let (kept, ended) = (try session("a", "kept-id"), try session("a", "ended-id"))
    do {
      var first = Journal(folder: folder, at: .now)
      #expect(begin(&first).isEmpty)
      first.write(.opened(kept))
      first.write(.opened(ended))
      first.write(.ended(ended))
      settle(&first)
      var beside = Journal(folder: folder, at: .now)
      #expect(begin(&beside).isEmpty, "the first run lives")
      beside.close()
    }
    // The thread of the first run lives on in this process, so its lock does: a copy of the files is what a
    // crash leaves.
    try copyAsDead()
    var second = Journal(folder: folder, at: .now)
    #expect(begin(&second) == [kept])
    second.adopt([kept])
    second.write(.ended(kept))
    second.close()
    var third = Journal(folder: folder, at: .now)
    #expect(begin(&third).isEmpty)
    third.close()
  }

  @Test func `leaves what this configuration cannot end for the run that can`() throws {
    let (ours, theirs) = (try session("a", "our-id"), try session("b", "their-id"))
    try writeDead("+", [ours, theirs])
    var first = Journal(folder: folder, at: .now)
    #expect(Set(begin(&first)) == [ours, theirs])
    first.adopt([ours])
    settle(&first)
    var second = Journal(folder: folder, at: .now)
    #expect(begin(&second) == [theirs], "while the first still runs")
    second.adopt([theirs])
    for session in [theirs] { second.write(.ended(session)) }
    second.close()
    first.write(.ended(ours))
    first.close()
    #expect(names().isEmpty, "nothing is left to remember")
  }

  @Test func `hands on what is old, and gives up, told, what nobody ended for a day`() throws {
    let (ours, theirs) = (try session("a", "ours", hoursOld: 100), try session("b", "theirs", hoursOld: 25))
    let young = try session("b", "young", hoursOld: 23)
    try writeDead("+", [ours, theirs, young])
    var first = Journal(folder: folder, at: .now)
    #expect(Set(begin(&first)) == [ours, theirs, young])
    first.adopt([ours])
    settle(&first)
    let (forgotten, again) = (first.takeForgotten(), first.takeForgotten())
    #expect(forgotten == 1 && again == 0)
    first.write(.ended(ours))
    first.close()
    var second = Journal(folder: folder, at: .now)
    #expect(begin(&second) == [young])
    second.close()
  }

  @Test func `forgets sessions that a server would not end and that were replaced a day ago`() throws {
    var journal = Journal(folder: folder, at: .now)
    _ = begin(&journal)
    let refused = try session("a", "refused", hoursOld: 60)
    let replaced = try session("a", "replaced", hoursOld: 30)
    let live = try session("a", "live", hoursOld: 20)
    let other = try session("b", "other", hoursOld: 500)
    for session in [refused, replaced, live, other] { journal.write(.opened(session)) }
    // Enough to have the file written anew.
    for number in 0..<2_000 {
      let passing = try session("c", String(repeating: "x", count: 200) + "\(number)")
      journal.write(.opened(passing))
      journal.write(.ended(passing))
    }
    journal.close()
    let file = try #require(names().first { $0.hasSuffix(".journal") })
    let open = openSessions(in: try text("\(folder)/\(file)"), since: WallTime(milliseconds: .min))
    #expect(Set(open.map(\.id)) == [replaced.id, live.id, other.id])
  }

  @Test func `is told as full, not cut in silence, and takes new sessions when there is room`() throws {
    var journal = Journal(folder: folder, at: .now)
    _ = begin(&journal)
    var sessions: [OpenSession] = []
    for number in 0...Journal.countLimit {
      let session = try session("s\(number)", "id\(number)")
      sessions.append(session)
      journal.write(.opened(session))
    }
    let full = journal.trouble
    #expect(full?.contains("is full") == true)
    settle(&journal)
    let still = journal.trouble
    #expect(still == full, "a disk that is well does not make it better")
    for session in sessions.prefix(Journal.countLimit / 5) { journal.write(.ended(session)) }
    let later = journal.trouble
    #expect(later == nil)
    journal.close()
  }

  @Test func `leaves nothing of drafts and locks that killed runs left`() throws {
    try writeDead("+", [])
    for name in ["dead.journal.0a.draft", "gone.journal.0b.draft", "alone.lock"] {
      close(open("\(folder)/open-sessions-\(name)", O_CREAT | O_WRONLY, 0o600))
    }
    var journal = Journal(folder: folder, at: .now)
    _ = begin(&journal)
    journal.adopt([])
    journal.close()
    #expect(names().isEmpty)
  }

  @Test func `says what the disk refuses, keeps the list, and writes it when it can`() throws {
    // A file where the folder should be.
    close(open(folder, O_CREAT | O_WRONLY, 0o600))
    var journal = Journal(folder: folder, at: .now)
    #expect(begin(&journal).isEmpty)
    let told = journal.trouble
    let trouble = try #require(told)
    #expect(trouble.contains(folder) && trouble.contains("Not a directory"))
    let session = try session("a", "the-id")
    journal.write(.opened(session))
    unlink(folder)
    let retry = journal.deadline
    let due = try #require(retry)
    journal.act(at: due)
    let limit = Moment.now.instant + .seconds(10)
    while journal.trouble != nil, Moment.now.instant < limit { settle(&journal) }
    let left = journal.trouble
    #expect(left == nil)
    let file = try #require(names().first { $0.hasSuffix(".journal") })
    #expect(
      try text("\(folder)/\(file)") == JournalLine.opened(session).text + "\n")
    journal.close()
  }

  @Test func `is never longer than twice what is open`() throws {
    var journal = Journal(folder: folder, at: .now)
    _ = begin(&journal)
    let lasting = try session("a", "lasting")
    journal.write(.opened(lasting))
    for number in 0..<5_000 {
      let passing = try session("a", String(repeating: "x", count: 200) + "\(number)")
      journal.write(.opened(passing))
      journal.write(.ended(passing))
    }
    journal.close()
    let file = try #require(names().first { $0.hasSuffix(".journal") })
    let text = try text("\(folder)/\(file)")
    #expect(text.utf8.count < 600_000)
    #expect(openSessions(in: text, since: WallTime(milliseconds: 0)).map(\.id) == [lasting.id])
  }

  @Test(arguments: ["another's folder", "a folder that others may write in", "a link to a folder of ours"])
  func `stays out of a folder that is not ours alone`(situation: String) throws {
    let real = "\(folder)-real"
    if situation == "a link to a folder of ours" {
      try #require(mkdir(real, 0o700) == 0 && symlink(real, folder) == 0)
    } else {
      try #require(mkdir(folder, 0o700) == 0)
    }
    if situation == "another's folder" {
      guard geteuid() == 0 else { return }
      chown(folder, 12_345, 12_345)
    } else if situation == "a folder that others may write in" {
      chmod(folder, 0o777)
    }
    var journal = Journal(folder: folder, at: .now)
    #expect(begin(&journal).isEmpty)
    let told = journal.trouble
    #expect(told != nil)
    #expect(names().isEmpty)
    journal.close()
  }

  // MARK: - What dead runs leave

  private func writeDead(_ sign: String, _ sessions: [OpenSession]) throws {
    mkdir(folder, 0o700)
    let path = "\(folder)/open-sessions-dead.journal"
    try replaceFile(path, with: sessions.map { JournalLine.opened($0).text + "\n" }.joined())
    close(open("\(folder)/open-sessions-dead.lock", O_CREAT | O_WRONLY, 0o600))
  }

  private func copyAsDead() throws {
    let file = try #require(names().first { $0.hasSuffix(".journal") })
    try replaceFile("\(folder)/open-sessions-dead.journal", with: try text("\(folder)/\(file)"))
    close(open("\(folder)/open-sessions-dead.lock", O_CREAT | O_WRONLY, 0o600))
  }

  private func text(_ path: String) throws -> String {
    let file = open(path, O_RDONLY)
    try #require(file >= 0)
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 2 << 20)
    let count = read(file, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
