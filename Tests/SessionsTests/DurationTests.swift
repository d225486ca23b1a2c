import MCPWire
import Testing

@testable import MCPSessions

@Suite struct `How long it took` {
  private let noon = Moment(instant: .zero, wall: WallTime(milliseconds: 1_795_428_000_000))

  @Test(
    arguments: [
      (-1, 0), (0, 0), (10, 0), (11, 1), (20, 1), (999, 6), (1_000, 6), (1_001, 7), (300_000, 13),
      (300_001, 14), (90_000_000, 14),
    ] as [(Int64, Int)])
  func `belong to the bucket whose end they do not pass`(milliseconds: Int64, bucket: Int) {
    var histogram = DurationHistogram(since: noon)
    histogram.add(.milliseconds(milliseconds))
    #expect(histogram.counts.firstIndex(of: 1) == bucket && histogram.count == 1)
    #expect(histogram.sum == Double(max(0, milliseconds)) / 1_000)
  }

  @Test func `of questions are counted by method, revision and failure`() throws {
    var world = try World(["a"])
    world.run(100)
    world.machines["a"]?.script = { $0.purpose == .ping ? .rejected(-32_000, "no") : nil }
    world.run(100)
    world.machines["a"]?.script = nil
    world.machines["a"]?.mode = .refusing
    world.endStreams("a")
    world.run(30)
    let kinds = Set(
      world.store.durations.keys.map { series -> String in
        guard case .operation(let method) = series.subject else { return "session" }
        return [
          method, series.protocolVersion ?? "-", series.errorType ?? "-",
          series.responseCode.map(String.init) ?? "-",
        ].joined(separator: " ")
      })
    #expect(
      kinds.isSuperset(of: [
        "initialize - - -", "notifications/initialized 2025-11-25 - -", "ping 2025-11-25 - -",
        "tools/list 2025-11-25 - -", "ping 2025-11-25 -32000 -32000",
        "tools/list 2025-11-25 connect_refused -",
      ]), "\(kinds.sorted())")
    let asked = world.wire.count { $0 == "POST initialize" }
    let counted = world.store.durations.filter { $0.key.subject == .operation(method: "initialize") }
    #expect(counted.reduce(0) { $0 + $1.value.count } == UInt64(asked), "each question once")
  }

  @Test func `of sessions are counted when they end, with why`() throws {
    var world = try World(["a"])
    world.run(100)
    #expect(!world.store.durations.keys.contains { $0.subject == .session })
    world.machines["a"]?.sessions = []
    world.run(100)
    let lost = world.store.durations.filter { $0.key.subject == .session }
    #expect(lost.count == 1 && lost.first?.key.errorType == "session_terminated", "\(lost)")
    #expect(lost.first?.value.count == 1 && (lost.first?.value.sum ?? 0) > 90)
    world.command(.stop)
    world.run(5)
    let ended = world.store.durations.filter { $0.key.subject == .session && $0.key.errorType == nil }
    #expect(ended.first?.value.count == 1 && ended.first?.key.protocolVersion == "2025-11-25")
  }

  @Test func `of a server that finds ever new errors stay few, and none is lost`() {
    var durations = Durations()
    for code in 0..<1_000 {
      durations.add(
        .seconds(1),
        to: DurationSeries(
          server: "a", subject: .operation(method: "ping"), protocolVersion: nil, errorType: String(code),
          responseCode: code), at: noon)
    }
    durations.add(.zero, to: DurationSeries(server: "b", subject: .session, protocolVersion: nil), at: noon)
    durations.keep(["a"])
    let changes = durations.takeChanges()
    #expect(changes.count == 65 && changes.values.reduce(0) { $0 + $1.count } == 1_000)
    #expect(changes.keys.contains { $0.errorType == "_OTHER" && $0.responseCode == nil })
    #expect(durations.takeChanges().isEmpty)
  }
}
