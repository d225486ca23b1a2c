/// All that a look at one server has found so far.
package struct ProbeReport: Sendable {
  package let server: ForeignText
  package let user: String
  package let transport: Transport
  /// Without what must not be shown; absent for a process.
  package let url: String?
  package let began: Moment

  package internal(set) var steps: [ProbeStep] = []
  /// What is tried at present.
  package internal(set) var current: ProbeStep.Name?
  /// Whether all was tried that was to be; false until then, and for ever when it was broken off.
  package internal(set) var isComplete = false
  /// Why it was broken off.
  package internal(set) var interruption: Sentence?

  package internal(set) var address: ForeignText?
  package internal(set) var certificate: Certificate?
  package internal(set) var kind: SessionKind?
  package internal(set) var revision: String?
  /// The first characters of the id.
  package internal(set) var session: String?
  package internal(set) var identity: ServerIdentity?
  package internal(set) var tools: Int?
  /// The answer of the tool that was called, part by part.
  package internal(set) var content: [ForeignText] = []
  /// What authorization is about: who gives tokens, and what is asked for.
  package internal(set) var issuers: [ForeignText] = []
  package internal(set) var scopes: ForeignText?
  /// Sessions that the server holds for us, or held: each that was opened is ended or left behind.
  package internal(set) var opened = 0
  package internal(set) var ended = 0
  package internal(set) var leftBehind = 0

  /// A certificate in words that may be shown.
  package struct Certificate: Hashable, Sendable {
    package let subject: ForeignText
    package let issuer: ForeignText
    package let ends: WallTime?
  }

  /// Whether a step failed, or not all was tried.
  package var isWell: Bool { isComplete && steps.allSatisfy { $0.verdict != .failed } }

  func step(_ name: ProbeStep.Name) -> ProbeStep? { steps.last { $0.name == name } }
}
