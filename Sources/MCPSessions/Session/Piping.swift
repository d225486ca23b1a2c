import MCPWire

// A server that is a process: started, spoken with a line each way, ended (specification 2025-11-25,
// "stdio"). There is no session id: the process is the session.

/// The process of a session, from the order to start it until its end is told or was ordered.
struct Pipe: Hashable, Sendable {
  let id: TransferID
  /// Absent before it runs.
  var process: ProcessReport?
  /// A line that was no JSON-RPC: what it wrote instead, if it wrote none.
  var strangeLine: ForeignText?
  /// Whether it ever sent a message.
  var hasSpoken = false
  /// What was told of it; each thing once.
  var told: Set<Notice> = []
  var allowance = WordAllowance()
  /// How many lines of standard error it wrote since it started, or since it last was quiet for a while.
  var lines = 0
  var lastLine = Instant.zero

  enum Notice: Hashable, Sendable {
    case strangeLine, malformed, tooLong, heldBack
  }
}

/// How a process was found to speak.
enum PipeEra: Hashable, Sendable {
  /// Not known: `server/discover` is asked first, and silence or an error means `initialize`.
  case unknown
  /// With `initialize`.
  case initialize
}

extension Session {
  /// How long a process that was only just started may be silent before it is spoken to in the older way. It
  /// may read both questions late: the answer to the second one is what counts then.
  static let discoveryLimit = Duration.seconds(3)
  /// How long a start may take, a download by its command not counted.
  private static let startLimit = Duration.seconds(15)

  // MARK: - Starting

  mutating func launch(_ turn: inout Turn) {
    guard let command = server.process else { return }
    state = .launching(due: turn.now.instant + Self.startLimit)
    // The one before may hold a lock or a port until it has ended.
    guard partings.isEmpty else { return }
    let id = turn.newTransferID()
    pipe = Pipe(id: id)
    turn.actions.append(
      .launch(
        ProcessRequest(
          id: id, session: key, program: command.program, arguments: command.arguments,
          environment: command.environment, folder: command.folder)))
  }

  mutating func launchIsOverdue(_ turn: inout Turn) {
    lose(
      SessionError(.sessionTimeout, detail: "the process could not be started in time"), approach: anew, &turn
    )
  }

  /// What happened to a process of ours.
  mutating func processSpoke(_ id: TransferID, _ event: ProcessEvent, _ turn: inout Turn) {
    if partings[id] != nil { return parted(id, event, &turn) }
    guard var pipe, pipe.id == id else { return }
    switch event {
    case .started(let number):
      pipe.process = ProcessReport(id: number, since: turn.now)
      self.pipe = pipe
      history.lastReachable = turn.now
      begin(&turn)
    case .message(let message):
      pipe.hasSpoken = true
      self.pipe = pipe
      history.lastReachable = turn.now
      heard(message, &turn)
    case .measured(let usage):
      pipe.process?.take(usage, at: turn.now)
      self.pipe = pipe
    case .said(let line):
      said(line, pipe, &turn)
    case .malformed, .noise, .tooLong, .heldBack:
      wroteStrangely(event, pipe, &turn)
    case .notReading(let bytes):
      endPipe(
        SessionError(.notReading, detail: "it does not read its input: \(bytes) bytes wait"), &turn)
    case .closedOutput:
      endPipe(SessionError(.notSpeaking, detail: "it closed its standard output and lives on"), &turn)
    case .ended(let ending):
      processEnded(pipe, ending, &turn)
    }
  }

  /// It runs: asks in which era it speaks, unless that is known.
  private mutating func begin(_ turn: inout Turn) {
    guard case .launching = state else { return }
    switch server.settings.wire {
    case .sessionless: discover(&turn)
    case .session, .sse: initialize(.newestWithSessions, &turn)
    case .automatic: pipeEra == .unknown ? discover(&turn) : initialize(.newestWithSessions, &turn)
    }
  }

  /// Whether the answer to `server/discover`, or that there was none, means that a process speaks in the
  /// older way; it is spoken to so, then. Not where that was answered with the newer way already.
  mutating func fallsBackToInitialize(_ outcome: Exchange.Outcome, _ turn: inout Turn) -> Bool {
    guard pipe != nil, server.settings.wire == .automatic, mayFallBack else { return false }
    var revision = Revision.newestWithSessions
    if case .result(let result, _) = outcome, let named = result.supportedVersions, result.hasCapabilities {
      // Some answer the question and name only revisions that have a handshake.
      let older = Revision.allCases.last { $0.hasHandshake && named.contains($0.rawValue) }
      guard !named.contains(Revision.v2026_07_28.rawValue), let older else { return false }
      revision = older
    }
    pipeEra = .initialize
    speaksModern = false
    initialize(revision, &turn)
    return true
  }

  /// A process that was too slow for `server/discover` refuses `initialize` as only newer ones do.
  mutating func turnsOutModern(_ error: RPCError, _ turn: inout Turn) -> Bool {
    guard pipe != nil, server.settings.wire == .automatic, !speaksModern, mayFallBack else { return false }
    trouble.hasFallenBack = true
    speaksModern = true
    discover(&turn)
    return true
  }

  // MARK: - Its words

  private mutating func heard(_ message: Message, _ turn: inout Turn) {
    switch message.content {
    case .result, .failure:
      guard let awaited else { return }
      transfer(awaited.transfer, .item(.message(message)), &turn)
    case .request, .notification:
      serverSpoke(message, &turn)
    }
  }

  private mutating func said(_ line: CutText, _ pipe: Pipe, _ turn: inout Turn) {
    var pipe = pipe
    let text = gate(turn).text(line)
    history.lastWords.append(text)
    pipe.noteLine(at: turn.now.instant)
    if pipe.allowance.take(at: turn.now.instant) {
      let dropped = pipe.allowance.takeDropped()
      if dropped > 0 {
        turn.emit(.serverMessage, .info, self, "\(dropped) lines more than can be told in so short a time")
      }
      turn.emit(.serverMessage, level(ofLine: text.text), self, Sentence(text))
    }
    self.pipe = pipe
  }

  /// What is written to standard output and is no message; told once, and no reason to end it.
  private mutating func wroteStrangely(_ event: ProcessEvent, _ pipe: Pipe, _ turn: inout Turn) {
    var pipe = pipe
    switch event {
    case .noise(let line):
      history.strangeLines += 1
      let text = gate(turn).text(line)
      pipe.strangeLine = pipe.strangeLine ?? text
      if pipe.told.insert(.strangeLine).inserted {
        turn.emit(
          .serverMessage, .warning, self,
          "It writes to standard output what is no JSON-RPC; further lines are only counted: \(text)")
      }
    case .malformed(let error):
      history.strangeLines += 1
      if pipe.told.insert(.malformed).inserted {
        tell(SessionError(.protocolError, detail: "\(error)"), &turn)
      }
    case .tooLong:
      if pipe.told.insert(.tooLong).inserted {
        tell(SessionError(.responseTooLarge, detail: "a line of its standard output is too long"), &turn)
      }
    case .heldBack:
      noteHeldBack(&turn)
      if pipe.told.insert(.heldBack).inserted {
        turn.emit(
          .serverMessage, .warning, self,
          "It writes faster than it is read; it waits, and nobody else does")
      }
    default: break
    }
    self.pipe = pipe
  }

  // MARK: - Its end

  private mutating func processEnded(_ pipe: Pipe, _ ending: ProcessEnding, _ turn: inout Turn) {
    self.pipe = nil
    if case .discovering = state, case .exited = ending, server.settings.wire == .automatic, mayFallBack {
      // Some know only `initialize`, and take anything else for the end of the conversation.
      (pipeEra, speaksModern) = (.initialize, false)
      return queue(.launch, &turn)
    }
    let words = lastReason(pipe, at: turn.now.instant)
    processLost(Self.error(ending, hasShakenHands: identity != nil, words: words), &turn)
  }

  /// It lives and is of no use: it is ended, and another one started.
  private mutating func endPipe(_ error: SessionError, _ turn: inout Turn) {
    dropPipe(&turn)
    processLost(error, &turn)
  }

  private mutating func processLost(_ error: SessionError, _ turn: inout Turn) {
    switch state {
    case .live(let live):
      sessionLost(error, established: live.identity.established, &turn)
    case .unmonitored, .broken, .idle, .waiting, .closing, .closed:
      break
    case .queued, .launching, .initializing, .discovering, .attaching, .confirming, .resuming:
      var error = error
      if let lastGood = history.lastGood, [.commandNotFound, .notExecutable].contains(error.type) {
        error = error.adding("worked until \(Self.clock(lastGood))")
      }
      lose(error, approach: anew, remedy: processRemedy(error), &turn)
    }
  }

  private func processRemedy(_ error: SessionError) -> Remedy? {
    switch error.type {
    // What was there before is being replaced, more often than not, and is back in a moment.
    case .commandNotFound, .notExecutable, .configError: history.lastGood == nil ? .person : .backoff
    case .resourceError: .longBackoff
    default: .backoff
    }
  }

  /// Orders the end of the process; its last word is waited for.
  mutating func dropPipe(_ turn: inout Turn) {
    guard let pipe else { return }
    self.pipe = nil
    partings[pipe.id] = pipe
    turn.actions.append(.endProcess(pipe.id))
  }

  private mutating func parted(_ id: TransferID, _ event: ProcessEvent, _ turn: inout Turn) {
    switch event {
    case .said(let line):
      // What it says as it ends is kept for who looks, and is no news.
      history.lastWords.append(gate(turn).text(line))
    case .started(let process):
      partings[id]?.process = ProcessReport(id: process, since: turn.now)
    case .ended(let ending):
      let pipe = partings.removeValue(forKey: id)
      if let process = pipe?.process {
        turn.emit(.sessionTerminated, .info, self, EventText.processEnded(process.id, ending))
      }
      if case .launching = state, self.pipe == nil, partings.isEmpty { launch(&turn) }
      if case .closing = state, farewells.isEmpty, putOff.isEmpty, partings.isEmpty { state = .closed }
    default: break
    }
  }
}
