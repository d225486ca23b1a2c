import Glibc

/// How many worlds are simulated; each is one seed.
enum Simulation {
  /// 100, or as many as the variable SEEDS says; FIRST_SEED moves their beginning, to repeat a failure.
  static let seeds: ClosedRange<UInt64> = {
    let first = number("FIRST_SEED") ?? 1
    return first...(first + max(1, number("SEEDS") ?? 100) - 1)
  }()

  private static func number(_ name: String) -> UInt64? {
    getenv(name).flatMap { UInt64(String(cString: $0)) }
  }
}
