import Glibc
import MCPSessions
import MCPWire
import SessionEngine
import TopConfiguration
import TopDisplay
import TopPlatform
import TopReports

// What single rooms of the house can do: pictures, reports, streams, messages, files.

func measureRooms() {
  measureScreens()
  measureReaders()
  measureMailbox()
  measureConfiguration()
}

private func measureScreens() {
  let store = crowdedStore(sessions: 10_000, events: 10_000)
  for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
    let size = Size(columns: columns, rows: rows)
    let view = ViewState()
    measure("frame of \(columns)x\(rows), 10 000 sessions") {
      _ = render(store, view, at: Moment.now, size: size, context: benchmarkContext)
    }
  }
  measure("flat lines of 10 000 sessions") { _ = plainLines(store, filter: "", at: Moment.now, utcOffset: 0) }
  measure("snapshot of 10 000 sessions as JSON") { _ = snapshotLine(store, at: Moment.now) }
  let reports = (0..<1_000).map { single(SessionKey(server: "server-\($0 % 100)"), number: $0) }
  var folded = store
  measure("1 000 reports with an event each folded") {
    for report in reports { folded.fold(report, at: Moment.now) }
  }
}

private func measureReaders() {
  let answer = Array(#"{"jsonrpc":"2.0","id":1,"result":{}}"#.utf8)
  measure("the answer to a ping read") { _ = try? Message.read(answer) }
  let tool = #"{"name":"add","description":"Adds two numbers.","inputSchema":{"type":"object"}}"#
  let list = Array(
    (#"{"jsonrpc":"2.0","id":1,"result":{"tools":["#
      + Array(repeating: tool, count: 100).joined(separator: ",") + "]}}").utf8)
  measureReading("JSON-RPC, a list of 100 tools", of: list.count) { _ = try? Message.read(list) }
  let said =
    #"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"job 1 done"}}"#
  let event = "event: message\r\nid: 7\r\ndata: \(said)\r\n\r\n"
  let chunk = Array(String(repeating: event, count: 200).utf8)
  var reader = ReplyReader(contentType: "text/event-stream", bodyLimit: 1 << 20, eventLimit: 1 << 20)
  measureReading("Server-Sent Events with their messages", of: chunk.count) { _ = reader.append(chunk) }
}

private func measureMailbox() {
  guard let there = try? Mailbox<EngineReport>(), let back = try? Mailbox<EngineReport>() else { return }
  var report = EngineReport()
  report.eventsDropped = 1
  let ended = (try? Mailbox<EngineReport>())
  let letter = report
  try? startThread(named: "echo") {
    while true {
      _ = wait(reading: [there.descriptor], milliseconds: 1_000)
      let mail = there.drain()
      if mail.stopped { break }
      if !mail.isEmpty { back.post(letter) }
    }
    ended?.post(letter)
  }
  measure("round trip between two threads by mailbox") {
    there.post(letter)
    repeat { _ = wait(reading: [back.descriptor], milliseconds: 1_000) } while back.drain().isEmpty
  }
  report.stopped = true
  there.post(report)
  if let ended { _ = wait(reading: [ended.descriptor], milliseconds: 1_000) }
}

private func measureConfiguration() {
  var name = Array("/tmp/sessiontop-bench-XXXXXX.yaml".utf8CString)
  let file = mkstemps(&name, 5)
  guard file >= 0 else { return }
  let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  defer { unlink(path) }
  let servers = (0..<1_000).map {
    "  server-\($0): {type: streamable-http, url: 'https://server-\($0).example.org/mcp', timeout: 30000}\n"
  }
  _ = writeAll("mcpServers:\n" + servers.joined(), to: file)
  close(file)
  measure("configuration of 1 000 servers loaded") { _ = loadConfiguration(paths: [path], environment: [:]) }
}

private let benchmarkContext = Context(
  host: "bench", operator: Operator(user: "bench", origin: ""), readOnly: false, utcOffset: 0, ascii: false,
  themeName: "default", version: Outgoing.clientVersion)

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
    let user = "user-\(number / names.count % 10)"
    store.fold(
      single(SessionKey(server: names[number % names.count], user: user), number: number), at: Moment.now)
  }
  return store
}
