import Glibc
import TopTestFolders
import Testing

@testable import TopPlatform

/// What a run that was killed left running, the next one ends.
@Suite struct `A ledger of processes` {
  private let place = TemporaryFolder()
  private var folder: String { place.path }

  private func ledgers() -> [String] { place.names().filter { $0.hasPrefix("processes-") } }

  @Test func `of a living run is left alone, of a dead one ended by number and start`() throws {
    let mark = "ledger-\(UInt64.random(in: 0 ... .max))"
    var ledger: ProcessLedger? = try ProcessLedger(.init(folder: folder, mark: mark))
    let child = try ChildProcess.start(
      ChildCommand(program: "sleep", arguments: ["60"], environment: ["PATH": "/usr/bin:/bin"]),
      Inheritance())
    ledger?.note(child)
    #expect(ProcessLedger.endLeftovers(in: folder) == 0 && child.peekAtEnd() == nil)
    ledger = nil
    #expect(ledger == nil && ledgers().count == 1, "a killed run removes nothing")
    // A child that another test is just starting holds the lock with us until it has become its program.
    let start = ContinuousClock.now
    while child.peekAtEnd() == nil, ContinuousClock.now - start < .seconds(10) {
      #expect(ProcessLedger.endLeftovers(in: folder) <= 1)
      _ = wait(reading: [child.end], milliseconds: 20)
    }
    _ = wait(reading: [child.end], milliseconds: 10_000)
    #expect(child.peekAtEnd() == .killed(signal: SIGKILL))
    child.reap()
    child.closeAll()
    #expect(ledgers().isEmpty && rmdir(folder) == 0)
  }

  @Test func `ends nobody whose number was given to another since`() throws {
    let child = try ChildProcess.start(
      ChildCommand(program: "sleep", arguments: ["60"], environment: ["PATH": "/usr/bin:/bin"]),
      Inheritance())
    defer {
      child.signalGroup(SIGKILL)
      child.reap()
      child.closeAll()
    }
    let path = folder + "/processes-0.ledger"
    let file = open(path, O_WRONLY | O_CREAT, 0o600)
    #expect(writeAll("no-such-mark\n\(child.id) \(child.started + 1)\n1 1\nnonsense\n\(child.id)", to: file))
    close(file)
    #expect(ProcessLedger.endLeftovers(in: folder) == 0)
    #expect(child.peekAtEnd() == nil)
    #expect(rmdir(folder) == 0)
  }
}
