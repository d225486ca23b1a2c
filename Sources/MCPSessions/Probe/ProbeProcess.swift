import MCPWire

// A server that is a process: its command, its start, its first words, and how it ends.

/// The process that is looked at.
struct ProbePipe: Sendable {
  let id: TransferID
  let began: Instant
  var hasStarted = false
  /// JSON-RPC came from it.
  var hasSpoken = false
  /// Lines on its standard error, the latest last.
  var words: [ForeignText] = []
  /// Lines on its standard output that are no JSON-RPC, and the first of them.
  var strangeLines = 0
  var strangeLine: ForeignText?

  static let wordLimit = 60

  /// The line that tells most of what went wrong.
  var telling: ForeignText? { strangeLine ?? words.last }

  /// The last line that speaks of an error, else the last of all.
  var reason: ForeignText? {
    let signs = ["error", "exception", "fatal", "panic", "cannot", "not found", "required", "denied"]
    let told = words.last { line in
      let text = line.text.lowercased()
      return line.text.first?.isWhitespace != true && signs.contains { text.contains($0) }
    }
    return told ?? words.last ?? strangeLine
  }
}

extension ServerProbe {
  mutating func launch(_ process: ServerProcess) {
    begin(.command)
    let id = newTransferID()
    pipe = ProbePipe(id: id, began: now.instant)
    orders.append(
      .launch(
        ProcessRequest(
          id: id, session: key, program: process.program, arguments: process.arguments,
          environment: process.environment, folder: process.folder)))
    state = .starting(id)
  }

  /// Something happened to the process.
  package mutating func process(_ id: TransferID, _ event: ProcessEvent, at now: Moment) -> [Order] {
    self.now = now
    guard pipe?.id == id, !isOver else { return [] }
    switch event {
    case .started(let number): started(number)
    case .message(let message): spoke(message)
    case .malformed(let error): strange("\(error)")
    case .noise(let line): strange(Sentence(gate.text(line, limit: 200)))
    case .tooLong: strange("a line over the limit")
    case .said(let line): said(gate.text(line, limit: 200))
    case .notReading(let bytes):
      broke(SessionError(.notReading, detail: "it does not read: \(bytes) bytes wait"))
    case .closedOutput:
      if case .ending = state { break }
      broke(SessionError(.exited, detail: "it closed its standard output"))
    case .ended(let ending): ended(ending)
    case .heldBack, .measured: break
    }
    defer { orders = [] }
    return orders
  }

  private mutating func started(_ number: Int32) {
    pipe?.hasStarted = true
    let took = now.instant - stepBegan
    record(.command, .ok, "\(gate.text(whole: server.process?.program ?? "", limit: 200))")
    record(.start, .ok, "process \(number)", took: took)
    guard stopLimit == nil else { return }
    if server.settings.wire == .sessionless { discover() } else { initialize(.newestWithSessions) }
  }

  private mutating func spoke(_ message: Message) {
    pipe?.hasSpoken = true
    switch message.content {
    case .request, .notification: answer(message)
    case .result, .failure:
      guard case .asking(var question) = state else { return }
      guard let outcome = question.exchange.take(.item(.message(message)), gate, at: now.instant) else {
        return state = .asking(question)
      }
      answered(question, outcome)
    }
  }

  private mutating func strange(_ line: Sentence) {
    pipe?.strangeLines += 1
    if pipe?.strangeLine == nil { pipe?.strangeLine = ForeignText(recorded: line.text, limit: 200) }
  }

  private mutating func said(_ line: ForeignText) {
    guard !line.isEmpty else { return }
    if pipe?.words.isEmpty == true, let pipe {
      record(.firstWords, .ok, "\(line)", took: now.instant - pipe.began)
    }
    pipe?.words.append(line)
    if let count = pipe?.words.count, count > ProbePipe.wordLimit { pipe?.words.removeFirst() }
  }

  /// The request that is in flight will not be answered.
  private mutating func broke(_ error: SessionError) {
    guard case .asking(let question) = state else { return }
    tasks = []
    answered(question, .broken(error, nil))
  }

  private mutating func ended(_ ending: ProcessEnding) {
    if case .ending(let since) = state {
      let took = now.instant - since
      tellStrangeLines()
      tellEnd(ending, took)
      return finish()
    }
    let error = Session.error(
      ending, hasShakenHands: report.step(.initialize) != nil, words: pipe?.reason)
    pipe?.hasStarted = false
    let step: ProbeStep.Name =
      switch error.type {
      case .commandNotFound, .notExecutable, .configError, .resourceError: .command
      default: report.current ?? .end
      }
    tellStrangeLines()
    fail(step, error)
    finish()
  }

  private mutating func tellStrangeLines() {
    guard let pipe, pipe.strangeLines > 0, let line = pipe.strangeLine else { return }
    let count: Sentence = pipe.strangeLines == 1 ? "1 line" : "\(pipe.strangeLines) lines"
    record(
      .firstWords, .note, "\(count) on standard output are no JSON-RPC, the first: \(line)",
      remedy: "let the server log to standard error: standard output is for messages alone")
  }

  private mutating func tellEnd(_ ending: ProcessEnding, _ took: Duration) {
    let how: Sentence =
      switch ending {
      case .exited(let code): "exit code \(code)"
      case .killed(let signal): "ended by signal \(signal)"
      case .notFound, .notExecutable, .badFolder, .notStarted: "ended"
      }
    let patience = ProcessFarewell.patience
    if took < patience { return record(.end, .ok, "\(how), after its input was closed", took: took) }
    let means: Sentence = took < patience + patience ? "SIGTERM" : "SIGKILL"
    record(
      .end, .note, "\(how), only after \(means)", took: took,
      remedy: "let the server end when its standard input ends")
  }
}
