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

  mutating func publish(_ event: Event) {
    var event = event
    event.seq = nextSequence
    nextSequence += 1
    report.append(event)
  }

  func nextAttempt(_ index: Int) -> Instant? {
    guard sessions[index].isQueued, let way = wayOf[index] else { return nil }
    return ways[way].nextAttempt
  }

  func row(_ index: Int) -> SessionReport {
    var row = sessions[index].report()
    row.authorization = authorizations[row.key]
    if row.nextAttempt == nil { row.nextAttempt = nextAttempt(index) }
    // The session connects as soon as there is a credential, whatever it would do by itself.
    if row.state == .unauthorized, let retry = row.authorization?.retry {
      row.nextAttempt = min(row.nextAttempt ?? retry, retry)
    }
    return row
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
    new.activeSessions = sessions[index].publicState.isLive ? 1 : 0
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
