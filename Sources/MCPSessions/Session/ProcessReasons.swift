import MCPWire

// What is made of a process's words, of its end, and of what it uses.

/// How many lines of a process become events: a burst, then so many a second. What is over it is counted.
struct WordAllowance: Hashable, Sendable {
  static let burst = 20.0
  static let perSecond = 5.0
  private var left = Self.burst
  private var filled = Instant.zero
  private(set) var dropped = 0

  mutating func take(at now: Instant) -> Bool {
    left = min(Self.burst, left + max(0, (now - filled).inSeconds) * Self.perSecond)
    filled = now
    guard left >= 1 else {
      dropped += 1
      return false
    }
    left -= 1
    return true
  }

  /// How many lines were dropped since the last call.
  mutating func takeDropped() -> Int {
    defer { dropped = 0 }
    return dropped
  }
}

extension Pipe {
  /// Lines that are further apart have little to do with each other.
  static let quiet = Duration.seconds(10)

  /// A line came; the first ones, before it spoke, belong together however slowly they come.
  mutating func noteLine(at now: Instant) {
    if hasSpoken, now - lastLine > Self.quiet { lines = 0 }
    lines = min(lines + 1, LastWords.limit)
    lastLine = now
  }
}

extension Session {
  /// The reason that a process gave, as far as its words tell: the last line that speaks of an error, else
  /// the last of all, else what it wrote in place of messages. What another process said is no reason, nor
  /// what one that worked said some time before.
  func lastReason(_ pipe: Pipe, at now: Instant) -> ForeignText? {
    let count = identity == nil || now - pipe.lastLine <= Pipe.quiet ? min(60, pipe.lines) : 0
    let lines = history.lastWords.kept.suffix(count).filter { !$0.isEmpty }
    let signs = [
      "error", "exception", "fatal", "panic", "cannot", "not found", "required", "in use", "denied",
    ]
    let telling = lines.last { line in
      let text = line.text.lowercased()
      // A line of a traceback is indented and names a place, not a reason.
      return line.text.first?.isWhitespace != true && signs.contains { text.contains($0) }
    }
    return telling ?? lines.last ?? (identity == nil ? pipe.strangeLine : nil)
  }

  /// What a handshake that was not answered says of a process: that it is none of its kind, if it never
  /// spoke.
  func silence(_ waited: Duration) -> TransferFailure? {
    guard let pipe else { return nil }
    guard !pipe.hasSpoken, identity == nil else {
      // Measured behind the question, so that is among what waits.
      if let process = pipe.process, let unread = process.usage?.unread, unread > 0,
        let awaited, let measured = process.measured, measured > awaited.sent
      {
        return TransferFailure(.notReading, words: "it does not read its input: \(unread) bytes wait")
      }
      return TransferFailure(.sessionTimeout, words: "no answer within \(waited.inMilliseconds) ms")
    }
    let line = pipe.strangeLine ?? lastReason(pipe, at: pipe.lastLine)
    let instead = line.map { "; it wrote instead: \($0)" } ?? ""
    return TransferFailure(.notSpeaking, words: "no JSON-RPC within \(waited.inMilliseconds) ms\(instead)")
  }

  static func error(_ ending: ProcessEnding, hasShakenHands: Bool, words: ForeignText?)
    -> SessionError
  {
    let when: Sentence = hasShakenHands ? "" : " before initialize was answered"
    /// Its own words come first: how it ended matters less than why.
    func told(_ type: ErrorType, _ how: Sentence) -> SessionError {
      SessionError(type, detail: words.map { "\($0) (\(how)\(when))" } ?? "\(how)\(when)")
    }
    switch ending {
    case .exited(let code): return told(.exited, "exit code \(code)")
    case .killed(signal: 9):
      return told(.killedBySystem, "SIGKILL that is not from here: out of memory, or somebody ended it")
    case .killed(let signal): return told(.exited, "ended by signal \(signal)")
    case .notFound(let path?):
      return SessionError(
        .commandNotFound, detail: "it is in no folder of PATH (\(ForeignText(local: path, limit: 160)))")
    case .notFound(nil):
      return SessionError(.commandNotFound, detail: "there is no such file")
    case .notExecutable(let why):
      return SessionError(.notExecutable, detail: "\(ForeignText(local: why))")
    case .badFolder(let why):
      return SessionError(
        .configError, detail: "its folder (cwd) cannot be entered: \(ForeignText(local: why))")
    case .notStarted(let why):
      return SessionError(.resourceError, detail: "it could not be started: \(ForeignText(local: why))")
    }
  }
}

extension Session {
  /// An error of this session: where no HTTP is spoken there is no status.
  func spoken(_ error: SessionError) -> SessionError { server.process == nil ? error : error.withoutStatus }

  /// What a person can do for a server that is a process; absent where waiting helps.
  var processAdvice: Sentence? {
    guard server.process != nil else { return nil }
    switch (publicState, cause?.type) {
    case (.idle, _): return "r starts: \(commandLine)"
    case (_, .commandNotFound): return "install the command, or set PATH or the whole path in its entry"
    case (_, .notExecutable): return "make the file executable, or name the program that runs it"
    case (_, .exited): return "read its last words; start its command by hand to see more"
    case (_, .notSpeaking): return "its command must speak MCP on standard output, and log to standard error"
    case (_, .notReading): return "the server hangs: reconnect, or report it to its maker"
    case (_, .killedBySystem): return "look for the out-of-memory killer in the system's log"
    case (.unstable, _): return "it dies again and again: read its last words"
    case (.failed, .configError): return "correct the entry in the configuration"
    case (.failed, .protocolError): return "update the server: this client cannot speak its protocol version"
    default: return nil
    }
  }
}

extension ProcessReport {
  /// Takes in a newer measurement.
  mutating func take(_ new: ServerUsage, at now: Moment) {
    if let old = usage, let measured {
      let passed = (now.instant - measured).inSeconds
      // A child of the tree may have ended with its time.
      if passed > 0 { load = max(0, (new.processorTime - old.processorTime).inSeconds / passed * 100) }
    }
    usage = new
    measured = now.instant
  }
}

/// The level that a line of a log seems to have.
func level(ofLine line: String) -> EventLevel {
  let start = line.prefix(80).lowercased()
  // `mcp.McpError: no such tool`, as exceptions are told.
  let exception = start.prefix { $0 != ":" }
  if exception.count < start.count, !exception.contains(where: \.isWhitespace),
    exception.hasSuffix("error") || exception.hasSuffix("exception")
  {
    return .error
  }
  let words = start.split { !$0.isLetter }
  if words.contains(where: { ["error", "fatal", "critical", "panic", "traceback", "exception"].contains($0) })
  {
    return .error
  }
  if words.contains(where: { ["warn", "warning", "deprecated", "deprecationwarning"].contains($0) }) {
    return .warning
  }
  return words.contains(where: { ["debug", "trace"].contains($0) }) ? .debug : .info
}
