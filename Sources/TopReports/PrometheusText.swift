import MCPSessions

/// Metrics in the Prometheus text format 0.0.4, every line ended.
package func prometheusText(_ families: [MetricFamily]) -> String {
  families.map { $0.text(isOpen: false) }.joined()
}

/// The same as OpenMetrics 1.0.0, for those who ask for it.
package func openMetricsText(_ families: [MetricFamily]) -> String {
  families.map { $0.text(isOpen: true) }.joined() + "# EOF\n"
}

extension MetricFamily {
  /// What Prometheus calls it: dots are underscores, the unit is the ending, and counters are totals
  /// (OpenTelemetry, "Prometheus and OpenMetrics Compatibility").
  package var prometheusName: String {
    let ending =
      switch unit {
      case .seconds: "_seconds"
      case .bytes: "_bytes"
      case .count, .none: ""
      }
    return name.replacing(".", with: "_") + ending + (kind == .counter ? "_total" : "")
  }

  /// A family without points is not there at all. In OpenMetrics the name of a counter's family lacks the
  /// ending that its samples have.
  fileprivate func text(isOpen: Bool) -> String {
    guard !points.isEmpty else { return "" }
    let name = prometheusName
    let title = isOpen && kind == .counter ? String(name.dropLast(6)) : name
    var text = "# HELP \(title) \(help)\n# TYPE \(title) \(kind)\n"
    for point in points {
      let labels = point.attributes.map { "\(label($0.name))=\"\(escaped($0.value))\"" }
        .joined(separator: ",")
      switch point.value {
      case .integer(let value): text += sample(name, labels, String(value))
      case .real(let value): text += sample(name, labels, number(value))
      case .histogram(let histogram): text += samples(name, labels, histogram, isOpen: isOpen)
      }
    }
    return text
  }
}

/// Each bucket holds all that took no longer, the last one everything.
private func samples(
  _ name: String, _ labels: String, _ histogram: DurationHistogram, isOpen: Bool
) -> String {
  var text = ""
  var count: UInt64 = 0
  let comma = labels.isEmpty ? "" : ","
  for (bucket, own) in histogram.counts.enumerated() {
    count += own
    let isLast = bucket == DurationHistogram.bounds.count
    // OpenMetrics wants to see that these are real numbers.
    let bound =
      isLast
      ? "+Inf" : isOpen ? "\(DurationHistogram.bounds[bucket])" : number(DurationHistogram.bounds[bucket])
    text += sample(name + "_bucket", "\(labels)\(comma)le=\"\(bound)\"", String(count))
  }
  return text + sample(name + "_sum", labels, number(histogram.sum))
    + sample(name + "_count", labels, String(histogram.count))
}

private func sample(_ name: String, _ labels: String, _ value: String) -> String {
  labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
}

private func label(_ name: String) -> String { name.replacing(".", with: "_") }

/// Backslash, quote and line feed are the three that the format wants escaped.
private func escaped(_ value: MetricAttribute.Value) -> String {
  switch value {
  case .number(let number): return String(number)
  case .text(let text):
    var result = ""
    for character in PrintableText.line(text).unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}

private func number(_ value: Double) -> String {
  guard value.isFinite else { return value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf" }
  guard value == value.rounded(), abs(value) < 1e15 else { return "\(value)" }
  return String(Int64(value))
}
