package import MCPSessions

/// Metrics as an ExportMetricsServiceRequest: sums and histograms cumulative, since the start.
package func otlpMetrics(
  _ families: [MetricFamily], _ resource: OTLPResource, as encoding: Collector.Encoding, at now: Moment
) -> [UInt8] {
  OTLPWriter.document(encoding) {
    $0.messages("resourceMetrics", 1, [resource]) {
      $0.resource($1)
      $0.messages("scopeMetrics", 2, CollectionOfOne(families.filter { !$0.points.isEmpty })) {
        $0.scope()
        $0.messages("metrics", 2, $1) { $0.metric($1, resource.started, now) }
      }
    }
  }
}

extension OTLPWriter {
  fileprivate mutating func metric(_ family: MetricFamily, _ started: WallTime, _ now: Moment) {
    text("name", 1, family.name)
    text("description", 2, family.help)
    text("unit", 3, family.unit.otlpName)
    switch family.kind {
    case .gauge: message("gauge", 5) { $0.points(family, started, now) }
    case .counter:
      message("sum", 7) {
        $0.points(family, started, now)
        $0.choice("aggregationTemporality", 2, cumulative)
        $0.flag("isMonotonic", 3, true)
      }
    case .histogram:
      message("histogram", 9) {
        $0.points(family, started, now)
        $0.choice("aggregationTemporality", 2, cumulative)
      }
    }
  }

  private mutating func points(_ family: MetricFamily, _ started: WallTime, _ now: Moment) {
    messages("dataPoints", 1, family.points) { writer, point in
      if family.kind != .gauge {
        writer.fixed("startTimeUnixNano", 2, unixNano(point.since?.wall ?? started))
      }
      writer.fixed("timeUnixNano", 3, unixNano(now.wall))
      let attributes = point.attributes + point.context
      switch point.value {
      case .integer(let value):
        writer.signed("asInt", 6, value)
        writer.attributes(7, attributes)
      case .real(let value):
        writer.real("asDouble", 4, value)
        writer.attributes(7, attributes)
      case .histogram(let histogram):
        writer.fixed("count", 4, histogram.count)
        writer.real("sum", 5, histogram.sum)
        writer.fixed("bucketCounts", 6, histogram.counts)
        writer.reals("explicitBounds", 7, DurationHistogram.bounds)
        writer.attributes(9, attributes)
      }
    }
  }
}

/// AGGREGATION_TEMPORALITY_CUMULATIVE.
private let cumulative: UInt32 = 2

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
