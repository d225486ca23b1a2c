import MCPSessions
import Testing

@Suite struct `Parts of a configuration` {
  private let servers = (0..<600).map { "server-\($0)" }

  private func owner(_ server: String, of count: Int) -> [Int] {
    (1...count).filter { Shard(number: $0, of: count)?.has(server) == true }
  }

  @Test(arguments: [1, 2, 3, 7]) func `have each server exactly once, and about as many each`(count: Int) {
    let owners = servers.map { owner($0, of: count) }
    #expect(owners.allSatisfy { $0.count == 1 })
    for part in 1...count {
      let share = owners.count { $0 == [part] }
      #expect(share * count > servers.count / 2 && share * count < servers.count * 2, "\(part): \(share)")
    }
  }

  @Test func `lose only what another part takes`() {
    let moved = servers.filter { owner($0, of: 3) != owner($0, of: 4) }
    #expect(moved.allSatisfy { owner($0, of: 4) == [4] })
    #expect(moved.count > servers.count / 8 && moved.count < servers.count / 2, "\(moved.count)")
  }

  @Test(arguments: [
    ("2/3", "2/3"), ("1/1", "1/1"), ("0/3", nil), ("4/3", nil), ("1/0", nil), ("1", nil), ("a/b", nil),
    ("1/2/3", nil),
  ])
  func `are named by two numbers`(text: String, read: String?) {
    #expect(Shard(text)?.description == read)
  }
}
