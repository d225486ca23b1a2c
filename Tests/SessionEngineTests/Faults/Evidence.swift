import LoopbackServers
import MCPSessions

/// What is known after a run: what the server saw, and what the engine said.
struct Evidence: Sendable {
  var requests: [RequestLog.Entry]
  /// Times of all connections, also of those that were reset at once.
  var connections: [Duration]
  /// What a server at another origin saw of this case; must stay empty.
  var elsewhere: [RequestLog.Entry] = []
  /// Begin and end of the outage that was planned, if one was.
  var outage: (begin: Duration, end: Duration)?
  /// Time since the server's start at which the run was ended by us.
  var stopped = Duration.seconds(3_600)

  /// The row at the end of the run, before it was ended.
  var report: SessionReport?
  /// The row at the very end.
  var lastReport: SessionReport?
  var events: [Event] = []
  /// Texts that must not appear in anything that the engine says.
  var secrets: [String] = []

  func requests(_ kind: String) -> [RequestLog.Entry] { requests.filter { $0.request.kind == kind } }

  /// Attempts to begin: `initialize`, or connections where no request could be sent.
  var attempts: [Duration] {
    let asked = requests("initialize").map(\.request.time)
    return asked.isEmpty ? connections : asked
  }

  /// The ids that were given with a good answer to `initialize`, in order.
  var issued: [String] {
    requests("initialize").filter { (200..<300).contains($0.status ?? 0) }.flatMap { entry in
      (entry.head?.headers ?? []).filter { $0.name.lowercased() == "mcp-session-id" }.map(\.value)
    }
  }

  /// The requests that carried an id, with it.
  var carrying: [(id: String, entry: RequestLog.Entry)] {
    requests.compactMap { entry in entry.request.sessionID.map { ($0, entry) } }
  }

  /// How the run ended.
  var ending: FaultCase.Ending? {
    switch report?.state {
    case .ready, .degraded: .ready
    case .recovering, .down, .unstable, .connecting: .recovering
    case .failed, .unauthorized: .failed
    case .idle, .closing, .closed, .paused, .unmonitored, nil: nil
    }
  }

  /// Every kind of error that was counted or told.
  var errors: Set<ErrorType> {
    Set((report?.errors ?? [:]).keys).union(events.compactMap { $0.error?.type })
      .union([report?.cause?.type].compactMap { $0 })
  }

  /// Everything that a person may get to read.
  var texts: [String] {
    let told = events.flatMap { [$0.message.text, $0.error?.detail.text, $0.session] }
    let rows = [report, lastReport].compactMap { $0 }.flatMap {
      [
        $0.identity?.name.text, $0.identity?.version.text, $0.cause?.detail.text, $0.session, $0.advice?.text,
        $0.protocolVersion,
      ]
    }
    return (told + rows).compactMap { $0 }
  }
}

/// Something that must hold after a run; the result says what is wrong, absent when nothing is.
struct Check: Sendable {
  let name: String
  let complaint: @Sendable (Evidence) -> String?

  init(_ name: String, _ complaint: @escaping @Sendable (Evidence) -> String?) {
    self.name = name
    self.complaint = complaint
  }
}
