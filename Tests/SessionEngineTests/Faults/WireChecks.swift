import LoopbackServers
import MCPWire

// What a server sees of its client, one check for each demand that only some cases make.

extension Check {
  static let initialized = Check("initialized-was-sent") {
    $0.requests("notifications/initialized").isEmpty ? "no notifications/initialized" : nil
  }

  static let pinged = Check("at-least-one-ping-answered") {
    $0.requests("ping").contains { $0.status == 200 } ? nil : "no ping was answered with 200"
  }

  static let keepsSession = Check("keeps-its-session") { atMost(1, "initialize", $0) }

  static let usesFirstID = Check("keeps-using-the-id-from-initialize") { evidence in
    guard let first = evidence.issued.first else { return "no id was given" }
    return evidence.carrying.first { $0.id != first }.map { "\($0.entry.request.kind) carries another id" }
  }

  static let inventsNoID = Check("invents-no-session-id") {
    $0.carrying.first.map { "\($0.entry.request.kind) carries an id that nobody gave" }
  }

  static let gapsGrow = Check("gaps-between-attempts-grow-or-are-long") { evidence in
    let times = evidence.attempts.filter { $0 < evidence.stopped }
    guard times.count > 1 else { return nil }
    let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
    // In the order of their length: the gaps of the way come between those of the session, which alone grow.
    let shortest: [Duration] = [.milliseconds(90), .milliseconds(180), .milliseconds(360)]
    for (index, gap) in gaps.sorted().enumerated() {
      let least = index < shortest.count ? shortest[index] : .milliseconds(450)
      if gap < least { return "\(index + 1) gaps of \(gap) or less" }
    }
    return nil
  }

  static let noImmediateRetry = Check("no-immediate-retry") { evidence in
    let first = evidence.requests("initialize").prefix(2)
    guard first.count == 2 else { return nil }
    let gap = first[1].request.time - (first[0].finished ?? first[0].request.time)
    return gap < .milliseconds(50) ? "the first retry came after \(gap)" : nil
  }

  /// DELETE is allowed: an id beside a bad result is a session all the same, and is to be ended. So is asking
  /// a server that refuses whether it speaks in another way: older ones by GET, newer ones by discover.
  static let didNotGoOn = Check("did-not-go-on-after-a-bad-initialize") { evidence in
    let asking: Set<String> = ["initialize", "server/discover", "DELETE"]
    return evidence.requests.first {
      let isFallback = $0.request.method == "GET" && $0.request.sessionID == nil
      return !asking.contains($0.request.kind) && !isFallback
    }
    .map { "went on with \($0.request.kind)" }
  }

  static func atMost(_ count: Int, _ kind: String) -> Check {
    Check("at-most-\(count)-\(kind)-in-the-run") { atMost(count, kind, $0) }
  }

  static let reinitializesSoon = Check("re-initializes-within-6s") { evidence in
    guard
      let loss = evidence.requests.first(where: { $0.request.sessionID != nil && ($0.status ?? 0) >= 400 })
    else { return "no session was lost" }
    let after = evidence.requests("initialize").first { $0.request.time > loss.request.time }
    guard let after else { return "no initialize after the loss" }
    let took = after.request.time - loss.request.time
    return took > .seconds(6) ? "it took \(took)" : nil
  }

  static let dropsDeadID = Check("drops-the-dead-session-id") { evidence in
    guard let loss = evidence.carrying.first(where: { ($0.entry.status ?? 0) >= 400 }) else {
      return "no session was lost"
    }
    // What was on its way when the answer came does not count.
    let known = (loss.entry.finished ?? loss.entry.request.time) + .milliseconds(50)
    return evidence.carrying.first { $0.id == loss.id && $0.entry.request.time > known }
      .map { "\($0.entry.request.kind) carries the dead id" }
  }

  static let answersServer = Check("answered-the-server's-request, with-result") { evidence in
    let answers = evidence.requests("answer")
    guard !answers.isEmpty else { return "no answer" }
    let isGood = answers.contains { entry in
      guard case .result? = entry.request.message?.content else { return false }
      return entry.request.message?.id == .string("server-1")
    }
    return isGood ? nil : "no answer has a result and the id of the request"
  }

  static let stopsReading = Check("stopped-reading-by-64-MiB") { evidence in
    let most = evidence.requests.map(\.bytesSent).max() ?? 0
    return most > 64 * 1_024 * 1_024 ? "took \(most / 1_048_576) MiB of one answer" : nil
  }

  static let sendsDelete = Check("sent-DELETE-with-its-session-id") { evidence in
    let deletes = evidence.requests("DELETE")
    guard let id = deletes.first?.request.sessionID else { return "no DELETE with an id" }
    return evidence.issued.contains(id) ? nil : "DELETE carries another id"
  }

  static let deletesCalmly = Check("does-not-repeat-DELETE-in-anger") { atMost(2, "DELETE", $0) }

  static let deletedSession = [initialized, pinged, sendsDelete, deletesCalmly]

  static func waited(_ time: Duration) -> Check {
    Check("waited-at-least-\(time)") { evidence in
      let times = evidence.attempts.prefix(2)
      guard times.count == 2 else { return nil }
      return times[1] - times[0] < time ? "waited \(times[1] - times[0])" : nil
    }
  }

  static let fewAttemptsWhileDown = Check("attempts-per-session-while-down") { evidence in
    guard let outage = evidence.outage else { return "there was no outage" }
    // An attempt shows as a connection, as a request, or as both.
    let during =
      [evidence.connections, evidence.requests.map(\.request.time)].map { times in
        times.filter { $0 > outage.begin + .milliseconds(100) && $0 < outage.end }.count
      }.max() ?? 0
    // Six in 3 s is what is asked of a session that pings every 30 s; here a stream and three probes, all due
    // within the outage, come on top.
    return during > 8 ? "\(during) attempts in \(outage.end - outage.begin)" : nil
  }

  static let cameBack = Check("came-back-within-10s") { evidence in
    guard let outage = evidence.outage else { return "there was no outage" }
    let opened = evidence.requests("initialize").first { $0.request.time >= outage.end && $0.status == 200 }
    guard let opened else { return "no new session" }
    let took = opened.request.time - outage.end
    guard took <= .seconds(10) else { return "it took \(took)" }
    let alive = evidence.requests("ping").contains {
      $0.request.time > opened.request.time && $0.status == 200
    }
    return alive ? nil : "no ping in the new session"
  }

  static func neverSends(_ id: String) -> Check {
    Check("never-sends-the-illegal-session-id") { evidence in
      evidence.carrying.first { $0.id == id }.map { "\($0.entry.request.kind) carries it" }
    }
  }

  static let idFromErrorUnused = Check("id-from-an-error-is-not-used") { evidence in
    evidence.carrying.first { $0.id == "from-an-error" }.map { "\($0.entry.request.kind) carries it" }
  }

  static let reopensStream = Check("reopened") {
    $0.requests("GET").filter { $0.status == 200 }.count > 1 ? nil : "the stream was opened once"
  }

  static let staysHere = Check("did-not-go-to-the-other-origin") {
    $0.elsewhere.first.map { "went there with \($0.request.method)" }
  }

  static let sendsNothing = Check("no-request-was-sent") {
    $0.requests.first.map { "sent \($0.request.kind)" }
  }

  /// The session works, whatever else happens.
  static let works = [initialized, pinged]
  /// The same, and it is never replaced.
  static let worksOn = [initialized, pinged, keepsSession]
  /// Nothing came of it, and nobody hammers.
  static let givesUpCalmly = [didNotGoOn, gapsGrow, noImmediateRetry]

  private static func atMost(_ count: Int, _ kind: String, _ evidence: Evidence) -> String? {
    let seen = evidence.requests(kind).count
    return seen > count ? "\(seen) times \(kind)" : nil
  }
}
