/// How often an issuer is asked for tokens that end as soon as they are got: some say one second, by mistake
/// or to see what happens.
struct TokenPace: Hashable, Sendable {
  /// A token that was got so soon after another one followed it at once.
  private static let atOnce = Duration.seconds(10)
  /// So many may.
  private static let leave = 1
  /// After a time like this all is forgotten.
  private static let memory = Duration.seconds(20)

  private var last: Instant?
  private var quick = 0

  mutating func got(at now: Instant) {
    let since = last.map { now - $0 } ?? Self.memory
    if since < Self.atOnce {
      quick = min(quick + 1, Self.leave + 3)
    } else if since >= Self.memory {
      quick = 0
    }
    last = now
  }

  /// Before this none is asked for without a person: at worst eight seconds after the last one.
  var earliest: Instant {
    guard let last, quick >= Self.leave else { return .zero }
    return last + .seconds(1 << (quick - Self.leave))
  }
}
