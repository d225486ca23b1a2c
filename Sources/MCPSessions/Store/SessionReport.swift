/// What a server says of itself in its InitializeResult.
package struct ServerIdentity: Hashable, Sendable {
  package let name: ForeignText
  package let version: ForeignText

  /// Of a server that has not said who it is.
  static let unknown = ServerIdentity(name: ForeignText(local: ""), version: ForeignText(local: ""))

  package init(name: ForeignText, version: ForeignText) {
    self.name = name
    self.version = version
  }
}

/// How long answers to probes took, in milliseconds, 0.05 to 100 000, over the latest few thousand of a
/// session.
public struct LatencySummary: Hashable, Sendable {
  /// The last answer.
  package let last: Double
  /// Half of the answers were at least as quick; within 5 %.
  public let p50: Double
  /// 95 of 100 were.
  public let p95: Double
  /// 99 of 100 were.
  package let p99: Double

  package init(last: Double, p50: Double, p95: Double, p99: Double) {
    self.last = last
    self.p50 = p50
    self.p95 = p95
    self.p99 = p99
  }
}

/// An operator's wish to leave a session alone.
package struct Hold: Hashable, Sendable {
  /// Who, and from where.
  package let by: Sentence
  package let since: Moment
  /// What the session was last known to be; nothing is asked of the server, so it may be otherwise.
  package var state: SessionState

  package init(by: Sentence, since: Moment, state: SessionState) {
    self.by = by
    self.since = since
    self.state = state
  }
}

/// Answers that come, but take far longer than they should.
package struct SlowAnswers: Hashable, Sendable {
  /// The last one, in milliseconds.
  package let last: Double
  /// The median of those before, in milliseconds; nil when there were too few.
  package let usual: Double?

  package init(last: Double, usual: Double?) {
    self.last = last
    self.usual = usual
  }

  /// `ping 6.0 s, usual 40 ms`.
  package var words: Sentence {
    let usual = usual.flatMap { $0 * 2 < last ? $0 : nil }
    return usual.map { "ping \(Self.span(last)), usual \(Self.span($0))" } ?? "ping \(Self.span(last))"
  }

  private static func span(_ milliseconds: Double) -> Sentence {
    guard milliseconds >= 1_000 else { return "\(Int(saturating: max(0, milliseconds).rounded())) ms" }
    let tenths = Int(saturating: min(1e9, milliseconds / 100).rounded())
    return "\(tenths / 10).\(tenths % 10) s"
  }
}

/// What is counted of a session since the engine began.
package struct SessionCounts: Hashable, Sendable {
  /// Errors by type; a type that never came has no entry.
  package var errors: [ErrorType: Int] = [:]
  /// How often it was lost and came back.
  package var recoveries = 0
  /// How often an open stream ended without our doing.
  package var streamCuts = 0
  /// Probes that were sent (`ping` or `tools/list`).
  package var probes = 0
  /// Probes without an answer in time.
  package var missed = 0
  /// Events on its streams that were no messages.
  package var oddities = 0

  package init() {}
}

/// Everything that is known about one session at an instant.
public struct SessionReport: Hashable, Sendable {
  /// Which session: its server and its user.
  public internal(set) var key: SessionKey
  /// Its condition. The article States says more.
  public var state: SessionState
  /// When the state was entered; of an outage, when it began, whatever it was called since.
  public var since: Moment
  /// What kind of conversation it is; nil before the first handshake.
  public var kind: SessionKind?
  /// The negotiated revision of MCP, `2025-11-25`; nil before the first handshake.
  public var protocolVersion: String?
  /// The session's id as it may be shown: its first characters and three dots; nil when there is none.
  public var session: String?
  package var identity: ServerIdentity?
  /// When the handshake of the current session was done.
  public var created: Moment?
  /// The last exchange that succeeded.
  public var lastGood: Moment?
  /// The last sign of life of any kind: an answer, whatever it said.
  package var lastReachable: Moment?
  /// The last answer that showed the server still knows the session.
  package var lastValid: Moment?
  /// The stream on which the server may speak by itself.
  package var stream: StreamState
  /// When the stream was opened, if it is open.
  package var streamSince: Moment?
  package var counts = SessionCounts()
  package var nextProbe: Instant?
  /// Since when it is not probed because the way to its server is closed, as others found out; nil while it
  /// is. What is known of it was so then.
  package var unverifiedSince: Moment?
  /// The way that it waits for: not asked, or not tried, until it opens.
  package var closedWay: ClosedWay?
  /// An attempt of it is on its way to the server, not only waiting for its turn.
  package var isAttempting = false
  /// How long its answers take; nil before the first one.
  public var latency: LatencySummary?
  /// Its errors by type, since the engine began; a type that never came has no entry.
  public var errors: [ErrorType: Int] {
    get { counts.errors }
    set { counts.errors = newValue }
  }
  /// How often it was lost and came back, since the engine began.
  public var recoveries: Int {
    get { counts.recoveries }
    set { counts.recoveries = newValue }
  }
  /// Why the session is not simply ready; nil when it is.
  public var cause: SessionError?
  /// Attempts since the loss; 0 while there is none.
  package var attempt: Int
  package var nextAttempt: Instant?
  /// How slow it answers, when that is what is wrong with it.
  package var slow: SlowAnswers?
  /// Who holds it, while it is `paused`.
  package var hold: Hold?
  /// Tools in the last list that was good; nil before there was one.
  public var tools: Int?
  /// The server says that it has tools, and has not been asked for them.
  package var awaitsList = false
  /// There are more than that: the list has more pages than are followed.
  package var hasMoreTools = false
  /// A fingerprint over the definitions of all tools, of hexadecimal digits; it changes when any of them
  /// does.
  package var toolsFingerprint: String?
  /// Why there is no stream, or why the last one ended.
  package var streamFailure: SessionError?
  /// How we are known to the server, where tokens are involved.
  package var authorization: AuthorizationReport?
  /// The next step of a person that helps.
  package var advice: Sentence?
  /// What there is to know beside the cause, and is no step of anybody's.
  package var remark: Sentence?
  /// The process that it is, while one lives.
  package var process: ProcessReport?
  /// What a process wrote to standard error last, also after its end.
  package var lastWords = LastWords()

  /// What the server calls itself in its answer to `initialize`, printable and at most 200 characters; nil
  /// before it said so.
  public var serverName: String? { identity?.name.text }
  /// The version that it says it is, under the same terms.
  public var serverVersion: String? { identity?.version.text }
  /// What a person can do about `cause`, in one line; nil when nothing needs doing, or nobody knows what.
  public var nextStep: String? { advice?.text }

  package init(key: SessionKey, state: SessionState, since: Moment) {
    self.key = key
    self.state = state
    self.since = since
    stream = .off
    attempt = 0
  }
}

/// What there is to say of a server beside its sessions.
package struct ServerReport: Hashable, Sendable {
  /// The name as the configuration has it: programs and sessions know the server by it, so it is never cut.
  package var name: String { id.text }
  package internal(set) var id: ExactText
  package let transport: Transport
  /// The URL without user information and query values; absent for processes.
  package let url: String?
  /// Users whose sessions are kept, in order.
  package let users: [String]
  /// Why it is not monitored, or what is wrong with its entry.
  package let note: Sentence?
  package let settings: SessionSettings
  /// What is started to have it; absent for servers that are reached by an address.
  package let command: CommandReport?
  /// What people are told of it while it is well.
  package var summary: Sentence?

  package init(
    name: String, transport: Transport, url: String?, users: [String], note: Sentence?,
    settings: SessionSettings, command: CommandReport? = nil
  ) {
    id = ExactText(name)
    self.transport = transport
    self.url = url
    self.users = users
    self.note = note
    self.settings = settings
    self.command = command
  }
}

/// What is started to have a server, as people may see it.
package struct CommandReport: Hashable, Sendable {
  /// The command with its arguments; secrets are masked.
  package let line: Sentence
  /// Where it starts; absent means where this program was started.
  package let folder: Sentence?
  /// The names of the variables that its entry sets.
  package let variables: [Sentence]
  /// What it may fetch from the net before it runs it; absent for what is there already.
  package let download: Sentence?

  package init(line: Sentence, folder: Sentence?, variables: [Sentence], download: Sentence? = nil) {
    self.line = line
    self.folder = folder
    self.variables = variables
    self.download = download
  }
}

extension ServerReport {
  init(_ server: Server) {
    let note: Sentence? =
      switch server.availability {
      case .automatic, .onDemand: server.note.map { Sentence(ForeignText(local: $0)) }
      case .switchedOff(let why): "\(ForeignText(local: why)); r connects"
      case .unmonitored(let why), .broken(let why): Sentence(ForeignText(local: why))
      }
    self.init(
      name: server.name, transport: server.transport,
      url: server.endpoint?.display, users: server.watched.map(\.key.user), note: note,
      settings: server.settings, command: CommandReport(server))
    summary = server.summary.map { Sentence(ForeignText(local: $0)) }
  }
}

extension Server {
  /// Words that may repeat its command, as people may see them.
  package func masking(_ words: String, limit: Int) -> String {
    Gate(commandOf: self).text(whole: words, limit: limit).text
  }
}

extension Gate {
  fileprivate init(commandOf server: Server) {
    var redactor = Redactor()
    redactor.learn(server)
    // However short it is: in its own command a word that may be a secret is never needed.
    for secret in server.process?.secrets ?? [] { redactor.learn(secret, shortest: 1) }
    self.init(own: redactor, known: KnownSecrets())
  }
}

extension CommandReport {
  private static let limit = 400

  /// Absent for a server that is no process.
  package init?(_ server: Server) {
    guard let process = server.process else { return nil }
    let gate = Gate(commandOf: server)
    var mask = CommandMask()
    let words = mask.shown([process.program] + process.arguments.map(\.revealed))
    let shown = words.map { quoted(gate.text(whole: $0, limit: Self.limit).text) }
    line = Sentence(ForeignText(local: shown.joined(separator: " "), limit: Self.limit))
    folder = process.folder.map { Sentence(gate.text(whole: $0, limit: Self.limit)) }
    variables = process.variables.map { Sentence(gate.text(whole: $0, limit: 80)) }
    let masked = ServerProcess(
      program: words.first ?? "", arguments: words.dropFirst().map { Secret($0) })
    download = masked.download.map {
      "\(gate.text(whole: $0.what, limit: 80)) (\(ForeignText(local: $0.runner)))"
    }
  }
}
