import MCPSessions

/// What can be told of a recording before it is watched: where its outages begin, and when much went wrong.
struct RecordingSurvey: Sendable {
  /// Parts of the recording in which errors are counted.
  static let parts = 240

  /// Places of entries with which an outage begins: the first loss of what was well. What is lost within a
  /// few seconds of it belongs to it.
  let onsets: [Int]
  private let errors: [Int]
  private let start: Moment?
  private let end: Moment?

  init(_ entries: [Recording.Entry]) {
    start = entries.first?.time
    end = entries.last?.time
    var errors = Array(repeating: 0, count: Self.parts)
    var onsets: [Int] = []
    var lost: Set<SessionKey> = []
    var lastOnset: Instant?
    let (first, last) = (start?.instant ?? .zero, end?.instant ?? .zero)
    let length = max(1, (last - first).inNanoseconds)
    for (place, entry) in entries.enumerated() {
      guard case .event(let event) = entry, let server = event.server else { continue }
      let key = SessionKey(server: server, user: event.user ?? SessionKey.sharedUser)
      if event.isError {
        let part = (event.time.instant - first).inNanoseconds / (length / Int64(Self.parts) + 1)
        errors[min(Self.parts - 1, max(0, Int(clamping: part)))] += event.repeated
      }
      switch event.kind {
      case .sessionCreated, .recoverySucceeded: lost.remove(key)
      case .sessionError where event.isError && !(event.state?.isLive ?? false):
        guard lost.insert(key).inserted else { break }
        let isNew = lastOnset.map { event.time.instant - $0 > Incident.span } ?? true
        lastOnset = event.time.instant
        if isNew { onsets.append(place) }
      default: break
      }
    }
    self.errors = errors
    self.onsets = onsets
  }

  /// The whole of it, with where `now` is.
  func line(at now: Moment) -> ReplayLine? {
    guard let start, let end, end.instant > start.instant else { return nil }
    let position = (now.instant - start.instant).inSeconds / (end.instant - start.instant).inSeconds
    return ReplayLine(
      start: start.wall, end: end.wall, position: min(1, max(0, position)), errors: errors)
  }
}
