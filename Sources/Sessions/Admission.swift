/// Who may connect, and when: the queue of one origin.
struct Admission: Hashable, Sendable {
  private(set) var breaker = Breaker()
  /// Endpoints of this origin that answer that they are out of order, by URL.
  private(set) var outages: [Secret: Breaker] = [:]
  private var bucket: TokenBucket
  private var queue: [Candidate] = []
  /// When to look again; absent while nobody waits or only others can help.
  private(set) var deadline: Instant?

  private struct Candidate: Hashable, Sendable {
    let session: Int
    let url: Secret
    /// Asking whether an id survived is a fifth of the work of a handshake, for the server and for us.
    let cost: Double
  }

  init(perSecond: Int, at now: Instant) {
    bucket = TokenBucket(perSecond: perSecond, at: now)
  }

  var waiting: Int { queue.count }

  /// Puts a session at the end of the queue. `atOnce` is the operator's word: a closed way is looked at now.
  mutating func append(_ session: Int, url: Secret, atOnce: Bool, isLight: Bool = false, now: Instant) {
    forgetProber(session)
    if atOnce {
      breaker.hasten(to: now)
      outages[url]?.hasten(to: now)
    }
    guard !queue.contains(where: { $0.session == session }) else { return }
    queue.append(Candidate(session: session, url: url, cost: isLight ? 0.2 : 1))
  }

  mutating func remove(_ session: Int) {
    queue.removeAll { $0.session == session }
    forgetProber(session)
  }

  /// A prober that went away, or queues again, must not leave the others and itself waiting for its news.
  private mutating func forgetProber(_ session: Int) {
    if breaker.prober == session { breaker.prober = nil }
    for url in outages.keys where outages[url]?.prober == session { outages[url]?.prober = nil }
  }

  mutating func fail(
    _ way: Way, url: Secret, _ error: SessionError, at now: Instant, _ random: inout SeededGenerator
  ) {
    switch way {
    case .origin: breaker.fail(error, at: now, &random)
    case .endpoint: outages[url, default: Breaker()].fail(error, at: now, &random)
    }
  }

  /// An answer came from `url`; returns whether that opened a way.
  mutating func answered(url: Secret, status: Int) -> Bool {
    let wasClosed = breaker.isClosed
    breaker.open()
    guard ![500, 502, 503, 504].contains(status), outages[url] != nil else { return wasClosed }
    outages[url] = nil
    return true
  }

  /// Why a request to `url` that is not an attempt to connect must not go out now.
  func holds(url: Secret) -> SessionError? {
    if breaker.holdsTheLiving { return breaker.error }
    if let outage = outages[url], outage.holdsTheLiving { return outage.error }
    return nil
  }

  /// When the way of a session that waits is looked at next.
  func nextAttempt(url: Secret) -> Instant? {
    if breaker.isClosed { return breaker.next }
    return outages[url].flatMap { $0.isClosed ? $0.next : nil }
  }

  /// Takes those out of the queue whose turn it is, at most `room` of them.
  mutating func admit(room: Int, at now: Instant) -> [Int] {
    var admitted: [Int] = []
    var kept: [Candidate] = []
    deadline = nil
    for (place, candidate) in queue.enumerated() {
      guard admitted.count < room else {
        kept += queue[place...]
        break
      }
      guard mayGo(candidate, now) else {
        kept.append(candidate)
        continue
      }
      if let later = bucket.take(candidate.cost, at: now) {
        wake(at: later)
        kept += queue[place...]
        break
      }
      if breaker.isClosed { breaker.prober = candidate.session }
      if outages[candidate.url] != nil { outages[candidate.url]?.prober = candidate.session }
      admitted.append(candidate.session)
    }
    queue = kept
    return admitted
  }

  private mutating func mayGo(_ candidate: Candidate, _ now: Instant) -> Bool {
    for way in [breaker, outages[candidate.url] ?? Breaker()] where way.isClosed {
      if way.prober != nil { return false }
      guard way.next <= now else {
        wake(at: way.next)
        return false
      }
    }
    return true
  }

  private mutating func wake(at instant: Instant) {
    deadline = deadline.map { min($0, instant) } ?? instant
  }
}
