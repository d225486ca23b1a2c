import Glibc
import TopPlatform
import Testing

@Suite struct `A writer on a thread of its own` {
  private func pipe(nonBlocking: Bool) throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    try #require(Glibc.pipe(&ends) == 0)
    if nonBlocking { _ = fcntl(ends[1], F_SETFL, O_NONBLOCK) }
    return (ends[0], ends[1])
  }

  private func readAll(_ descriptor: Int32, atLeast count: Int) -> Int {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    var sum = 0
    while sum < count, case let part = read(descriptor, &bytes, bytes.count), part > 0 { sum += part }
    return sum
  }

  @Test(arguments: [false, true]) func `brings all to a reader that comes late`(nonBlocking: Bool) throws {
    let (reading, writing) = try pipe(nonBlocking: nonBlocking)
    defer { for end in [reading, writing] { close(end) } }
    let writer = try TextWriter(to: writing)
    let line = String(repeating: "x", count: 999) + "\n"
    for _ in 0..<1_000 { writer.write(line) }
    #expect(readAll(reading, atLeast: 1_000_000) == 1_000_000)
    #expect(writer.finish(milliseconds: 10_000).isDone)
  }

  @Test func `keeps nobody waiting for a reader that sleeps, and counts what is lost`() throws {
    // As the program itself does: a reader that goes away is an error, not the end.
    signal(SIGPIPE, SIG_IGN)
    let (reading, writing) = try pipe(nonBlocking: false)
    let writer = try TextWriter(to: writing)
    let line = String(repeating: "x", count: 999_999) + "\n"
    for _ in 0..<20 { writer.write(line) }
    #expect(!writer.finish(milliseconds: 20).isDone)
    close(reading)
    // The thread learns that nobody reads, and has nothing left to do.
    var dropped = 0
    var failure: ErrorNumber?
    while failure == nil {
      _ = wait(reading: [writer.news.descriptor], milliseconds: 10_000)
      let news = writer.news.drain()
      dropped += news.dropped
      failure = news.failure
      if news.isEmpty { break }
    }
    #expect(failure == ErrorNumber(EPIPE))
    close(writing)
  }

  @Test func `bounds what waits`() {
    var queue = TextQueue()
    let line = String(repeating: "x", count: 99_999) + "\n"
    for _ in 0..<200 { queue.merge(TextQueue(line)) }
    #expect(queue.text.utf8.count <= TextQueue.limit)
    #expect(queue.dropped == 200 - queue.text.utf8.count / 100_000)
  }
}

@Suite struct `A reader of lines` {
  private func lines(_ text: String, limit: Int) throws -> (lines: [String], passedOver: Int) {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { close(ends[0]) }
    let (bytes, writing) = (Array(text.utf8), ends[1])
    try startThread(named: "test") {
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(writing, $0.baseAddress, min($0.count, 7_001)) }
        guard count > 0 else { break }
        rest = rest.dropFirst(count)
      }
      close(writing)
    }
    var reader = LineReader(ends[0], limit: limit)
    var lines: [String] = []
    while let line = reader.next() { lines.append(String(decoding: line, as: UTF8.self)) }
    return (lines, reader.passedOver)
  }

  @Test func `passes over what is too long, however long it is`() throws {
    let long = String(repeating: "x", count: 3_000_000)
    let (lines, passedOver) = try lines("a\n\(long)\nb\n\nlast", limit: 100_000)
    #expect(lines == ["a", "b", "", "last"])
    #expect(passedOver == 1)
  }

  @Test(arguments: [("", []), ("\n", [""]), ("a", ["a"]), ("a\nb\n", ["a", "b"])])
  func `gives every line once`(text: String, expected: [String]) throws {
    #expect(try lines(text, limit: 10).lines == expected)
  }

  @Test func `says that the last line was too long`() throws {
    let (lines, passedOver) = try lines("a\n" + String(repeating: "x", count: 200_000), limit: 10)
    #expect(lines == ["a"] && passedOver == 1)
  }
}
