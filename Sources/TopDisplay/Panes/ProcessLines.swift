import MCPSessions

// The words of the detail for a server that is a process.

/// What is started to have it; absent for a server that is reached by an address.
func commandLines(_ command: CommandReport?) -> [DetailLine] {
  guard let command else { return [] }
  let names = command.variables.map(\.text).joined(separator: ", ")
  return [
    DetailLine(
      "command: \(command.line)", command.folder.map { "in \($0)" },
      names.isEmpty ? nil : "variables: \(names)", role: .muted)
  ]
}

/// How long it runs and what it costs, with all that it started.
func processLines(_ session: SessionReport, _ model: ViewModel) -> [DetailLine] {
  guard let process = session.process else { return [] }
  let usage = process.usage
  return [
    DetailLine(
      "process \(process.id) for \(age(of: process.since, at: model.now, calm: true))",
      process.load.map { "cpu \(percent($0))" }, usage.map { "memory \(bytes($0.memory))" },
      usage.map { "\($0.threads) thread\($0.threads == 1 ? "" : "s")" },
      usage.flatMap { $0.processes > 1 ? "\($0.processes) processes" : nil })
  ]
}

/// What it wrote to standard error last, the newest first.
func lastWordLines(_ session: SessionReport) -> [DetailLine] {
  let words = session.lastWords.kept
  guard !words.isEmpty else { return [] }
  return [DetailLine("its last words, the newest first:", role: .title)]
    + words.reversed().map { DetailLine($0.text, role: .muted) }
}

/// `3%`, `140%`: of one processor.
func percent(_ load: Double) -> String {
  load >= 9.95 || load == 0
    ? "\(count(Int(saturating: load.rounded())))%" : "\((load * 10).rounded() / 10)%"
}

/// `31M`, `1.2G`: of memory.
func bytes(_ count: Int64) -> String {
  let units: [(size: Double, name: String)] = [(1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]
  for unit in units where Double(count) >= unit.size {
    let value = Double(count) / unit.size
    let tenths = (value * 10).rounded() / 10
    return value < 9.95 ? "\(tenths)\(unit.name)" : "\(Int(saturating: value.rounded()))\(unit.name)"
  }
  return "\(count)"
}
