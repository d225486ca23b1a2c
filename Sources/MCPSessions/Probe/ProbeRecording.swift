// How steps are written down, and what may be said in them.

extension ServerProbe {
  var gate: Gate { Gate(own: redactor, known: known, session: key) }

  mutating func begin(_ step: ProbeStep.Name) {
    report.current = step
    stepBegan = now.instant
  }

  mutating func record(
    _ name: ProbeStep.Name, _ verdict: ProbeStep.Verdict, _ finding: Sentence, took: Duration? = nil,
    error: SessionError? = nil, remedy: Sentence? = nil
  ) {
    report.steps.append(
      ProbeStep(name: name, verdict: verdict, finding: finding, took: took, error: error, remedy: remedy))
    if report.current == name { report.current = nil }
  }

  mutating func fail(
    _ name: ProbeStep.Name, _ error: SessionError, took: Duration? = nil, remedy: Sentence? = nil
  ) {
    record(name, .failed, "\(error)", took: took, error: error, remedy: remedy ?? Remedies.of(error, server))
  }

  /// What a server gives us to send back is in no text from then on.
  mutating func learn(_ head: ResponseHead) {
    for id in head.sessionIDs.prefix(8) { known.see(id, of: key) }
    for cookie in head.cookies.prefix(8) { redactor.learn(cookie) }
  }

  /// What is left cannot be done in time.
  mutating func giveUp() {
    if case .asking(let question) = state { orders.append(.cancel(question.exchange.transfer)) }
    report.leftBehind += open.count
    open = []
    state = .over
  }
}
