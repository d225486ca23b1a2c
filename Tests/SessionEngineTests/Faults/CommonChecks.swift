import LoopbackServers
import MCPWire
import MCPSessions

// What must hold in every case.

extension Check {
  /// All of them.
  static let common = [
    cleanInitialize, cleanHeaders, version, ids, deadIDs, requestIDs, rate, oneInitialize, printable,
    noSecrets,
    stateChanges, nothingElsewhere,
  ]

  static let cleanInitialize = Check("initialize-carries-no-session-id") { evidence in
    evidence.requests("initialize").first { $0.request.sessionID != nil }.map { _ in "it does" }
  }

  static let cleanHeaders = Check("clean-headers") { evidence in
    for entry in evidence.requests {
      let accept = entry.request["Accept"] ?? ""
      switch entry.request.method {
      case "POST":
        guard accept.contains("application/json"), accept.contains("text/event-stream") else {
          return "\(entry.request.kind) accepts \(accept)"
        }
        guard entry.request["Content-Type"] == "application/json" else { return "Content-Type of a POST" }
      case "GET":
        guard accept.contains("text/event-stream") else { return "GET accepts \(accept)" }
      default:
        break
      }
      let names = entry.request.headers.map { $0.name.lowercased() }
      if Set(names).count != names.count { return "\(entry.request.kind) has a header twice" }
    }
    return nil
  }

  static let version = Check("version-header") { evidence in
    for entry in evidence.requests where entry.request.kind != "initialize" {
      // HTTP+SSE is older than this header.
      let isFallback = entry.request.method == "GET" && entry.request.sessionID == nil
      if isFallback, entry.request["MCP-Protocol-Version"] == nil { continue }
      let told = entry.request["MCP-Protocol-Version"]
      guard let told, let revision = Revision(rawValue: told),
        revision >= .v2024_11_05
      else { return "\(entry.request.kind) says \(told ?? "nothing")" }
    }
    return nil
  }

  static let ids = Check("ids-as-given") { evidence in
    let issued = Set(evidence.issued)
    for (id, entry) in evidence.carrying {
      guard id.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
        return "\(entry.request.kind): not visible ASCII"
      }
      guard issued.contains(id) else { return "\(entry.request.kind) carries an id that was not given" }
    }
    return nil
  }

  /// A 404 to GET alone is no proof; everything else is.
  static let deadIDs = Check("dead-ids-are-never-sent-again") { evidence in
    var deaths: [String: Duration] = [:]
    for (id, entry) in evidence.carrying {
      if let death = deaths[id], entry.request.time > death + .milliseconds(50) {
        return "\(entry.request.kind) carries an id that died \(entry.request.time - death) before"
      }
      let isDeath =
        (entry.status == 404 && entry.request.method == "POST")
        || (entry.status == 200 && entry.request.method == "DELETE")
      if isDeath, deaths[id] == nil { deaths[id] = entry.finished ?? entry.request.time }
    }
    return nil
  }

  /// A request whose connection was reset before a byte came back may be sent once more as it is, and so may
  /// one that was sent on.
  static let requestIDs = Check("unique-request-ids") { evidence in
    var answered: Set<RequestID> = []
    for entry in evidence.requests {
      guard case .request? = entry.request.message?.content, let id = entry.request.message?.id else {
        continue
      }
      if answered.contains(id) { return "\(entry.request.kind) has the id of an earlier request" }
      if let status = entry.status, ![307, 308].contains(status) { answered.insert(id) }
    }
    return nil
  }

  /// Answers to a server's own requests do not count: their number is the server's choice.
  static let rate = Check("at-most-12-requests-in-any-second") { evidence in
    let times = evidence.requests.filter { $0.request.kind != "answer" }.map(\.request.time)
    for (first, last) in zip(times, times.dropFirst(12)) where last - first < .seconds(1) {
      return "13 requests in \(last - first)"
    }
    return nil
  }

  static let oneInitialize = Check("one-initialize-in-flight") { evidence in
    let all = evidence.requests("initialize")
    // A busy server hears of a connection that closed and of the next one at the same moment, in any order.
    let moment = Duration.milliseconds(50)
    for (first, next) in zip(all, all.dropFirst())
    where next.request.time + moment < (first.finished ?? .zero) {
      return "another one \(next.request.time - first.request.time) after one that was not answered"
    }
    return nil
  }

  static let printable = Check("nothing-unprintable-is-told") { evidence in
    for text in evidence.texts {
      for scalar in text.unicodeScalars where isHarmful(scalar) {
        return "U+\(String(scalar.value, radix: 16)) in: \(text.debugDescription.prefix(80))"
      }
    }
    return nil
  }

  static let noSecrets = Check("no-secret-is-told") { evidence in
    let secrets = evidence.secrets + evidence.issued.filter { $0.utf8.count > 8 }
    for text in evidence.texts {
      if secrets.contains(where: { text.contains($0) }) { return "a secret in: \(text.prefix(40))..." }
    }
    return nil
  }

  static let stateChanges = Check("every-change-of-state-is-told-once") { evidence in
    let changes = evidence.events.filter { $0.kind == .stateChanged }
    // In a storm equal changes are folded into one.
    if changes.contains(where: { $0.repeated > 1 }) { return nil }
    // What is held back to be folded comes later than what happened after it.
    let states = changes.sorted { $0.time.instant < $1.time.instant }.compactMap(\.state)
    for (earlier, later) in zip(states, states.dropFirst()) where earlier == later {
      return "\(later) twice in a row"
    }
    if let last = evidence.lastReport?.state, let told = states.last, told != last {
      return "the last one told is \(told), the row says \(last)"
    }
    return nil
  }

  static let nothingElsewhere = Check("nothing-goes-to-another-origin") {
    $0.elsewhere.first.map { "a \($0.request.method) does" }
  }
}

/// Control characters, and those that turn the direction of text (Unicode TR 9).
private func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7F...0x9F, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069, 0x2028...0x2029: true
  default: false
  }
}
