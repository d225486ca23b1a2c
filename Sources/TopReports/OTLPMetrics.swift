import MCPWire
package import MCPSessions

/// Metrics as an ExportMetricsServiceRequest in JSON: sums and histograms cumulative, since the start.
package func otlpMetrics(_ families: [MetricFamily], _ resource: OTLPResource, at now: Moment) -> String {
  var writer = JSONWriter()
  writer.object {
    $0.array("resourceMetrics") {
      $0.object {
        resource.write(&$0)
        $0.array("scopeMetrics") {
          $0.object { writer in
            writer.scope()
            writer.array("metrics") { writer in
              for family in families where !family.points.isEmpty {
                writer.metric(family, resource.started, now)
              }
            }
          }
        }
      }
    }
  }
  return writer.text
}

extension JSONWriter {
  fileprivate mutating func metric(_ family: MetricFamily, _ started: WallTime, _ now: Moment) {
    object {
      $0.member("name", family.name)
      $0.member("description", family.help)
      $0.member("unit", family.unit.otlpName)
      switch family.kind {
      case .gauge: $0.object("gauge") { $0.points(family, started, now) }
      case .counter:
        $0.object("sum") {
          $0.points(family, started, now)
          $0.member("aggregationTemporality", cumulative)
          $0.member("isMonotonic", true)
        }
      case .histogram:
        $0.object("histogram") {
          $0.points(family, started, now)
          $0.member("aggregationTemporality", cumulative)
        }
      }
    }
  }

  private mutating func points(_ family: MetricFamily, _ started: WallTime, _ now: Moment) {
    array("dataPoints") { writer in
      for point in family.points {
        writer.object {
          $0.attributes(point.attributes + point.context)
          if family.kind != .gauge { $0.member("startTimeUnixNano", unixNano(point.since?.wall ?? started)) }
          $0.member("timeUnixNano", unixNano(now.wall))
          switch point.value {
          case .integer(let value): $0.member("asInt", String(value))
          case .real(let value): $0.member("asDouble", json: real(value))
          case .histogram(let histogram): $0.histogram(histogram)
          }
        }
      }
    }
  }

  private mutating func histogram(_ histogram: DurationHistogram) {
    member("count", String(histogram.count))
    member("sum", json: real(histogram.sum))
    array("bucketCounts") { for count in histogram.counts { $0.element(String(count)) } }
    let bounds = DurationHistogram.bounds.map(real).joined(separator: ",")
    member("explicitBounds", json: "[\(bounds)]")
  }
}

/// AGGREGATION_TEMPORALITY_CUMULATIVE.
private let cumulative = 2

/// A number of JSON, or a word where it has none.
private func real(_ value: Double) -> String {
  guard value.isFinite else { return value.isNaN ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"" }
  return "\(value)"
}

extension MetricFamily.Unit {
  /// In UCUM: what is counted stands in braces.
  fileprivate var otlpName: String {
    switch self {
    case .seconds: "s"
    case .bytes: "By"
    case .count(let of): "{\(of)}"
    case .none: ""
    }
  }
}
