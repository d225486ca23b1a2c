import TopDisplay
import SessionEngine
import Glibc
import LoopbackServers
import MCPWire
import MCPSessions
import TopPlatform

// What single rooms of the house can do: pictures, reports, streams, messages.

/// Measures and prints.
func measureRooms() {
  let store = crowdedStore(sessions: 1_000, events: 10_000)
  for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
    let size = Size(columns: columns, rows: rows)
    let view = ViewState()
    measure("draw \(columns)x\(rows), 1 000 sessions, 10 000 events", unit: "frames/s", count: 200) {
      _ = render(store, view, at: Moment.now, size: size, context: benchmarkContext)
    }
  }
  let reports = (0..<1_000).map { single(SessionKey(server: "server-\($0 % 100)"), number: $0) }
  var folded = store
  measure("take in 1 000 reports", unit: "rounds/s", count: 50) {
    for report in reports { folded.fold(report, at: Moment.now) }
  }
  let event = Array(
    "event: message\r\nid: 7\r\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\r\n\r\n".utf8)
  let chunk = Array((0..<200).map { _ in event }.joined())
  var stream = ServerSentEvents()
  measure("read a stream of \(chunk.count / 1_024) KiB of events", unit: "rounds/s", count: 200) {
    _ = stream.append(chunk)
  }
  let answer = Array(
    #"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"add","inputSchema":{"type":"object"}}]}}"#.utf8)
  measure("read an answer", unit: "messages/s", count: 20_000) { _ = try? Message.read(answer) }
}

private let benchmarkContext = Context(
  host: "bench", operator: Operator(user: "bench", origin: ""), readOnly: false, utcOffset: 0, ascii: false,
  themeName: "default", version: Outgoing.clientVersion)

private func measure(_ what: String, unit: String, count: Int, _ body: () -> Void) {
  body()
  let start = Moment.now.instant
  for _ in 0..<count { body() }
  let seconds = (Moment.now.instant - start).inSeconds
  line(what, "\(Int(Double(count) / seconds)) \(unit)")
}

func line(_ what: String, _ figure: String) {
  _ = writeAll(what + String(repeating: " ", count: max(1, 50 - what.count)) + figure + "\n", to: 1)
}

private func single(_ key: SessionKey, number: Int) -> EngineReport {
  var session = SessionReport(key: key, state: .ready, since: Moment.now)
  session.session = "12345678..."
  session.lastGood = Moment.now
  var event = Event(
    time: Moment.now, kind: .serverMessage, server: key.server, user: key.user,
    message: "message \(number) of a server")
  event.seq = UInt64(number)
  var report = EngineReport()
  report.sessions = [key: session]
  report.events = [event]
  return report
}

private func crowdedStore(sessions: Int, events: Int) -> Store {
  var store = Store(eventCapacity: events)
  var report = EngineReport()
  let names = (0..<(sessions / 10)).map { "server-\($0)" }
  report.servers = names.map {
    ServerReport(
      name: $0, transport: .streamableHTTP, url: "https://\($0).example.org/mcp",
      users: (0..<10).map { "user-\($0)" }, note: nil, settings: SessionSettings())
  }
  store.fold(report, at: Moment.now)
  for number in 0..<max(sessions, events) {
    let user = "user-\(number / 100 % 10)"
    store.fold(
      single(SessionKey(server: names[number % names.count], user: user), number: number), at: Moment.now)
  }
  return store
}
