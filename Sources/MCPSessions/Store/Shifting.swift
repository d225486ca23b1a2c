// What was told by another process, on another clock: only how long ago it was is known.

extension Moment {
  /// The same time of day, at another instant.
  func shifted(by duration: Duration) -> Moment { Moment(instant: instant + duration, wall: wall) }
}

extension SessionReport {
  /// The same with all its instants moved, so that ages are right on another clock.
  package func shifted(by duration: Duration) -> SessionReport {
    var report = self
    report.since = since.shifted(by: duration)
    report.created = created?.shifted(by: duration)
    report.lastGood = lastGood?.shifted(by: duration)
    report.lastReachable = lastReachable?.shifted(by: duration)
    report.lastValid = lastValid?.shifted(by: duration)
    report.streamSince = streamSince?.shifted(by: duration)
    report.nextProbe = nextProbe.map { $0 + duration }
    report.nextAttempt = nextAttempt.map { $0 + duration }
    report.hold = hold.map {
      Hold(by: $0.by, since: $0.since.shifted(by: duration), state: $0.state)
    }
    report.process = process.map {
      ProcessReport(id: $0.id, since: $0.since.shifted(by: duration), usage: $0.usage, load: $0.load)
    }
    return report
  }
}

extension EngineReport {
  /// The same with all its instants moved.
  package func shifted(by duration: Duration) -> EngineReport {
    var report = self
    report.sessions = sessions.mapValues { $0.shifted(by: duration) }
    report.events = events.map { event in
      var event = event
      event.time = event.time.shifted(by: duration)
      return event
    }
    return report
  }
}

// The same row under another name, where those of several processes stand together.

extension SessionReport {
  package func renamed(_ key: SessionKey) -> SessionReport {
    var report = self
    report.key = key
    return report
  }
}

extension ServerReport {
  package func renamed(_ name: String) -> ServerReport {
    var report = self
    report.id = ExactText(name)
    return report
  }
}
