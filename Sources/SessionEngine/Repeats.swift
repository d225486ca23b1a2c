import MCPSessions

/// When requests of a session may be sent once more, for whatever reason: another token, another address,
/// another connection. Whatever cycle of answers servers and issuers come to, these are two a second beside
/// the ten of its pace; who wants more waits.
final class Repeats {
  private var times: [SessionKey: [Instant]] = [:]
  private static let most = 2
  private static let span = Duration.seconds(1)

  /// When the next one may go out; to be asked once for each.
  func next(of session: SessionKey, at now: Instant) -> Instant {
    var times = times[session] ?? []
    let next = times.count < Self.most ? now : max(now, times[0] + Self.span)
    times.append(next)
    if times.count > Self.most { times.removeFirst() }
    self.times[session] = times
    return next
  }

  /// These sessions are left.
  func keep(_ isLeft: (SessionKey) -> Bool) { times = times.filter { isLeft($0.key) } }
}

/// One thread has it.
@available(*, unavailable)
extension Repeats: Sendable {}
