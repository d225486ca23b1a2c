import SessionEngine
import MCPSessions
import MCPWire

/// One measured number, as a line of JSON that Tests/Performance/bench.py reads.
struct Figure {
  let name: String
  let value: Double
  let unit: String

  func report() {
    var writer = JSONWriter()
    writer.object {
      $0.member("name", name)
      $0.member("value", value, places: 3)
      $0.member("unit", unit)
    }
    say(writer.text)
  }
}

/// How long one call takes, in microseconds: the best of several batches, because what disturbs a measurement
/// only ever makes it longer.
func microseconds(atLeast batch: Duration = .milliseconds(30), batches: Int = 7, _ body: () -> Void) -> Double
{
  body()
  var count = 1
  var best = Double.infinity
  var done = 0
  while done < batches {
    let start = Moment.now.instant
    for _ in 0..<count { body() }
    let took = Moment.now.instant - start
    guard took >= batch || count >= 1 << 20 else {
      count *= 2
      continue
    }
    best = min(best, took.inSeconds * 1_000_000 / Double(count))
    done += 1
  }
  return best
}

/// Measures and reports what one call takes.
func measure(_ name: String, _ body: () -> Void) {
  Figure(name: name, value: microseconds(body), unit: "µs").report()
}

/// Measures and reports how much of `bytes` is read in a second.
func measureReading(_ name: String, of bytes: Int, _ body: () -> Void) {
  Figure(name: name, value: Double(bytes) / microseconds(body), unit: "MB/s").report()
}
