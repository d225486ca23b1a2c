import MCPWire
import Testing

@testable import MCPSessions

@Suite struct `Answers that wait to be sent` {
  @Test func `are bounded in bytes as well as in number`() {
    var queue = ReplyQueue()
    var bytes = 0
    for number in 0..<100 {
      let body = Outgoing.emptyResult(for: .string(String(repeating: "é", count: 400) + "\(number)"))
      if queue.append(body) { bytes += body.utf8.count }
    }
    #expect(bytes > 10_000 && bytes <= 32_768)
    var few = ReplyQueue()
    #expect((0..<100).filter { few.append(Outgoing.emptyResult(for: .number(Int64($0)))) }.count == 64)
  }
}
