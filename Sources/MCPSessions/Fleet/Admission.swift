/// Who may connect over one way, and when: its queue, its breaker, its rate.
///
/// What comes and goes costs the same however many wait: nothing walks the queue.
struct Admission: Hashable, Sendable {
  private(set) var breaker = Breaker()
  private var bucket: TokenBucket
  /// In the order of arrival; those that went away since are recognised by their ticket.
  private var queue: [Ticket] = []
  private var head = 0
  private var tickets: [Int: Holder] = [:]
  private var nextTicket: UInt64 = 0
  /// When the way answered anybody last.
  private var lastAnswer: Instant?
  /// When to look again; absent while nobody waits or only others can help.
  private(set) var deadline: Instant?
  var deletes = DeleteQueue()

  private struct Ticket: Hashable, Sendable {
    let session: Int
    let number: UInt64
  }

  private struct Holder: Hashable, Sendable {
    let number: UInt64
    var guest: Guest

    /// Asking whether an id survived is a small part of the work of a handshake, for the server and for us.
    var cost: Double { guest == .holder ? 0.05 : 1 }
  }

  init(perSecond: Int, at now: Instant) {
    bucket = TokenBucket(perSecond: perSecond, at: now)
  }

  var waiting: Int { tickets.count }
  var waitingSessions: some Sequence<Int> { tickets.keys }

  /// Puts a session at the end of the queue. `atOnce` is the operator's word: a closed way is looked at now.
  mutating func append(_ session: Int, _ guest: Guest, atOnce: Bool, now: Instant) {
    forgetProber(session)
    if atOnce { breaker.hasten(to: now) }
    // One that waits already keeps its place, but comes as what it is now.
    guard tickets[session] == nil else {
      tickets[session]?.guest = guest
      return
    }
    nextTicket += 1
    tickets[session] = Holder(number: nextTicket, guest: guest)
    queue.append(Ticket(session: session, number: nextTicket))
  }

  mutating func remove(_ session: Int) {
    tickets[session] = nil
    forgetProber(session)
  }

  /// A prober that went away, or queues again, must not leave the others and itself waiting for its news.
  private mutating func forgetProber(_ session: Int) {
    if breaker.prober == session { breaker.prober = nil }
  }

  /// An attempt that began at `since` found the way closed. False when somebody was answered meanwhile: then
  /// the way is open, and the trouble is that session's own.
  mutating func fail(
    _ error: SessionError, since: Instant, notBefore: Instant? = nil, at now: Instant,
    _ random: inout SeededGenerator
  ) -> Bool {
    if let lastAnswer, lastAnswer > since { return false }
    breaker.fail(error, notBefore: notBefore, at: now, &random)
    return true
  }

  /// An answer came; returns whether that opened the way.
  mutating func answered(at now: Instant) -> Bool {
    lastAnswer = now
    guard breaker.isOpen else { return false }
    breaker.reset()
    return true
  }

  /// Why a request that is not an attempt to connect must not go out now.
  func closed(at now: Moment) -> ClosedWay? {
    guard breaker.isOpen, let error = breaker.error else { return nil }
    return ClosedWay(since: now.earlier(by: now.instant - breaker.since), cause: error)
  }

  /// Who looks at a closed way next, or is looking.
  var prober: Int? {
    guard breaker.isOpen else { return nil }
    if let prober = breaker.prober { return prober }
    return queue[head...].first { tickets[$0.session]?.number == $0.number }?.session
  }

  /// When the way of a session that waits is looked at next.
  var nextAttempt: Instant? { breaker.isOpen ? breaker.next : nil }

  /// Takes those out of the queue whose turn it is, at most `room` of them.
  mutating func admit(room: Int, at now: Instant) -> [Int] {
    var admitted: [Int] = []
    deadline = nil
    while head < queue.count {
      let ticket = queue[head]
      guard let holder = tickets[ticket.session], holder.number == ticket.number else {
        head += 1
        continue
      }
      guard admitted.count < room else { break }
      if breaker.isOpen {
        guard breaker.prober == nil else { break }
        guard breaker.next <= now else {
          deadline = breaker.next
          break
        }
      }
      if let later = bucket.take(holder.cost, at: now) {
        deadline = later
        break
      }
      if breaker.isOpen { breaker.prober = ticket.session }
      tickets[ticket.session] = nil
      admitted.append(ticket.session)
      head += 1
    }
    if head == queue.count || head > 1_024 {
      queue.removeFirst(head)
      head = 0
    }
    return admitted
  }
}

/// DELETEs of one way, so many of them in flight at once: a server that ends sessions one after the other is
/// asked no faster than it can, and the time of each begins when it is sent.
struct DeleteQueue: Hashable, Sendable {
  static let limit = 32

  private var waiting: [TransferID] = []
  private var head = 0
  private var inFlight: Set<TransferID> = []

  /// Whether it may go out now; else it waits.
  mutating func mayGo(_ id: TransferID) -> Bool {
    guard inFlight.count < Self.limit else {
      waiting.append(id)
      return false
    }
    inFlight.insert(id)
    return true
  }

  /// One is over, or given up; returns whose turn it is, even if nobody wants that one any more.
  mutating func ended(_ id: TransferID) -> TransferID? {
    guard inFlight.remove(id) != nil, head < waiting.count else { return nil }
    let next = waiting[head]
    head += 1
    inFlight.insert(next)
    if head == waiting.count || head > 1_024 {
      waiting.removeFirst(head)
      head = 0
    }
    return next
  }
}
