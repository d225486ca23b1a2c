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

/// Families of figures of processes: name, whether it only grows, help, and a value for each server.
func processFamilies(_ sessions: [SessionReport]) -> [ProcessFamily] {
  let running = sessions.compactMap { session in
    session.process?.usage.map { (server: session.key.server, since: session.process?.since, usage: $0) }
  }
  func family(
    _ name: String, isCounter: Bool = false, _ help: String, _ value: (ServerUsage) -> Double
  ) -> ProcessFamily {
    ProcessFamily(
      name: name, isCounter: isCounter, help: help,
      samples: running.map { (server: $0.server, value: value($0.usage)) })
  }
  return [
    family(
      "sessiontop_process_cpu_seconds_total", isCounter: true,
      "Processor time of a server that is a process, with all that it started."
    ) { $0.processorTime.inSeconds },
    family(
      "sessiontop_process_resident_memory_bytes",
      "Memory of a server that is a process, with all that it started."
    ) { Double($0.memory) },
    family("sessiontop_process_threads", "Threads of a server that is a process, with all that it started.") {
      Double($0.threads)
    },
    family("sessiontop_process_count", "Processes of a server that is one, with all that it started.") {
      Double($0.processes)
    },
    ProcessFamily(
      name: "sessiontop_process_start_time_seconds", isCounter: false,
      help: "When a server that is a process was started, in Unix time.",
      samples: running.compactMap { entry in
        entry.since.map { (server: entry.server, value: Double($0.wall.milliseconds) / 1_000) }
      }),
  ]
}

/// One family of figures.
struct ProcessFamily {
  let name: String
  let isCounter: Bool
  let help: String
  let samples: [(server: String, value: Double)]
}
