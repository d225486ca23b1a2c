import MCPWire
import MCPSessions

// A session's row for machines: what is written of it, and how the same is read again.

extension JSONWriter {
  /// `inFull` adds what only a dashboard elsewhere wants to know.
  mutating func session(_ session: SessionReport, at now: Moment, inFull: Bool = false) {
    object { row in
      row.member("server", session.key.server)
      row.member("user", session.key.user)
      row.member("session", session.session)
      row.member("state", session.state.rawValue)
      row.member("since", session.since.wall.rfc3339)
      for member in members { member.write(&row, session, now) }
      if inFull { for member in fullMembers { member.write(&row, session, now) } }
    }
  }

  /// Types that never happened are left out; the rest keep the order of the list of types.
  mutating func counts(_ name: String, _ counts: [ErrorType: Int]) {
    object(name) {
      for type in ErrorType.allCases { $0.member(type.rawValue, counts[type]) }
    }
  }
}

/// Absent when it is no row.
func session(_ line: JSONValue, _ time: Moment) -> SessionReport? {
  guard let server = name(line["server"]), let user = name(line["user"]),
    let state = line["state"]?.text.flatMap(SessionState.init(rawValue:))
  else { return nil }
  var report = SessionReport(
    key: SessionKey(server: server, user: user), state: state, since: moment(line["since"]) ?? time)
  report.session = name(line["session"])
  for member in members + fullMembers { member.read(&report, line, time) }
  return report
}

/// One datum of the row, in both directions.
private struct SessionMember: Sendable {
  typealias Path<Value> = WritableKeyPath<SessionReport, Value> & Sendable

  let write: @Sendable (inout JSONWriter, SessionReport, _ now: Moment) -> Void
  let read: @Sendable (inout SessionReport, _ row: JSONValue, _ time: Moment) -> Void
}

extension SessionMember {
  init(count name: String, _ path: any Path<Int>) {
    write = { row, session, _ in row.member(name, session[keyPath: path]) }
    read = { session, row, _ in session[keyPath: path] = count(row[name]) }
  }

  init(flag name: String, _ path: any Path<Bool>) {
    write = { row, session, _ in row.member(name, session[keyPath: path]) }
    read = { session, row, _ in session[keyPath: path] = row[name]?.flag ?? false }
  }

  init(name: String, _ path: any Path<String?>) {
    write = { row, session, _ in row.member(name, session[keyPath: path]) }
    read = { session, row, _ in session[keyPath: path] = TopReports.name(row[name]) }
  }

  init(sentence name: String, _ path: any Path<Sentence?>) {
    write = { row, session, _ in row.member(name, session[keyPath: path]?.text) }
    read = { session, row, _ in session[keyPath: path] = sentence(row[name]) }
  }

  init(error name: String, _ path: any Path<SessionError?>) {
    write = { row, session, _ in row.error(name, session[keyPath: path]) }
    read = { session, row, _ in session[keyPath: path] = error(row[name]) }
  }

  init(moment name: String, _ path: any Path<Moment?>) {
    write = { row, session, _ in row.member(name, session[keyPath: path]?.wall.rfc3339) }
    read = { session, row, _ in session[keyPath: path] = moment(row[name]) }
  }

  /// In so many milliseconds from now.
  init(due name: String, _ path: any Path<Instant?>) {
    write = { row, session, now in
      row.member(name, session[keyPath: path].map { max(0, ($0 - now.instant).inMilliseconds) })
    }
    read = { session, row, time in session[keyPath: path] = span(row[name]).map { time.instant + $0 } }
  }
}

/// In the order of the row.
private let members: [SessionMember] = [
  SessionMember { row, session, _ in
    guard let hold = session.hold else { return }
    row.object("paused") {
      $0.member("by", hold.by.text)
      $0.member("since", hold.since.wall.rfc3339)
      $0.member("was", hold.state.rawValue)
    }
  } read: { session, row, _ in
    guard let hold = row["paused"], let by = sentence(hold["by"]), let since = moment(hold["since"]),
      let was = hold["was"]?.text.flatMap(SessionState.init(rawValue:))
    else { return }
    session.hold = Hold(by: by, since: since, state: was)
  },
  SessionMember { row, session, _ in
    row.member("kind", session.kind?.rawValue)
  } read: { session, row, _ in
    session.kind = row["kind"]?.text.flatMap(SessionKind.init(word:))
  },
  SessionMember(name: "protocol", \.protocolVersion),
  SessionMember { row, session, _ in
    guard let identity = session.identity else { return }
    row.object("server_info") {
      $0.member("name", identity.name.text)
      $0.member("version", identity.version.text)
    }
  } read: { session, row, _ in
    guard let identity = row["server_info"] else { return }
    let nothing = ForeignText(recorded: "")
    session.identity = ServerIdentity(
      name: text(identity["name"]) ?? nothing, version: text(identity["version"]) ?? nothing)
  },
  SessionMember(moment: "created", \.created),
  SessionMember(moment: "last_good", \.lastGood),
  SessionMember(moment: "last_valid", \.lastValid),
  SessionMember(moment: "unverified_since", \.unverifiedSince),
  SessionMember { row, session, _ in
    guard let way = session.closedWay else { return }
    row.object("closed_way") {
      $0.member("since", way.since.wall.rfc3339)
      $0.error("cause", way.cause)
    }
  } read: { session, row, _ in
    guard let way = row["closed_way"], let since = moment(way["since"]), let cause = error(way["cause"])
    else { return }
    session.closedWay = ClosedWay(since: since, cause: cause)
  },
  SessionMember { row, session, _ in
    row.member("stream", session.stream.rawValue)
  } read: { session, row, _ in
    session.stream = row["stream"]?.text.flatMap(StreamState.init(rawValue:)) ?? .off
  },
  SessionMember(error: "stream_failure", \.streamFailure),
  SessionMember { row, session, _ in
    if session.counts.oddities > 0 { row.member("stream_oddities", session.counts.oddities) }
  } read: { session, row, _ in
    session.counts.oddities = count(row["stream_oddities"])
  },
  SessionMember { row, session, _ in
    row.member("tools", session.tools)
    if session.tools != nil { row.member("tools_complete", !session.hasMoreTools) }
  } read: { session, row, _ in
    session.tools = row["tools"].map { count($0) }
    session.hasMoreTools = row["tools_complete"] == .flag(false)
  },
  SessionMember(name: "tools_fingerprint", \.toolsFingerprint),
  SessionMember(count: "probes", \.counts.probes),
  SessionMember { row, session, _ in
    guard let latency = session.latency else { return }
    row.object("latency_ms") {
      $0.member("last", latency.last, places: 2)
      $0.member("p50", latency.p50, places: 2)
      $0.member("p95", latency.p95, places: 2)
      $0.member("p99", latency.p99, places: 2)
    }
  } read: { session, row, _ in
    guard let latency = row["latency_ms"], let p95 = measure(latency["p95"]) else { return }
    session.latency = LatencySummary(
      last: measure(latency["last"]) ?? p95, p50: measure(latency["p50"]) ?? p95, p95: p95,
      p99: measure(latency["p99"]) ?? p95)
  },
  SessionMember { row, session, _ in
    guard let slow = session.slow else { return }
    row.object("slow_ms") {
      $0.member("last", slow.last, places: 2)
      $0.member("usual", slow.usual, places: 2)
    }
  } read: { session, row, _ in
    guard let slow = row["slow_ms"], let last = measure(slow["last"]) else { return }
    session.slow = SlowAnswers(last: last, usual: measure(slow["usual"]))
  },
  SessionMember { row, session, _ in
    row.counts("errors", session.errors)
  } read: { session, row, _ in
    session.errors = errors(row["errors"])
  },
  SessionMember(count: "recoveries", \.counts.recoveries),
  SessionMember(error: "cause", \.cause),
  SessionMember(due: "next_attempt_ms", \.nextAttempt),
  SessionMember(sentence: "advice", \.advice),
  SessionMember(sentence: "remark", \.remark),
  SessionMember { row, session, now in
    row.process(session, at: now)
  } read: { session, row, time in
    session.process = process(row["process"], time)
    session.lastWords = LastWords(
      (row["last_words"]?.list ?? []).prefix(LastWords.limit).compactMap { text($0) })
  },
  SessionMember { row, session, _ in
    guard let held = session.authorization else { return }
    row.object("authorization") {
      $0.member("issuer", held.issuer?.text)
      $0.member("scopes", held.scopes?.text)
      $0.member("expires", held.expires?.rfc3339)
      $0.member("renewed", held.renewed?.rfc3339)
      $0.member("renewals", held.renewals)
      $0.member("renewable", held.isRenewable)
      $0.member("step", held.step?.rawValue)
      $0.error("why", held.why)
    }
  } read: { session, row, _ in
    guard let held = row["authorization"] else { return }
    var report = AuthorizationReport()
    report.issuer = text(held["issuer"])
    report.scopes = text(held["scopes"])
    report.expires = moment(held["expires"])?.wall
    report.renewed = moment(held["renewed"])?.wall
    report.renewals = count(held["renewals"])
    report.isRenewable = held["renewable"]?.flag ?? false
    report.step = held["step"]?.text.flatMap(SignInStep.init(rawValue:))
    report.why = error(held["why"])
    session.authorization = report
  },
]

/// What only a dashboard elsewhere wants to know.
private let fullMembers: [SessionMember] = [
  SessionMember(moment: "last_reachable", \.lastReachable),
  SessionMember(moment: "stream_since", \.streamSince),
  SessionMember(count: "stream_cuts", \.counts.streamCuts),
  SessionMember(count: "missed", \.counts.missed),
  SessionMember(due: "next_probe_ms", \.nextProbe),
  SessionMember(count: "attempt", \.attempt),
  SessionMember(flag: "awaits_list", \.awaitsList),
  SessionMember { row, session, _ in
    row.member("attempting", session.isAttempting)
  } read: { session, row, _ in
    // One that does not say so cannot be told from one that waits.
    session.isAttempting = row["attempting"]?.flag ?? (session.state == .connecting)
  },
]
