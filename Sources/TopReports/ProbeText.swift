package import MCPSessions

/// What a look at a server is about, as its first line.
package func probeHeading(_ report: ProbeReport) -> String {
  let user = report.user == SessionKey.sharedUser ? "" : " for \(report.user)"
  let place = report.url.map { " \(PrintableText.line($0, limit: 400))" } ?? ""
  return "\(report.server)\(user): \(report.transport.rawValue)\(place)"
}

/// One step as lines of at most `width` characters: its verdict, its name, how long it took, what was seen,
/// and below it what a person can do.
package func probeLines(_ step: ProbeStep, width: Int) -> [String] {
  let took = step.took.map { shortLatency($0.inMilliseconds1) } ?? ""
  let name = padded(step.name.words, to: 16)
  let time = String(repeating: " ", count: max(0, 7 - took.count)) + took
  let start = "  \(padded(step.verdict.label, to: 5))\(name)\(time)  "
  return wrapped(step.finding.text, start, width: width)
    + (step.remedy.map { wrapped($0.text, String(repeating: " ", count: 7) + "-> ", width: width) } ?? [])
}

/// What follows from all steps, as lines of at most `width` characters.
package func probeConclusion(_ report: ProbeReport, width: Int) -> [String] {
  var lines: [String] = []
  if let why = report.interruption { lines += ["", "broken off: \(why)"] }
  let answers = report.troubleshooting.filter { $0.isFound != nil || report.interruption == nil }
  if !answers.isEmpty { lines.append("") }
  for one in answers {
    let verdict = one.isFound.map { $0 ? "yes" : "no" } ?? "-"
    let start = "\(padded(one.question.words + "?", to: 23))\(padded(verdict, to: 4))"
    lines += wrapped(one.answer.text, start, width: width)
  }
  func count(_ verdict: ProbeStep.Verdict) -> Int { report.steps.count { $0.verdict == verdict } }
  let sessions =
    report.opened == 0
    ? "" : "; sessions: \(report.opened) opened, \(report.ended) ended, \(report.leftBehind) left behind"
  let verdict = report.isWell ? "well" : "not well"
  lines += [
    "", "\(verdict): \(count(.ok)) ok, \(count(.note)) to know, \(count(.failed)) failed\(sessions)",
  ]
  return lines
}

extension ProbeStep.Verdict {
  fileprivate var label: String {
    switch self {
    case .ok: "ok"
    case .note: "note"
    case .failed: "FAIL"
    case .skipped: "-"
    }
  }
}

extension Duration {
  /// Milliseconds with their fraction.
  var inMilliseconds1: Double {
    Double(components.seconds) * 1_000 + Double(components.attoseconds) / 1e15
  }
}

/// A text behind `start`, its further lines below its own beginning; a word that is longer than a line stays
/// whole.
private func wrapped(_ text: String, _ start: String, width: Int) -> [String] {
  var lines: [String] = []
  var line = start
  var isEmpty = true
  for word in text.split(separator: " ") {
    if !isEmpty, line.count + 1 + word.count > width {
      lines.append(line)
      line = String(repeating: " ", count: start.count)
      isEmpty = true
    }
    line += (isEmpty ? "" : " ") + word
    isEmpty = false
  }
  return lines + [trimmed(line)]
}
