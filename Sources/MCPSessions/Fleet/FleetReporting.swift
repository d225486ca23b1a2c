// What the fleet tells: events in their order, rows, sums.

extension Fleet {
  mutating func tell(_ event: Event, _ index: Int) {
    var event = event
    let isComing = event.state == .recovering || event.state == .down
    if event.nextAttempt == nil, isComing, let next = nextAttempt(index) {
      event.nextAttempt = max(.zero, next - event.time.instant)
    }
    if let event = coalescer.take(event) { publish(event) }
  }

  /// An event that was held back, with the state that its session is in by now: nobody is to read an older
  /// one behind a newer.
  func standing(_ event: Event) -> Event {
    guard let server = event.server, let user = event.user,
      let index = indexes[SessionKey(server: server, user: user)]
    else { return event }
    var event = event
    event.state = sessions[index].summary.state
    return event
  }

  mutating func publish(_ event: Event) {
    var event = event
    event.seq = nextSequence
    nextSequence += 1
    report.append(event)
  }

  func nextAttempt(_ index: Int) -> Instant? {
    guard sessions[index].summary.isQueued, let way = wayOf[index] else { return nil }
    return ways[way].nextAttempt
  }

  func row(_ index: Int) -> SessionReport {
    var row = sessions[index].report()
    row.authorization = authorizations[row.key]
    if row.nextAttempt == nil { row.nextAttempt = nextAttempt(index) }
    noteWait(index, &row)
    // The session connects as soon as there is a credential, whatever it would do by itself.
    if row.state == .unauthorized, let retry = row.authorization?.retry {
      row.nextAttempt = min(row.nextAttempt ?? retry, retry)
    }
    return row
  }

  /// What a session waits for that has nothing to tell of itself yet.
  private func noteWait(_ index: Int, _ row: inout SessionReport) {
    guard sessions[index].summary.isQueued, let way = wayOf[index] else { return }
    guard row.state == .connecting else {
      if row.state.isOutage, row.remark == nil { row.remark = waiting(index, way) }
      return
    }
    if let closed = ways[way].closed(at: moment) {
      row.closedWay = closed
      row.remark = "waits until the way to its server opens: \(closed.cause)"
    } else if !sessions[index].abandoned.isEmpty {
      row.nextAttempt = sessions[index].abandoned.values.map(\.due).min()
      row.remark = "waits for the answer to the handshake before"
    } else {
      row.remark = "waits for its turn: others are connecting"
    }
  }

  /// Whom or what a lost session waits for, unless it is the next to look itself.
  private func waiting(_ index: Int, _ way: Int) -> Sentence? {
    guard ways[way].breaker.isOpen else { return "waits for its turn: others are connecting" }
    guard let prober = ways[way].prober, prober != index else { return nil }
    return
      "waits for the way: \(ForeignText(local: sessions[prober].key.server, limit: 60)) probes it for all"
  }

  mutating func count(_ measurement: Measurement, _ index: Int, _ now: Moment) {
    let series = DurationSeries(
      server: ExactText(sessions[index].key.server), subject: measurement.subject,
      protocolVersion: measurement.protocolVersion, errorType: measurement.failure?.type,
      responseCode: measurement.failure?.responseCode)
    durations.add(measurement.duration, to: series, at: now)
  }

  /// Brings the sums up to date with one session; all others stay as they were counted.
  mutating func recount(_ index: Int) {
    var new = sessions[index].history.sums
    new.activeSessions = sessions[index].summary.isKnownLive ? 1 : 0
    // Most of what happens to a session is one more ping, which none of the sums counts.
    guard new != counted[index] else { return }
    let change = new.activeSessions - counted[index].activeSessions
    if change != 0 {
      let user = ExactText(sessions[index].key.user)
      let live = liveOfUser[user, default: 0] + change
      liveOfUser[user] = live == 0 ? nil : live
      statistics.totalUsers = liveOfUser.count
    }
    statistics.replace(counted[index], by: new)
    counted[index] = new
  }
}
