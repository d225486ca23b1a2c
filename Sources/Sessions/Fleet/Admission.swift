/// Who may connect, and when: the queue of one origin.
struct Admission: Hashable, Sendable {
  private(set) var breaker = Breaker()
  /// Endpoints of this origin that answer that they are out of order.
  private(set) var outages: [Entrance: Breaker] = [:]
  private var bucket: TokenBucket
  private var queue: [Candidate] = []
  /// When to look again; absent while nobody waits or only others can help.
  private(set) var deadline: Instant?

  /// A URL, as newcomers or holders of ids find it.
  struct Entrance: Hashable, Sendable {
    let url: Secret
    let guest: Guest
  }

  private struct Candidate: Hashable, Sendable {
    let session: Int
    let entrance: Entrance

    /// Asking whether an id survived is a small part of the work of a handshake, for the server and for us.
    var cost: Double { entrance.guest == .holder ? 0.05 : 1 }
  }

  init(perSecond: Int, at now: Instant) {
    bucket = TokenBucket(perSecond: perSecond, at: now)
  }

  var waiting: Int { queue.count }

  /// Puts a session at the end of the queue. `atOnce` is the operator's word: a closed way is looked at now.
  mutating func append(_ session: Int, url: Secret, _ guest: Guest, atOnce: Bool, now: Instant) {
    let entrance = Entrance(url: url, guest: guest)
    forgetProber(session)
    if atOnce {
      breaker.hasten(to: now)
      outages[entrance]?.hasten(to: now)
    }
    // One that waits already keeps its place, but comes as what it is now.
    let candidate = Candidate(session: session, entrance: entrance)
    guard let place = queue.firstIndex(where: { $0.session == session }) else {
      return queue.append(candidate)
    }
    queue[place] = candidate
  }

  mutating func remove(_ session: Int) {
    queue.removeAll { $0.session == session }
    forgetProber(session)
  }

  /// A prober that went away, or queues again, must not leave the others and itself waiting for its news.
  private mutating func forgetProber(_ session: Int) {
    if breaker.prober == session { breaker.prober = nil }
    for entrance in outages.keys where outages[entrance]?.prober == session {
      outages[entrance]?.prober = nil
    }
  }

  mutating func fail(
    _ way: Way, url: Secret, _ error: SessionError, at now: Instant, _ random: inout SeededGenerator
  ) {
    switch way {
    case .origin: breaker.fail(error, at: now, &random)
    case .endpoint(let guest):
      outages[Entrance(url: url, guest: guest), default: Breaker()].fail(error, at: now, &random)
    }
  }

  /// An answer came from `url`; returns whether that opened a way.
  mutating func answered(url: Secret, _ guest: Guest, status: Int) -> Bool {
    let wasOpen = breaker.isOpen
    breaker.reset()
    let entrance = Entrance(url: url, guest: guest)
    guard ![500, 502, 503, 504].contains(status), outages[entrance] != nil else { return wasOpen }
    outages[entrance] = nil
    return true
  }

  /// Why a request to `url` that is not an attempt to connect must not go out now.
  func holds(url: Secret, _ guest: Guest) -> SessionError? {
    if breaker.holdsTheLiving { return breaker.error }
    if let outage = outages[Entrance(url: url, guest: guest)], outage.holdsTheLiving { return outage.error }
    return nil
  }

  /// When the way of a session that waits is looked at next.
  func nextAttempt(url: Secret, _ guest: Guest) -> Instant? {
    if breaker.isOpen { return breaker.next }
    return outages[Entrance(url: url, guest: guest)].flatMap { $0.isOpen ? $0.next : nil }
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
      if breaker.isOpen { breaker.prober = candidate.session }
      outages[candidate.entrance]?.prober = candidate.session
      admitted.append(candidate.session)
    }
    queue = kept
    return admitted
  }

  private mutating func mayGo(_ candidate: Candidate, _ now: Instant) -> Bool {
    for way in [breaker, outages[candidate.entrance] ?? Breaker()] where way.isOpen {
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
