import Glibc
import TopPlatform
import TopTestFolders
import Testing

@Suite struct `A server of lines` {
  private let folder = TemporaryFolder()
  private var path: String { folder.path + "/one.sock" }

  private func news(of server: LineServer, until isEnough: ([LineServer.News]) -> Bool) -> [LineServer.News] {
    var news: [LineServer.News] = []
    for _ in 0..<200 where !isEnough(news) {
      _ = wait(reading: [server.descriptor], milliseconds: 100)
      news += server.takeNews()
    }
    return news
  }

  @Test func `hears whole lines, and knows who speaks`() throws {
    let server = try LineServer(path: path)
    let client = try LineClient(path: path)
    #expect(client.send("one") && client.send("two"))
    let heard = news(of: server) { $0.count >= 3 }
    #expect(
      heard == [.joined(1, SocketPeer(process: getpid(), user: geteuid())), .line(1, "one"), .line(1, "two")])
    #expect(server.send("three", to: 1))
    #expect(client.line(within: 5_000) == "three")
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test func `takes the place of a dead one, and of no living one`() throws {
    let file = open(path, O_CREAT | O_WRONLY, 0o600)
    close(file)
    let server = try LineServer(path: path)
    #expect(throws: ErrorNumber(EADDRINUSE)) { try LineServer(path: path) }
    withExtendedLifetime(server) {}
  }

  @Test func `says what stands where it is to be`() throws {
    try #require(mkdir(path, 0o700) == 0)
    #expect(throws: ErrorNumber(EISDIR)) { try LineServer(path: path) }
    #expect(access(path, F_OK) == 0 && access(path + ".lock", F_OK) != 0, "the lock is given up")
  }

  @Test func `leaves nothing behind`() throws {
    var server: LineServer? = try LineServer(path: path)
    #expect(server != nil && access(path, F_OK) == 0 && access(path + ".lock", F_OK) == 0)
    server = nil
    #expect(access(path, F_OK) != 0 && access(path + ".lock", F_OK) != 0)
  }

  @Test func `removes what the killed left, and nothing of the living`() throws {
    let folder = folder.path
    let server = try LineServer(path: path)
    for name in ["dead.sock", "dead.sock.lock", "other", "other.lock"] {
      close(open("\(folder)/\(name)", O_CREAT | O_WRONLY, 0o600))
    }
    LineServer.sweep(folder, of: ".sock")
    let left = ["dead.sock", "dead.sock.lock", "other", "other.lock", "one.sock", "one.sock.lock"].filter {
      access("\(folder)/\($0)", F_OK) == 0
    }
    #expect(left == ["other", "other.lock", "one.sock", "one.sock.lock"])
    withExtendedLifetime(server) {}
  }

  @Test func `hears lines that come in pieces, however many come at once`() throws {
    let server = try LineServer(path: path)
    let client = try LineClient(path: path)
    let long = String(repeating: "y", count: 50_000)
    #expect(client.send((0..<5_000).map(String.init).joined(separator: "\n") + "\n" + long))
    let heard = news(of: server) { $0.count >= 5_002 }
    #expect(heard.dropFirst() == ((0..<5_000).map { .line(1, String($0)) } + [.line(1, long)])[...])
    let answers = (0..<100).map(String.init)
    #expect(server.send(answers.joined(separator: "\n"), to: 1) && server.send(long, to: 1))
    #expect((answers + [long]).allSatisfy { client.line(within: 5_000) == $0 })
  }

  @Test func `that never ends a line is not listened to for ever`() throws {
    let client = try LineClient(
      through: ChildCommand(
        program: "/bin/sh", arguments: ["-c", "while :; do printf xxxxxxxxxxxxxxxx; done"]), Inheritance())
    let start = ContinuousClock.now
    #expect(client.line(within: 200) == nil)
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  @Test func `that stands still keeps nobody waiting who calls`() throws {
    let server = try LineServer(path: path)
    var callers: [LineClient] = []
    // Nobody takes them: the queue fills, and the next is told so at once.
    for _ in 0..<100 {
      guard let caller = try? LineClient(path: path) else { break }
      callers.append(caller)
    }
    #expect(callers.count < 100)
    withExtendedLifetime(server) {}
  }

  @Test func `keeps only so much for who does not read, and tells when that is taken`() throws {
    let server = try LineServer(path: path)
    let client = try LineClient(path: path)
    _ = news(of: server) { !$0.isEmpty }
    let line = String(repeating: "x", count: 100_000)
    var sent = 0
    while server.send(line, to: 1), sent < 10_000 { sent += 1 }
    #expect(sent < 100 && sent * 100_000 > LineServer.queueLimit, "\(sent)")
    #expect(server.isBehind(1))
    for _ in 0..<sent {
      _ = server.takeNews()
      while client.line(within: 50) == nil { _ = server.takeNews() }
    }
    _ = server.takeNews()
    #expect(!server.isBehind(1))
    #expect(server.send("again", to: 1) && client.line(within: 5_000) == "again")
  }

  @Test func `forgets who leaves`() throws {
    let server = try LineServer(path: path)
    var client: LineClient? = try LineClient(path: path)
    #expect(client?.send("bye") == true)
    client = nil
    #expect(news(of: server) { $0.last == .left(1) }.last == .left(1))
  }
}
