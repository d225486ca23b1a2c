import MCPSessions

// The words of the detail.

func detailLines(_ model: ViewModel) -> [DetailLine] {
  switch Subject(model) {
  case .session(let session, let others): sessionLines(session, others: others, model)
  case .server(let server): serverLines(server, model)
  case .event(let event): eventLines(event, model)
  case .error(let type): errorLines(type, model)
  case .nothing: [DetailLine("nothing is selected", role: .muted)]
  }
}

/// The servers of the incident that the selected row stands for, if it is one.
func foldedNames(_ model: ViewModel) -> [ExactText] {
  guard model.view.pane == .servers, let row = model.selectedServer, !row.others.isEmpty else { return [] }
  return row.names
}

/// Names in a line; where there is no room for a crowd, the first of it.
private func listed(_ names: [String], openly: Bool) -> String {
  let shown = openly || names.count <= 16 ? names : Array(names.prefix(12))
  let more = names.count > shown.count ? " and \(names.count - shown.count) more" : ""
  return shown.joined(separator: ", ") + more
}

/// The three facts of health with their ages, then everything else that explains a session.
private func sessionLines(_ session: SessionReport, others: Int, _ model: ViewModel) -> [DetailLine] {
  let now = model.now
  let server = model.server(session.key.server)
  let state = session.state
  let look = StateLook(session, model.glyphs)
  let isCalm = state == .ready && !session.isUnverified
  let attempt = session.attempt > 0 && !state.isLive ? "attempt \(session.attempt)" : nil
  let next = state.isLive ? nil : model.next(session)
  var lines = [
    DetailLine(
      "\(look.sign) \(look.word) for \(age(of: session.onset, at: model.now(of: session.key), calm: isCalm))",
      isCalm ? nil : "since \(model.context.clock(session.onset.wall))",
      session.kind?.rawValue, session.protocolVersion, session.session.map { "id \($0)" }, attempt, next,
      role: look.role)
  ]
  let names = foldedNames(model)
  if !names.isEmpty {
    lines.insert(
      DetailLine(
        "\(names.count) servers fell together, the first was \(session.key.server)", "F lists each",
        role: .banner),
      at: 0)
  }
  if let cause = session.cause {
    lines.append(DetailLine("why: \(cause.summary)", cause.rpcCode.map { "code \($0)" }))
  }
  if session.cause == nil, let slow = session.slow { lines.append(DetailLine("why: \(slow.words)")) }
  if let hold = session.hold {
    lines.append(
      DetailLine(
        "paused by \(hold.by) since \(model.context.clock(hold.since.wall)), last known \(hold.state.rawValue)",
        ["not probed, not brought back", model.context.hint(.verb(.resume), "resumes")].joined("; "),
        role: .banner))
  }
  if let summary = server?.summary { lines.append(DetailLine("what it is: \(summary)")) }
  if let note = server?.note { lines.append(DetailLine("note: \(note)")) }
  if let remark = session.remark { lines.append(DetailLine("note: \(remark)", role: .levelWarning)) }
  if let advice = session.advice, advice != server?.note {
    lines.append(DetailLine("to do: \(advice)", role: .key))
  }
  if !names.isEmpty {
    lines.append(
      DetailLine("servers: \(listed(names.sorted().map(\.text), openly: model.view.isDetailOpen))"))
  }
  lines += authorizationLines(session, model)
  guard state != .unmonitored else { return lines + addressLines(server, model) }
  lines += pastLines(session.key.server, model)
  lines += outageLines(server, session, model)
  lines.append(healthLine(session, model))
  let streamAge = session.streamSince.map { " \(age(of: $0, at: now, calm: true))" } ?? ""
  lines.append(
    DetailLine(
      "stream \(session.stream.rawValue.replacing("_", with: " "))\(streamAge)",
      session.counts.streamCuts > 0 ? "cut \(counted(session.counts.streamCuts, "time"))" : nil,
      "probes \(session.counts.probes)",
      "missed \(session.counts.missed)", nextProbe(session, every: server?.settings.pingInterval, at: now)))
  if let latency = session.latency {
    lines.append(
      DetailLine(
        "latency last \(TopDisplay.latency(latency.last))", "p50 \(TopDisplay.latency(latency.p50))",
        "p95 \(TopDisplay.latency(latency.p95))", "p99 \(TopDisplay.latency(latency.p99))"))
  }
  lines += processLines(session, model)
  lines.append(errorsLine(session))
  if let history = model.store.history(of: session.key.server) {
    lines.append(DetailLine("server's last hour [\(strip(history, columns: 30, model).text)]"))
  }
  if let identity = session.identity {
    lines.append(
      DetailLine(
        "server \(identity.name) \(identity.version)",
        session.tools.map { counted($0, "tool") + (session.hasMoreTools ? " or more" : "") },
        session.created.map { "session opened \(age(of: $0, at: now, calm: true)) ago" }))
  }
  lines += addressLines(server, model)
  lines += lastWordLines(session)
  if others > 0, names.isEmpty {
    lines.append(DetailLine("\(counted(others, "more session")) of this server", role: .muted))
  }
  return lines
}

private func healthLine(_ session: SessionReport, _ model: ViewModel) -> DetailLine {
  let isLive = session.state.isLive
  func ago(_ moment: Moment?) -> String {
    moment.map { "\(age(of: $0, at: model.now, calm: session.state == .ready)) ago" } ?? "never"
  }
  func told(_ isSo: Bool?, _ moment: Moment?) -> String {
    let word = isSo == nil ? "unknown" : isSo == true ? "yes" : "no"
    return isSo == true ? "\(word) \(ago(moment))" : "\(word), \(moment == nil ? "" : "last ")\(ago(moment))"
  }
  // Lost on the way means not reached; any answer, even a refusal, means reached.
  let isReached =
    isLive || session.lastReachable != nil && session.cause.map { !$0.type.isOfTheWay } ?? true
  return DetailLine(
    "reachable \(told(isReached && !session.isUnverified, session.lastReachable))",
    "session valid \(told(session.isUnverified ? nil : isLive, session.lastValid))",
    "last good call \(ago(session.lastGood))", role: session.isKnownLive ? .text : .levelWarning)
}

private func errorsLine(_ session: SessionReport) -> DetailLine {
  let errors = session.errors.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
    .map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
  return DetailLine("errors: \(errors.isEmpty ? "none" : errors)", "recoveries \(session.recoveries)")
}

/// Until the next probe, in calm steps: nobody waits for it.
private func nextProbe(_ session: SessionReport, every interval: Duration?, at now: Moment) -> String? {
  guard let instant = session.nextProbe else { return nil }
  guard !session.isUnverified else { return "next probe when the way opens" }
  let left = instant - now.instant
  guard left > .zero else { return "next probe now" }
  let step = min(10, max(1, interval?.components.seconds ?? 10))
  return "next probe within \(age(.seconds((left.components.seconds + step) / step * step)))"
}

private func addressLines(_ server: ServerReport?, _ model: ViewModel) -> [DetailLine] {
  guard let server else { return [] }
  let settings = server.settings
  // A recording does not tell how its servers were kept.
  guard model.context.replay == nil else {
    return [DetailLine(server.transport.rawValue, server.url, role: .muted)]
  }
  let policy =
    "policy: session \(span(settings.timeout)), \(settings.retryAttempts) quick attempts from \(span(settings.retryDelay))"
  let ping = settings.pingInterval > .zero ? "ping every \(span(settings.pingInterval))" : "no probes"
  let list =
    settings.listEvery > 0 && settings.pingInterval > .zero ? "list every \(settings.listEvery)th" : nil
  return [
    DetailLine(policy, ping, list, settings.stream ? nil : "no stream", role: .muted),
    DetailLine(server.transport.rawValue, server.url, role: .muted),
  ] + commandLines(server.command)
}

/// The outages of a server in the last day, the newest first, as long as they are seen at once.
private func pastLines(_ server: String, _ model: ViewModel) -> [DetailLine] {
  let day = Duration.seconds(86_400)
  let past = model.store.outages.of(server).filter {
    model.now.instant - ($0.ended ?? model.now).instant < day
  }
  guard let last = past.last, past.count > 1 || last.ended != nil else { return [] }
  let words = past.suffix(3).reversed().map { record in
    let start = model.context.dated(record.began.wall, at: model.now.wall)
    guard let end = record.ended else { return "\(start) until now" }
    return "\(start) \(age(end.instant - record.began.instant))"
  }
  let more = past.count > 3 ? ["\(past.count) in a day: O"] : []
  return [DetailLine(all: ["outages: \(words[0])"] + words.dropFirst() + more)]
}

/// That the way to the origin is closed for all who go there, if it is.
private func outageLines(
  _ server: ServerReport?, _ session: SessionReport, _ model: ViewModel
) -> [DetailLine] {
  let means = session.cause?.type == .proxyError ? " through its proxy" : ""
  guard let url = server?.url, let origin = try? Endpoint(url).origin.description else { return [] }
  let ways = model.store.origins.filter { $0.value.origin == origin && $0.value.failures > 0 }
  // Whoever was to be probed only waits as well as those that are to be connected.
  let here = model.store.servers.filter {
    $0.url.flatMap { try? Endpoint($0).origin.description } == origin
  }.flatMap { model.store.sessions(of: $0.name) }
  let waiting = here.count { $0.isUnverified || $0.closedWay != nil }
  return ways.sorted { $0.key < $1.key }.map(\.value).map { outage in
    let waiting = max(outage.waiting, ways.count == 1 ? waiting : 0)
    return DetailLine(
      "no way to \(outage.origin)\(means): \(counted(outage.failures, "attempt")) failed in a row",
      outage.nextProbe.map { "one prober, \(countdown(to: $0, at: model.now))" },
      waiting > 0 ? "\(counted(waiting, "session")) \(waiting == 1 ? "waits" : "wait")" : nil,
      role: .levelWarning)
  }
}

private func serverLines(_ server: ServerSummary, _ model: ViewModel) -> [DetailLine] {
  [
    DetailLine("\(model.glyphs.state(server.state)) \(server.state.rawValue)", role: Role(server.state)),
    DetailLine(server.report.note.map { "note: \($0)" }),
    DetailLine("users: \(server.report.users.joined(separator: ", "))", role: .muted),
  ].filter { !$0.parts.isEmpty } + addressLines(server.report, model)
}

private func eventLines(_ event: Event, _ model: ViewModel) -> [DetailLine] {
  [
    DetailLine(
      "\(model.context.dated(event.time.wall, at: model.now.wall)) \(event.kind.rawValue)",
      event.level.rawValue,
      event.repeated > 1 ? "\(event.repeated) equal ones" : nil, role: .title),
    DetailLine(event.message.text),
    DetailLine(
      event.server.map { "server \($0)" }, event.user.map { "user \($0)" },
      event.session.map { "session \($0)" },
      event.state.map { "state \($0.rawValue)" }),
    DetailLine(
      event.error.map { "error \($0.summary)" }, event.error?.rpcCode.map { "code \($0)" },
      event.error?.curlCode.map { "libcurl \($0)" }),
    DetailLine(
      event.attempt.map { "attempt \($0)" },
      event.nextAttempt.map { next in
        // A clock time stays true however old the event becomes.
        let due = event.time.wall.milliseconds.addingSaturated(next.inMilliseconds)
        return "next at \(model.context.clock(WallTime(milliseconds: due)))"
      },
      event.protocolVersion.map { "protocol \($0)" }, event.sessionKind?.rawValue),
    DetailLine(
      event.seq > 0 ? "number \(event.seq)" : nil, "\(age(of: event.time, at: model.now)) ago", role: .muted),
  ].filter { !$0.parts.isEmpty }
}

private func errorLines(_ type: ErrorType, _ model: ViewModel) -> [DetailLine] {
  let hit = model.store.sessions.values.filter { $0.errors[type] != nil }
    .sorted { ($1.errors[type] ?? 0, $0.key) < ($0.errors[type] ?? 0, $1.key) }
  let asked = model.store.errors.requests(meeting: type).map { "\($0.request.name) \($0.count)" }
  return [DetailLine("\(type.rawValue): \(meaning(of: type))", role: .title)]
    + (asked.isEmpty ? [] : [DetailLine("asked: \(asked.joined(separator: ", "))")])
    + hit.prefix(50).map { session in
      DetailLine(
        "\(session.errors[type] ?? 0)x \(session.key.server), user \(session.key.user)",
        session.state.rawValue,
        role: Role(session.state))
    }
}

/// The events of what the detail is about, the newest first.
func storyLines(_ model: ViewModel, limit: Int) -> [Phrase] {
  let matches: (Event) -> Bool
  switch Subject(model) {
  case .session(let session, let others):
    let names = Set(foldedNames(model) + [session.key.exactServer])
    matches = { event in
      event.server.map { names.contains(ExactText($0)) } ?? false
        && (others > 0 || event.user == session.key.user)
    }
  case .server(let server): matches = { $0.server?.isExactly(server.name) == true }
  case .error(let type): matches = { $0.error?.type == type }
  case .event, .nothing: return []
  }
  let events = model.store.events
  var lines: [Phrase] = []
  for place in stride(from: events.count - 1, through: 0, by: -1) where lines.count < limit {
    let event = events[place]
    let weight = model.view.leastLevel == .debug ? event.repeated : events.weight(at: place)
    guard event.level >= model.view.leastLevel, weight > 0, matches(event) else { continue }
    let clock = event.time.wall.clock(offset: model.context.utcOffset)
    let repeated = weight > 1 ? " x\(weight)" : ""
    lines.append(
      Phrase(
        "\(clock) \(model.glyphs.event(event)) \(wholeWords(event))", event.isError ? .levelWarning : .text,
        tail: repeated))
  }
  return lines
}

/// What an event says, and what was seen where the words are those of every such event.
private func wholeWords(_ event: Event) -> String {
  guard let detail = event.error?.detail.text, !detail.isEmpty, !event.message.text.contains(detail) else {
    return event.message.text
  }
  return "\(event.message): \(detail)"
}

extension ErrorType {
  /// Whether it says that the server was not reached at all.
  fileprivate var isOfTheWay: Bool {
    switch self {
    case .dnsError, .connectRefused, .connectTimeout, .connectionReset, .emptyReply, .tlsError, .proxyError,
      .sessionTimeout:
      true
    default: false
    }
  }
}
