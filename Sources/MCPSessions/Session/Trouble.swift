import MCPWire

/// What the last loss taught.
struct Trouble: Hashable, Sendable {
  /// What people are told of a session that is not live.
  enum Nature: Hashable, Sendable {
    case recovering, unstable, unauthorized, failed
  }

  /// Why the session is not live, and what follows from it; absent in health.
  var cause: SessionError?
  var nature = Nature.recovering
  /// Attempts since the loss, for people.
  var attempts = 0
  /// Failures in a row that are the session's own, not the way's. A life of under ten seconds does not reset
  /// it.
  var setbacks = 0
  /// Whether the start of this recovery was told.
  var recoveryStarted = false
  /// Losses within a minute of their own handshakes, in a row.
  var earlyLosses = 0
  /// When a live session got another token, until a question with it was answered: servers that bind sessions
  /// to tokens end one then, once.
  var tokenChanged: Instant?
  /// Answers in a row that called the id invalid, or gave an id that is.
  var invalidIDs = 0
  /// Unusable answers to `initialize` in a row.
  var flawedHandshakes = 0
  /// Handshakes in a row whose answers were not waited for to the end.
  var unanswered = 0
  /// Those of them that went out: whether a session came of each, a late answer to another one tells.
  var unheard = 0
  /// How `initialized` was refused, while a ping asks whether that matters.
  var unconfirmed: SessionError?
  /// What `initialize` was refused with, while the older way of speaking is tried.
  var refusal: SessionError?
  /// Refusals of the id in a row, in whatever words, and when they began.
  var refusals = 0
  var refusedSince: Instant?
  /// The id whose refusals are put to the test: a handshake without it is under way.
  var doubted: Live?
  /// When that was done last, and how often while the id was refused.
  var lastTrial: Instant? { didSet { trials = lastTrial == nil ? 0 : trials + 1 } }
  private var trials = 0
  /// The session that was given up because a handshake beside it succeeded, until the next one is of use.
  var gaveUp: GivenUp?
  /// The session that was called gone as soon as it was made, until one is made without that.
  var stillborn: Identity? { didSet { isStillbornEnded = false } }
  /// It turned out to live, and was ended.
  var isStillbornEnded = false
  /// A session that was called gone by the answer to its first ping: the next one is asked for its list,
  /// which tells whether it was the session or the ping.
  var lostByPing: GivenUp?
  /// A question was not answered as it should be beside a stream that let none through.
  var suspectsStream = false
  /// How often in a row such trouble ended with the stream.
  var streamStrikes = 0
  /// How often our stream was found in the way, until when the server is spared of it, and whether it refused
  /// what it was asked, or was silent.
  var streamBlocks = 0
  var streamBlockedUntil: Instant?
  var isBlockOfRefusals = false
  /// A stuck stream led to a new session once; it is not tried again.
  var replacedForStream = false
  /// Another era was tried since the last wait: whatever answers come, the next change costs a wait.
  var hasFallenBack = false
}

extension Trouble {
  /// So many refusals, or so long a time of them, raise the question whether the id is the trouble.
  private static let refusalLimit = 3
  private static let refusalTime = Duration.seconds(60)
  /// The wait between the first two handshakes beside the id. One that fell into an outage has decided
  /// nothing, so the next one comes soon, and each after it after twice the time.
  private static let firstTrialGap = Duration.seconds(4)

  /// A request with the id was answered, and refused.
  mutating func refusedID(at now: Instant) {
    refusals += 1
    refusedSince = refusedSince ?? now
  }

  mutating func acceptedID() {
    (refusals, refusedSince, lastTrial) = (0, nil, nil)
  }

  /// When it is time for a handshake beside the id, however seldom it may be asked.
  var trialDue: Instant? {
    guard gaveUp == nil, let refusedSince else { return nil }
    return lastTrial.map { $0 + trialGap } ?? refusedSince + Self.refusalTime
  }

  private var trialGap: Duration {
    min(Self.firstTrialGap * (1 << max(0, min(trials - 1, 4))), Self.refusalTime)
  }

  /// Whether it is time for a handshake beside the id. Who is asked to wait has reason to do so for longer.
  func wantsTrial(at now: Instant, isAskedToWait: Bool = false) -> Bool {
    guard let refusedSince, gaveUp == nil,
      refusals >= Self.refusalLimit && !isAskedToWait || now - refusedSince >= Self.refusalTime
    else { return false }
    return lastTrial.map { now - $0 >= (isAskedToWait ? Self.refusalTime : trialGap) } ?? true
  }
}

/// A session that was given up for another.
struct GivenUp: Hashable, Sendable {
  let identity: Identity
  /// It was ended with a word to the server, or need not be.
  var isEnded: Bool
}
