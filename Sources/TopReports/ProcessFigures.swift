import MCPWire
import MCPSessions

// What servers that are processes cost, for machines.

extension JSONWriter {
  /// The process of a session, and the latest of what it wrote to standard error, oldest first.
  mutating func process(_ session: SessionReport, at now: Moment) {
    if let process = session.process {
      object("process") {
        $0.member("id", Int(process.id))
        $0.member("age_ms", max(0, (now.instant - process.since.instant).inMilliseconds))
        if let load = process.load { $0.member("cpu_percent", load, places: 1) }
        if let usage = process.usage {
          $0.member("cpu_ms", usage.processorTime.inMilliseconds)
          $0.member("memory_bytes", usage.memory)
          $0.member("threads", usage.threads)
          $0.member("processes", usage.processes)
        }
      }
    }
    let words = session.lastWords.kept.suffix(20)
    if !words.isEmpty { array("last_words") { for line in words { $0.element(line.text) } } }
  }

  /// What is started to have a server.
  mutating func command(_ command: CommandReport?) {
    guard let command else { return }
    object("command") {
      $0.member("line", command.line.text)
      $0.member("folder", command.folder?.text)
      $0.array("variables") { for name in command.variables { $0.element(name.text) } }
      $0.member("download", command.download?.text)
    }
  }
}

/// What is started to have a server, as it was told.
func command(_ value: JSONValue?) -> CommandReport? {
  guard let value, let line = value["line"]?.text else { return nil }
  return CommandReport(
    line: Sentence(ForeignText(recorded: line, limit: 400)), folder: sentence(value["folder"]),
    variables: (value["variables"]?.list ?? []).prefix(100).compactMap { sentence($0) },
    download: sentence(value["download"]))
}

func process(_ value: JSONValue?, _ time: Moment) -> ProcessReport? {
  guard let value, let id = code(value["id"], 1...Int(Int32.max)), let age = span(value["age_ms"]) else {
    return nil
  }
  var usage: ServerUsage?
  if let memory = size(value["memory_bytes"]) {
    usage = ServerUsage(
      processes: count(value["processes"]), threads: count(value["threads"]), memory: memory,
      processorTime: span(value["cpu_ms"]) ?? .zero)
  }
  return ProcessReport(
    id: Int32(clamping: id), since: time.earlier(by: age), usage: usage,
    load: measure(value["cpu_percent"], upTo: 1e6))
}
