/// All that a look at one server has found so far.
public struct ProbeReport: Sendable {
  public let server: ForeignText
  public let user: String
  public let transport: Transport
  /// Without what must not be shown; absent for a process.
  public let url: String?
  public let began: Moment

  public internal(set) var steps: [ProbeStep] = []
  /// What is tried at present.
  public internal(set) var current: ProbeStep.Name?
  /// Whether all was tried that was to be; false until then, and for ever when it was broken off.
  public internal(set) var isComplete = false
  /// Why it was broken off.
  public internal(set) var interruption: Sentence?

  public internal(set) var address: ForeignText?
  public internal(set) var certificate: Certificate?
  public internal(set) var kind: SessionKind?
  public internal(set) var revision: String?
  /// The first characters of the id.
  public internal(set) var session: String?
  public internal(set) var identity: ServerIdentity?
  public internal(set) var tools: Int?
  /// The answer of the tool that was called, part by part.
  public internal(set) var content: [ForeignText] = []
  /// What authorization is about: who gives tokens, and what is asked for.
  public internal(set) var issuers: [ForeignText] = []
  public internal(set) var scopes: ForeignText?
  /// Sessions that the server holds for us, or held: each that was opened is ended or left behind.
  public internal(set) var opened = 0
  public internal(set) var ended = 0
  public internal(set) var leftBehind = 0

  /// A certificate in words that may be shown.
  public struct Certificate: Hashable, Sendable {
    public let subject: ForeignText
    public let issuer: ForeignText
    public let ends: WallTime?
  }

  /// Whether a step failed, or not all was tried.
  public var isWell: Bool { isComplete && steps.allSatisfy { $0.verdict != .failed } }

  func step(_ name: ProbeStep.Name) -> ProbeStep? { steps.last { $0.name == name } }
}
