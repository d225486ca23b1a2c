import Glibc
import MCPSessions
import Testing

@testable import TopReports

/// What the installed files for Prometheus and Grafana ask for must be there to be asked.
@Suite struct `A packaged query` {
  @Test(arguments: ["sessiontop.rules.yml", "sessiontop.grafana.json"])
  func `names only metrics and labels that are given out`(file: String) throws {
    let text = try text(of: file)
    let families = metricFamilies(fullStore(), at: noon)
    var names: Set<String> = []
    var labels: Set<String> = ["le", "job", "instance"]
    for family in families {
      let name = family.prometheusName
      names.formUnion(family.kind == .histogram ? ["_bucket", "_sum", "_count"].map { name + $0 } : [name])
      for point in family.points {
        labels.formUnion(point.attributes.map { $0.name.replacing(".", with: "_") })
      }
    }
    let asked = text.matches(of: /\b(?:sessiontop|mcp_client)_[a-z_]+/).map { String($0.output) }
    #expect(Set(asked).subtracting(names) == [])
    #expect(asked.count > 10)
    let used = text.matches(of: /[{,]\s*([a-z_]+)\s*(?:=~|!~|!=|=)\\?"/).map { String($0.output.1) }
    #expect(Set(used).subtracting(labels) == [])
    #expect(!used.isEmpty)
    let states = Set(SessionState.allCases.map(\.rawValue))
    for match in text.matches(of: /state(?:=~|!~|!=|=)\\?"([a-z|]+)/) {
      #expect(Set(match.output.1.split(separator: "|").map(String.init)).subtracting(states) == [])
    }
  }

  @Test func `is a dashboard that Grafana can read`() throws {
    let dashboard = try JSONValue(reading: try text(of: "sessiontop.grafana.json"))
    guard case .array(let panels)? = dashboard["panels"] else {
      Issue.record("no dashboard")
      return
    }
    #expect(panels.count > 15 && dashboard["uid"] == .string("sessiontop"))
  }

  /// A morning on which everything happens that is counted.
  private func fullStore() -> Store {
    var store = busyStore()
    var report = EngineReport()
    report.sessions = store.sessions.mapValues { session in
      var session = session
      var authorization = AuthorizationReport()
      (authorization.expires, authorization.renewed) = (noon.wall, noon.wall)
      session.authorization = authorization
      session.process = ProcessReport(
        id: 4_711, since: noon,
        usage: ServerUsage(processes: 1, threads: 2, memory: 3, processorTime: .seconds(4)))
      return session
    }
    store.fold(report, at: noon)
    return store
  }

  private func text(of file: String) throws -> String {
    let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(
      separator: "/")
    let stream = try #require(fopen("\(root)/Sources/sessiontop/Packaging/\(file)", "r"))
    defer { fclose(stream) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, stream)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
