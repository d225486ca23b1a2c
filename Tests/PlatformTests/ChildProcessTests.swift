import Glibc
@testable import TopPlatform
import Testing

/// Children that are started for real; each ends by itself or is ended by the test.
@Suite struct `A child process` {
  let environment = ["PATH": "/usr/local/bin:/usr/bin:/bin"]

  private func shell(_ script: String, folder: String? = nil) -> ChildCommand {
    ChildCommand(program: "sh", arguments: ["-c", script], environment: environment, folder: folder)
  }

  /// Starts it on this thread, gives it `input`, and returns what it wrote and how it ended.
  private func run(_ command: ChildCommand, input: String = "") throws -> (
    String, String, ChildProcess.Ending?
  ) {
    let child = try ChildProcess.start(command, Inheritance())
    #expect(writeAll(input, to: child.input))
    close(child.input)
    _ = wait(reading: [child.end], milliseconds: 10_000)
    defer {
      child.signalGroup(SIGKILL)
      child.reap()
      child.closeAll(except: [child.input])
    }
    return (text(child.output), text(child.errors), child.peekAtEnd())
  }

  private func text(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = read(descriptor, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  /// Whether the kernel still knows a process, ended or not, ten seconds from now.
  private func isGone(_ id: Int32) -> Bool {
    let limit = ClockReading().monotonic + 10_000_000_000
    while kill(id, 0) == 0, ClockReading().monotonic < limit { _ = wait(reading: [], milliseconds: 5) }
    return kill(id, 0) != 0
  }

  @Test func `is taken away whenever it ends after it was let go`() throws {
    for _ in 0..<20 {
      let child = try ChildProcess.start(shell("exec sleep 60"), Inheritance())
      // The kernel has not ended it when this returns.
      child.signalGroup(SIGKILL)
      child.reap()
      child.closeAll()
      #expect(isGone(child.id))
    }
  }

  @Test func `that leads to a server may say what it likes beside that`() throws {
    let client = try LineClient(
      through: shell("head -c 300000 /dev/zero | tr '\\0' '.' >&2; echo >&2; echo last >&2; echo hello; cat"),
      Inheritance())
    #expect(client.line(within: 20_000) == "hello")
    #expect(client.words == "last")
    #expect(client.send("again") && client.line(within: 20_000) == "again")
  }

  @Test func `reads what is written to it and is heard on two pipes`() throws {
    let (output, errors, ending) = try run(shell("cat; echo oh >&2; exit 3"), input: "hello\n")
    #expect(output == "hello\n")
    #expect(errors == "oh\n")
    #expect(ending == .exited(code: 3))
  }

  @Test func `leads a session and a group of its own`() throws {
    let (output, _, _) = try run(shell("echo $$; cut -d' ' -f5,6 /proc/$$/stat"))
    let words = output.split { $0 == "\n" || $0 == " " }
    #expect(words.count == 3 && Set(words).count == 1)
  }

  @Test func `has three descriptors and no other`() throws {
    let (output, _, _) = try run(shell("ls /proc/self/fd | wc -l"))
    // ls has one more, for the folder that it reads.
    #expect(output.filter(\.isNumber) == "4")
  }

  @Test func `begins with default signals and an empty mask`() throws {
    signal(SIGPIPE, SIG_IGN)
    let (output, _, _) = try run(
      ChildCommand(program: "cat", arguments: ["/proc/self/status"], environment: environment))
    let lines = output.split(separator: "\n")
    for name in ["SigBlk", "SigIgn"] {
      let value = try #require(lines.first { $0.hasPrefix(name + ":") }).drop { $0 != ":" }.dropFirst()
      #expect(value.allSatisfy { $0 == "0" || $0 == "\t" }, "\(name) is \(value)")
    }
  }

  @Test func `has no variables but those it was given`() throws {
    let (output, _, _) = try run(
      ChildCommand(program: "/usr/bin/env", environment: ["B": "two words", "A": "é"]))
    #expect(output == "A=é\nB=two words\n")
  }

  @Test func `starts in the folder that it was given`() throws {
    let (output, _, _) = try run(shell("pwd", folder: "/usr"))
    #expect(output == "/usr\n")
  }

  @Test func `that is ended by a signal says which`() throws {
    let (_, _, ending) = try run(shell("kill -11 $$"))
    #expect(ending == .killed(signal: 11))
  }

  @Test(arguments: [
    (
      ChildCommand(program: "no-such-program", environment: ["PATH": "/usr/bin"]),
      ChildProcess.Failure.notFound(path: "/usr/bin")
    ),
    (ChildCommand(program: "/no/such/program"), .notFound(path: nil)),
    (ChildCommand(program: ""), .notFound(path: nil)),
    (ChildCommand(program: "/etc/passwd"), .notExecutable(ErrorNumber(EACCES))),
    (ChildCommand(program: "/usr"), .notExecutable(ErrorNumber(EACCES))),
    (ChildCommand(program: "/bin/sh", folder: "/no/such/folder"), .folder(ErrorNumber(ENOENT))),
    (ChildCommand(program: "/bin/sh", folder: "/etc/passwd"), .folder(ErrorNumber(ENOTDIR))),
  ])
  func `that cannot start says why`(command: ChildCommand, failure: ChildProcess.Failure) {
    #expect(throws: failure) { try ChildProcess.start(command, Inheritance()) }
  }

  @Test func `and its own children end with a signal to the group`() throws {
    let child = try ChildProcess.start(shell("sleep 60 & echo started; wait"), Inheritance())
    defer { child.closeAll() }
    _ = wait(reading: [child.output], milliseconds: 10_000)
    child.signalGroup(SIGKILL)
    _ = wait(reading: [child.end], milliseconds: 10_000)
    #expect(child.peekAtEnd() == .killed(signal: SIGKILL))
    child.reap()
    // The pipe ends with the last who held it, which is the grandchild.
    while !wait(reading: [child.output], milliseconds: 10_000).isEmpty, !text(child.output).isEmpty {}
    // It closes its files a moment before it is gone.
    let limit = ContinuousClock.now + .seconds(10)
    func left() -> [ProcessStatus] {
      ProcessStatus.all().filter { getpgid($0.id) == child.id && !$0.isZombie }
    }
    while !left().isEmpty, ContinuousClock.now < limit { sched_yield() }
    #expect(left().isEmpty)
  }
}

@Suite struct `The status of a process` {
  @Test func `is read whatever the name holds`() throws {
    let line =
      "42 (a) b) R 7) S 41 42 42 0 -1 4194560 1 0 0 0 5 6 7 8 20 0 3 0 1234 1000 10 18446744073709551615"
    let status = try #require(ProcessStatus(line: line))
    #expect(status.id == 42 && status.parent == 41 && status.started == 1_234 && status.ticks == 26)
    #expect(status.threads == 3 && !status.isZombie)
  }

  @Test(arguments: ["", "42", "42 (", "42 ) (", "x (a) S 1", "42 (a) S 1 2 3"])
  func `of a line that is none is none`(line: String) {
    #expect(ProcessStatus(line: line) == nil)
  }

  @Test func `of this process is known, and that of none is not`() {
    #expect(ProcessStatus(getpid())?.parent == getppid())
    #expect(ProcessStatus(-1) == nil)
  }
}
