/// The three questions that bring people here, and what this look at the server answers.
package struct Troubleshooting: Hashable, Sendable {
  /// Raw values are the words of exports.
  package enum Question: String, CaseIterable, Sendable {
    case sessionNotCreated = "session_not_created"
    case frequentTerminations = "frequent_terminations"
    case recoveryFails = "recovery_fails"
  }

  package let question: Question
  /// Whether something was found that explains it; absent when this look cannot tell.
  package let isFound: Bool?
  package let answer: Sentence
}

extension Troubleshooting.Question {
  /// For people.
  package var words: String {
    switch self {
    case .sessionNotCreated: "no session is created"
    case .frequentTerminations: "sessions end often"
    case .recoveryFails: "recovery fails"
    }
  }
}

extension ProbeReport {
  /// Answers in the order of the questions; empty before there is anything to tell.
  package var troubleshooting: [Troubleshooting] {
    guard current == nil, !steps.isEmpty else { return [] }
    return [
      Troubleshooting(question: .sessionNotCreated, creation),
      Troubleshooting(question: .frequentTerminations, terminations),
      Troubleshooting(question: .recoveryFails, recovery),
    ]
  }

  private typealias Answer = (isFound: Bool?, answer: Sentence)

  private var creation: Answer {
    if let failed = steps.first(where: { $0.verdict == .failed && $0.name.isBeforeSession }) {
      return (true, "it ends at the step \(failed.name): \(failed.remedy ?? failed.finding)")
    }
    guard let step = step(.session) else { return (nil, "the handshake was not reached") }
    if step.verdict == .failed { return (true, step.remedy ?? step.finding) }
    switch kind {
    case .stateful: return (false, "a session is created: \(step.finding)")
    case .stateless:
      return (
        true,
        "the server keeps no sessions (stateless), which is allowed; if it should, look for a setting of the"
          + " server, and for a proxy that drops the header Mcp-Session-Id"
      )
    case .sessionless: return (true, "the server speaks revision 2026-07-28 alone, which has no sessions")
    case .sse: return (false, "the server holds the session for as long as its stream is open (HTTP+SSE)")
    case .process: return (false, "the process is the session")
    case nil: return (nil, "not seen")
    }
  }

  private var terminations: Answer {
    if let step = step(.freshConnections), step.verdict == .failed {
      return (true, step.remedy ?? step.finding)
    }
    for name in [ProbeStep.Name.initialized, .ping] {
      if let step = step(name), step.verdict == .failed { return (true, step.remedy ?? step.finding) }
    }
    if kind == .sse, let step = step(.session) {
      return (nil, "\(step.finding): whatever cuts long connections ends the session")
    }
    if let step = step(.stream), step.verdict == .note, step.error == nil, let remedy = step.remedy {
      return (nil, remedy)
    }
    guard kind == .stateful else { return (nil, "there is no session that a server could end") }
    guard step(.freshConnections) != nil else { return (nil, "not tried") }
    return (
      false,
      "every new connection reached the session; how long the server keeps an idle one is seen by watching it"
        + " (pingInterval: 0)"
    )
  }

  private var recovery: Answer {
    if let step = step(.recovery), step.verdict == .failed { return (true, step.remedy ?? step.finding) }
    if let step = step(.unknownID), step.verdict != .ok { return (true, step.remedy ?? step.finding) }
    guard let step = step(.recovery) else {
      return (nil, kind == .stateful ? "not tried" : "there is no session to recover")
    }
    return (false, "an unknown id is refused with 404, and after that there is \(step.finding)")
  }
}

extension Troubleshooting {
  fileprivate init(question: Question, _ answer: (isFound: Bool?, answer: Sentence)) {
    self.init(question: question, isFound: answer.isFound, answer: answer.answer)
  }
}

extension ProbeStep.Name {
  fileprivate var isBeforeSession: Bool {
    switch self {
    case .command, .start, .firstWords, .name, .tcp, .tls, .http, .authorization, .era, .initialize: true
    default: false
    }
  }
}
