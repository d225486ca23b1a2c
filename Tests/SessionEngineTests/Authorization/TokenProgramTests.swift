import MCPSessions
import Testing
import TopPlatform

@testable import SessionEngine

@Suite struct `A program that prints a token` {
  private let environment = ["PATH": "/usr/bin:/bin"]

  @Test(arguments: ["exec 2>&-; sleep 60", "exec >&- 2>&-; sleep 60", "exec >&-; sleep 60"])
  func `costs nothing while it runs, whatever it has closed`(script: String) throws {
    let now = Instant(nanoseconds: ClockReading().monotonic)
    let program = try TokenProgram(["sh", "-c", script], environment, at: now)
    // It comes to rest: nothing is readable but what has something to say.
    var rests = 0
    for _ in 0..<200 where rests < 3 {
      rests = wait(reading: program.descriptors, milliseconds: 50).isEmpty ? rests + 1 : 0
      #expect(program.act(at: now) == nil)
    }
    #expect(rests == 3)
  }

  @Test func `is heard to its end`() throws {
    let now = Instant(nanoseconds: ClockReading().monotonic)
    let program = try TokenProgram(
      ["sh", "-c", "exec 2>&-; echo one; sleep 0.1; echo two"], environment, at: now)
    var found: ProvidedToken?
    for _ in 0..<200 where found == nil {
      _ = wait(reading: program.descriptors, milliseconds: 100)
      found = program.act(at: now)
    }
    guard case .text(let bytes) = found else { return #expect(Bool(false), "\(String(describing: found))") }
    #expect(String(decoding: bytes, as: UTF8.self) == "one\ntwo\n")
  }
}
