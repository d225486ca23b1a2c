import MCPWire

/// What goes to a collector, one document after the other: when each is sent, sent again and given up, and
/// what people are told of it (OpenTelemetry Protocol 1.x, "OTLP/HTTP response" and "Failures").
///
/// Only 429, 502, 503, 504 and a way that fails are tried again, later each time and never before the
/// collector wants it. Whatever it refuses otherwise is lost and counted.
package struct Delivery: Sendable {
  private enum State {
    case idle
    case sending(Parcel, since: Instant)
    case waiting(Parcel, since: Instant, until: Instant)
  }

  package let collector: Collector
  private let gate: Gate
  private var state = State.idle
  private var queue = ParcelQueue()
  /// Failures in a row.
  private var failures = 0
  /// Events that were lost since that was last told.
  private var lost = 0
  /// Something was told that is still so.
  private var isInTrouble = false
  private var lastTold: Instant?
  private var news: [Sentence] = []

  /// How long a document is tried.
  private static let patience = Duration.seconds(300)
  private static let backoff = Backoff(base: .seconds(1), maximum: .seconds(30))
  /// The longest wait that a collector may ask for.
  private static let longestWait = Duration.seconds(300)
  /// Troubles are told no more often than this, however they alternate.
  private static let quiet = Duration.seconds(60)

  package init(_ collector: Collector) {
    self.collector = collector
    gate = collector.gate
  }

  /// Whether nothing is left to send.
  package var isIdle: Bool { if case .idle = state { queue.parcels.isEmpty } else { false } }

  /// When `next` has something; absent while an answer is awaited, or nothing is there.
  package var deadline: Instant? {
    switch state {
    case .idle: queue.parcels.isEmpty ? nil : .zero
    case .sending: nil
    case .waiting(_, _, let until): until
    }
  }

  /// Takes over what waits.
  package mutating func take(_ later: ParcelQueue, at now: Instant) {
    queue.merge(later)
    let dropped = queue.takeDropped()
    guard dropped > 0 else { return }
    lost += dropped
    complain("more events come than the collector at \(address) takes", at: now)
  }

  /// What is to be sent now, if anything is; its answer is awaited from then on.
  package mutating func next(at now: Instant) -> Parcel? {
    switch state {
    case .sending: return nil
    case .idle:
      guard let parcel = queue.removeFirst() else { return nil }
      state = .sending(parcel, since: now)
      return parcel
    case .waiting(let parcel, let since, let until):
      guard until <= now else { return nil }
      // Older sums are in newer ones.
      let newer = parcel.events == 0 ? queue.removeFirst() : nil
      state = .sending(newer ?? parcel, since: newer == nil ? since : now)
      return newer ?? parcel
    }
  }

  /// The program ends: what waits is tried once more, now.
  package mutating func hurry() {
    if case .waiting(let parcel, let since, _) = state {
      state = .waiting(parcel, since: since, until: .zero)
    }
  }

  /// Takes in what came of the document that was sent.
  package mutating func answered(
    _ answer: CollectorAnswer, at now: Moment, using random: inout some RandomNumberGenerator
  ) {
    guard case .sending(let parcel, let since) = state else { return }
    switch answer {
    case .response(200..<300, _, let type, let body):
      state = .idle
      delivered(body, type, at: now.instant)
    case .response(let status, let wish, let type, let body)
    where [429, 502, 503, 504].contains(status):
      let asked = min(retryAfter(wish, now: now.wall) ?? .zero, Self.longestWait)
      sendAgain(parcel, since, notBefore: asked, "\(status)\(words(body, type))", at: now.instant, &random)
    case .response(let status, _, let type, let body):
      state = .idle
      failures = 0
      lost += parcel.events
      let why: Sentence =
        (300..<400).contains(status)
        ? "\(status), a redirect, which is not followed" : "\(status)\(words(body, type))"
      complain("the collector at \(address) refuses \(collector.signal.words): \(why)", at: now.instant)
    case .failed(let failure):
      let remedy: Sentence = failure.flaw.map { "; \($0.remedy(.collector))" } ?? ""
      sendAgain(
        parcel, since, notBefore: .zero, "\(failure.type), \(gate.text(of: failure))\(remedy)",
        at: now.instant, &random)
    }
  }

  private mutating func delivered(_ body: [UInt8], _ mediaType: String?, at now: Instant) {
    failures = 0
    if let partial = CollectorWords.partialSuccess(body, mediaType), partial.rejected > 0 {
      if collector.signal == .logs { lost += min(partial.rejected, ParcelQueue.limit) }
      return complain(
        """
        the collector at \(address) rejects \(partial.rejected) of the \(collector.signal.words) that it got: \
        \(gate.text(whole: partial.why))
        """, at: now)
    }
    guard isInTrouble else { return }
    isInTrouble = false
    news.append("the collector at \(address) takes \(collector.signal.words) again\(takeLost())")
  }

  private mutating func sendAgain(
    _ parcel: Parcel, _ since: Instant, notBefore asked: Duration, _ why: Sentence, at now: Instant,
    _ random: inout some RandomNumberGenerator
  ) {
    failures += 1
    let wait = max(asked, Self.backoff.delay(attempt: failures, using: &random))
    if now + wait - since > Self.patience, parcel.events > 0 {
      lost += parcel.events
      state = .idle
      // The next one waits as long: it is the same collector.
      if let next = queue.removeFirst() { state = .waiting(next, since: now, until: now + wait) }
    } else {
      state = .waiting(parcel, since: since, until: now + wait)
    }
    complain("the collector at \(address) does not take \(collector.signal.words): \(why)", at: now)
  }

  private var address: ForeignText { ForeignText(local: collector.endpoint.display) }

  private func words(_ body: [UInt8], _ mediaType: String?) -> Sentence {
    let message = CollectorWords.message(body, mediaType)
    return message.isEmpty ? "" : " \(gate.text(CutText(message, wasCut: body.count > 512), limit: 120))"
  }

  // MARK: - What people are told

  private mutating func complain(_ why: Sentence, at now: Instant) {
    if let lastTold, now - lastTold < Self.quiet { return }
    (lastTold, isInTrouble) = (now, true)
    news.append("\(why)\(takeLost())")
  }

  private mutating func takeLost() -> Sentence {
    defer { lost = 0 }
    return lost == 0 ? "" : "; \(lost) \(lost == 1 ? "event" : "events" as Sentence) did not reach it"
  }

  /// What is to be told, in sentences without their full stop.
  package mutating func takeNews() -> [Sentence] {
    defer { news = [] }
    return news
  }
}
