import Glibc
import MCPWire
import TopPlatform
import MCPSessions
import Synchronization
import TopTestFolders
import Testing

@testable import SessionEngine

/// Runs that share a folder and know nothing of each other.
@Suite struct `A shared folder of journals` {
  @Test func `belongs to each of many runs that start at the same instant`() throws {
    // Two in two containers have the same process id; here all have it.
    let place = TemporaryFolder()
    let folder = place.path
    let left = OpenSession(
      key: SessionKey(server: "a"), origin: "http://127.0.0.1:1", revision: .newestWithSessions,
      id: try #require(SessionID("left")), since: Moment.now.wall)
    try replaceFile("\(folder)/open-sessions-dead.journal", with: JournalLine.opened(left).text + "\n")
    close(open("\(folder)/open-sessions-dead.lock", O_CREAT | O_WRONLY, 0o600))
    let seen = Findings()
    let group = try (0..<8).map { _ in
      try Mailbox<JournalNews>()
    }
    for box in group {
      try startThread(named: "run") {
        var journal = Journal(folder: folder, at: .now)
        var sessions: [OpenSession]?
        while sessions == nil {
          if let descriptor = journal.descriptor { _ = wait(reading: [descriptor], milliseconds: 1_000) }
          sessions = journal.takeNews(at: Moment.now.instant)
        }
        seen.found.withLock { $0.append(sessions ?? []) }
        if let words = journal.trouble { seen.trouble.withLock { $0.append(words) } }
        journal.adopt(sessions ?? [])
        for session in sessions ?? [] { journal.write(.ended(session)) }
        journal.close(until: Moment.now.instant + .seconds(10))
        var done = JournalNews()
        done.isLast = true
        box.post(done)
      }
    }
    for box in group { _ = wait(reading: [box.descriptor], milliseconds: 20_000) }
    let (found, trouble) = (seen.found.withLock { $0 }, seen.trouble.withLock { $0 })
    #expect(found.count == 8 && trouble == [])
    #expect(found.flatMap { $0 } == [left], "one of them ends it")
    #expect(place.names().isEmpty, "nothing is left to remember")
  }
}

/// What runs on threads of their own came to.
private final class Findings: Sendable {
  let found = Mutex([[OpenSession]]())
  let trouble = Mutex([String]())
}
