package import MCPSessions

/// One metric with all its points, named as OpenTelemetry names it; how others call it follows from that by
/// the rules for translating one into the other.
package struct MetricFamily: Sendable {
  package enum Kind: Sendable {
    /// As it is now.
    case gauge
    /// What only grows.
    case counter
    /// Durations in buckets that only grow.
    case histogram
  }

  package enum Unit: Hashable, Sendable {
    case seconds
    case bytes
    /// So many of these; one of them, as in `session`.
    case count(of: String)
    /// A yes or no, or nothing but what its attributes say.
    case none
  }

  /// `mcp.client.operation.duration`.
  package let name: String
  package let kind: Kind
  package let unit: Unit
  /// One sentence with its full stop.
  package let help: String
  package let points: [MetricPoint]

  init(_ name: String, _ kind: Kind, _ unit: Unit, _ help: String, _ points: [MetricPoint]) {
    self.name = name
    self.kind = kind
    self.unit = unit
    self.help = help
    self.points = points
  }

  /// One figure without attributes.
  init(_ name: String, _ kind: Kind, _ unit: Unit, _ help: String, _ value: Int) {
    self.init(name, kind, unit, help, [MetricPoint([], value)])
  }
}

/// One figure of a metric.
package struct MetricPoint: Sendable {
  package enum Value: Sendable {
    case integer(Int)
    case real(Double)
    case histogram(DurationHistogram)
  }

  /// What tells it from the other points of its metric: bounded, and never a session or a user.
  package let attributes: [MetricAttribute]
  /// What else is known of what it is about. It adds no points; where space is dear it stands in a metric of
  /// its own, from which it can be joined.
  package let context: [MetricAttribute]
  package let value: Value
  /// Since when it counts; absent where that is the start of the program.
  package let since: Moment?

  init(
    _ attributes: [MetricAttribute], _ value: Value, context: [MetricAttribute] = [], since: Moment? = nil
  ) {
    self.attributes = attributes
    self.context = context
    self.value = value
    self.since = since
  }

  init(_ attributes: [MetricAttribute], _ value: Int) { self.init(attributes, .integer(value)) }
  init(_ attributes: [MetricAttribute], _ value: Double) { self.init(attributes, .real(value)) }
}

/// A name with its value: `server.port`, 443.
package struct MetricAttribute: Hashable, Sendable {
  package enum Value: Hashable, Sendable {
    case text(String)
    case number(Int)
  }

  package let name: String
  package let value: Value

  init(_ name: String, _ value: String) {
    self.name = name
    self.value = .text(value)
  }

  init(_ name: String, _ value: Int) {
    self.name = name
    self.value = .number(value)
  }
}
