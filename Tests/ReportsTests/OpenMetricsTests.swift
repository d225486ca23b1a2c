import MCPSessions
import Testing

@testable import TopReports

@Suite struct `OpenMetrics text` {
  @Test func `names counters without their ending, and has an end`() {
    let text = openMetricsText(metricFamilies(busyStore(), at: noon))
    #expect(text.hasSuffix("\n# EOF\n") && text.split(separator: "\n").count { $0 == "# EOF" } == 1)
    #expect(
      text.contains("# TYPE sessiontop_recoveries_attempted counter\nsessiontop_recoveries_attempted_total "))
    #expect(text.contains("# TYPE sessiontop_servers gauge\n"))
    #expect(text.contains(#"le="1.0"} "#) && text.contains(#"le="300.0"} "#), "bounds are real numbers")
    let samples = { (text: String) in
      text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.replacing(#".0"}"#, with: #""}"#) }
    }
    #expect(
      samples(text) == samples(prometheusText(metricFamilies(busyStore(), at: noon))), "the same figures")
  }
}
