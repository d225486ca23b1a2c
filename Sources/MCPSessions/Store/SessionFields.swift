/// A datum of a session under the name by which filters, sorting and completion know it.
///
/// One table for all of them, so that none can know a field that another lacks.
package struct SessionField: Sendable {
  /// As it is typed: `server`, `err`.
  package let name: String
  /// The heading of its column, empty when it has none.
  package let title: String
  /// What a person reads in the help.
  package let meaning: String
  /// The texts in which `name:word` is looked for.
  package let texts: (@Sendable (SessionReport) -> [String])?
  /// What `name>1` compares: counts, or seconds. Nil when it is not known of this session.
  package let number: (@Sendable (SessionReport, Instant) -> Double?)?
  /// The words it can hold, where there are only so many.
  package let values: [String]

  private init(
    _ name: String, _ title: String = "", _ meaning: String, values: [String] = [],
    texts: @escaping @Sendable (SessionReport) -> [String]
  ) {
    (self.name, self.title, self.meaning, self.values) = (name, title, meaning, values)
    self.texts = texts
    number = nil
  }

  private init(
    _ name: String, _ title: String = "", _ meaning: String,
    number: @escaping @Sendable (SessionReport, Instant) -> Double?
  ) {
    (self.name, self.title, self.meaning, values) = (name, title, meaning, [])
    texts = nil
    self.number = number
  }

  /// Every field, texts first.
  package static let all: [SessionField] = [
    SessionField("server", "SERVER", "the name in the configuration") { [$0.key.server] },
    SessionField("user", "USER", "whose session it is; app when all share it") { [$0.key.user] },
    SessionField("state", "STATE", "how it is; unverified: ready? and its like", values: stateWords) {
      $0.stateTexts
    },
    SessionField("paused", "", "left alone by an operator", values: ["yes", "no"]) {
      [$0.state == .paused ? "yes" : "no"]
    },
    SessionField("verified", "", "asked of late; not while the way is closed", values: ["yes", "no"]) {
      [$0.isUnverified ? "no" : "yes"]
    },
    SessionField("error", "", "types of error it ever had", values: ErrorType.allCases.map(\.rawValue)) {
      $0.errors.keys.map(\.rawValue)
    },
    SessionField("why", "WHY", "why it is not well, and what comes next") {
      let held = $0.hold.map { "paused by \($0.by.text)" }
      return [$0.reason?.summary ?? $0.slow?.words.text ?? $0.remark?.text ?? held ?? ""]
    },
    SessionField("kind", "KIND", "with an id, or without", values: SessionKind.allCases.map(\.rawValue)) {
      [$0.kind?.rawValue ?? ""]
    },
    SessionField("protocol", "PROTOCOL", "the revision spoken") { [$0.protocolVersion ?? ""] },
    SessionField("id", "ID", "the session id, masked") { [$0.session ?? ""] },
    SessionField("for", "FOR", "time in this state, of an outage since its beginning") {
      ($1 - $0.onset.instant).inSeconds
    },
    SessionField("age", "AGE", "time since the handshake") { session, now in
      session.created.map { (now - $0.instant).inSeconds }
    },
    SessionField("good", "GOOD", "time since the last good answer") { session, now in
      session.lastGood.map { (now - $0.instant).inSeconds } ?? .infinity
    },
    SessionField("p95", "P95", "of 20 answers 19 were quicker") { session, _ in
      session.latency.map { $0.p95 / 1_000 }
    },
    SessionField("err", "ERR", "errors since the start") { session, _ in Double(session.errorCount) },
    SessionField("rec", "REC", "times it came back") { session, _ in Double(session.recoveries) },
    SessionField("cpu", "CPU", "percent of a processor that its process uses, with all it started") {
      session, _ in
      session.process?.load
    },
    SessionField("mem", "MEM", "megabytes of memory of its process, with all it started") { session, _ in
      session.process?.usage.map { Double($0.memory) / 1_000_000 }
    },
    SessionField("missed", "", "probes without an answer") { session, _ in Double(session.counts.missed) },
  ]

  private static let stateWords =
    SessionState.allCases.map(\.rawValue) + [SessionReport.unverifiedWord]

  /// Other spellings of names.
  private static let aliases = ["proto": "protocol", "session": "id", "idle": "good"]
  private static let byName = Dictionary(
    all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

  /// The field of a name, in lower case; nil when there is none.
  package static func named(_ name: String) -> SessionField? { byName[aliases[name] ?? name] }
}

extension SessionReport {
  /// The words by which `state:` finds it. One that cannot be asked is not found by `state:ready`, so that
  /// `!state:ready` means all that is not known to be ready.
  package var stateTexts: [String] {
    guard isUnverified else { return [state.rawValue] }
    return (state == .ready ? [] : [state.rawValue]) + [Self.unverifiedWord]
  }

  /// Errors of all types since the start.
  package var errorCount: Int { errors.values.reduce(0, +) }
}

extension SessionReport {
  /// Whether the server holds something for us that would have to be ended.
  package var isOpen: Bool { state.isLive || hold?.state.isLive == true }
}
