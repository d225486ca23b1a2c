import MCPWire
import MCPSessions

// The numbers of a line that was recorded, or that another program sent. They may be anything, so each is
// read here and into a range: what comes out can be added up, made a length of time and shown.

/// How many things were counted, 0 when that is not said. Nobody has ever seen more of them than this, and
/// sums of so many stay numbers.
func count(_ value: JSONValue?) -> Int { figure(value, 0...1_000_000_000_000) ?? 0 }

/// A length of time of at most a hundred years; absent when there is none.
func span(_ value: JSONValue?) -> Duration? {
  figure(value, 0...3_153_600_000_000).map { .milliseconds($0) }
}

/// Bytes, of which no machine has more than this.
func size(_ value: JSONValue?) -> Int64? { figure(value, 0...1_000_000_000_000_000).map { Int64($0) } }

/// What was measured; absent when it cannot have been.
func measure(_ value: JSONValue?, upTo limit: Double = 1e9) -> Double? {
  value?.number.map { min(max(0, $0), limit) }
}

/// A number that stands for something, which another number would not: one outside of the range is none.
func code(_ value: JSONValue?, _ range: ClosedRange<Int> = -(1 << 53)...(1 << 53)) -> Int? {
  value?.whole.flatMap { range.contains($0) ? $0 : nil }
}

/// A whole number, in a range whatever it says; absent when it is no number.
private func figure(_ value: JSONValue?, _ range: ClosedRange<Int>) -> Int? {
  value?.number.map { min(max(range.lowerBound, Int(saturating: $0)), range.upperBound) }
}
