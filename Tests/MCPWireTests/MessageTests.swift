import Testing

@testable import MCPWire

private struct Row: Sendable, CustomTestStringConvertible {
  let json: String
  let expected: String
  var testDescription: String { json }

  init(_ json: String, _ expected: String) {
    self.json = json
    self.expected = expected
  }
}

/// What was read, in words.
private func words(_ json: String) -> String {
  do {
    return try Message.read(Array(json.utf8)).map(words).joined(separator: "; ")
  } catch {
    return error.description
  }
}

private func words(_ message: Message) -> String {
  let id =
    switch message.id {
    case .number(let number): " \(number)"
    case .string(let text): " \"\(text)\""
    case .digits(let text): " as written \(text)"
    case .tooLong: " too long"
    case .null: " null"
    case nil: ""
    }
  switch message.content {
  case .request(let method, _): return "request\(id) \(method)"
  case .notification(let method, let parameters):
    return "notification \(method) \(parameters.data?.text ?? "")"
  case .result(let result):
    return "result\(id) \(result.protocolVersion ?? "-") tools \(result.tools?.count ?? -1)"
  case .failure(let error): return "error\(id) \(error.code) \(error.message.text) \(error.supportedVersions)"
  }
}

@Suite struct `JSON-RPC messages` {
  @Test(arguments: [
    Row(#"{"jsonrpc":"2.0","id":1,"result":{}}"#, "result 1 - tools -1"),
    Row(#"{"result":{"tools":[{},{"a":[1]}]},"id":"x","jsonrpc":"2.0"}"#, #"result "x" - tools 2"#),
    Row(#"{"jsonrpc":"2.0","id":null,"result":null}"#, "result null - tools -1"),
    Row(#"{"jsonrpc":"2.0","result":{"protocolVersion":"2025-11-25"}}"#, "result 2025-11-25 tools -1"),
    Row(#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":7,"tools":"none"}}"#, "result 1 - tools -1"),
    Row(#"{"jsonrpc":"2.0","id":3,"method":"ping"}"#, "request 3 ping"),
    Row(#"{"jsonrpc":"2.0","id":1.0,"method":"ping"}"#, "request as written 1.0 ping"),
    Row(#"{"id" : -0, "jsonrpc":"2.0","method":"ping"}"#, "request as written -0 ping"),
    Row(#"{"a":{"id":3},"jsonrpc":"2.0","id":1e400,"method":"m"}"#, "request as written 1e400 m"),
    Row(
      #"[{"jsonrpc":"2.0","id":1,"method":"a"},{"jsonrpc":"2.0","id":99999999999999999999,"method":"b"}]"#,
      "request 1 a; request as written 99999999999999999999 b"),
    Row(#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#, "request null ping"),
    Row(#"{"jsonrpc":"2.0","id":1,"result":{"x":"\ud800"}}"#, "the answer is not JSON"),
    Row(#"{"jsonrpc":"2.0","id":1,"result":{"x":"\udc00\ud800"}}"#, "the answer is not JSON"),
    Row(#"{"jsonrpc":"2.0","id":1,"result":{"x":"\ud83d\ude00\\ud800"}}"#, "result 1 - tools -1"),
    Row("{\u{0}\"jsonrpc\":\"2.0\"}", "the answer is not JSON"),
    Row(
      #"{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"hi"}}"#,
      "notification notifications/message hi"),
    Row(#"{"jsonrpc":"2.0","method":"m","params":{"data":{"a":1}}}"#, "notification m {...}"),
    Row(#"{"jsonrpc":"2.0","id":1,"error":{"code":0,"message":""}}"#, "error 1 0  []"),
    Row(
      #"{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"v","data":{"supported":["2026-07-28"]}}}"#,
      #"error 1 -32022 v ["2026-07-28"]"#),
    Row(
      #"[{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","method":"x"}]"#,
      "result 1 - tools -1; notification x "),
    Row("{}", "the answer has no \"jsonrpc\": \"2.0\""),
    Row("[]", "the answer is an empty batch"),
    Row("7", "the answer is JSON, but no object"),
    Row(#"{"jsonrpc":"2.0","id":1}"#, "the answer has neither a result nor an error"),
    Row(#"{"jsonrpc":"1.0","id":1,"result":{}}"#, "the answer has no \"jsonrpc\": \"2.0\""),
    Row("", "the answer is not JSON"),
    Row("{\"a\":1} {\"b\":2}", "the answer is not JSON"),
    Row(#"{"jsonrpc":"2.0","id":1,"result":{"x":NaN}}"#, "the answer is not JSON"),
    Row("<html>", "the answer is not JSON"),
  ]) private func `are read leniently, and refused in words`(row: Row) {
    #expect(words(row.json) == row.expected)
  }

  @Test func `of a hundred thousand nested arrays are refused without an overflow`() {
    let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    #expect(words(#"{"jsonrpc":"2.0","id":1,"result":"# + deep + "}") == "the answer is not JSON")
  }

  @Test func `with a hundred thousand keys are read`() {
    let keys = (0..<100_000).map { "\"k\($0)\":0" }.joined(separator: ",")
    #expect(
      words(#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"x","capabilities":{\#(keys)}}}"#)
        == "result 1 x tools -1")
  }

  @Test func `that we send can be read back`() throws {
    let texts = [
      Outgoing.initialize(id: 1, version: .newestWithSessions, client: .sessiontop), Outgoing.initialized,
      Outgoing.ping(id: 2),
      Outgoing.listTools(id: 3), Outgoing.emptyResult(for: .string("a\"b")),
      Outgoing.methodNotFound(for: .null),
    ]
    #expect(
      texts.map(words) == [
        "request 1 initialize", "notification notifications/initialized ", "request 2 ping",
        "request 3 tools/list",
        #"result "a"b" - tools -1"#, "error null -32601 Method not found []",
      ])
  }
}

@Suite struct `Session ids` {
  @Test(arguments: [
    ("12345678abcdef", "12345678..."), ("123456789", "12345678..."), ("12345678", "12..."), ("a", "a..."),
    ("%s%n[red]", "%s%n[red..."),
  ]) func `are masked wherever they are printed`(id: String, masked: String) throws {
    let id = try #require(SessionID(id))
    #expect(id.masked == masked)
    #expect("\(id)" == masked)
    #expect(String(reflecting: id) == masked)
  }

  @Test(arguments: ["", "a b", "a\tb", "a\u{1B}]0;x", "é", "a\r\nb", String(repeating: "x", count: 8_193)])
  func `that are not visible ASCII are refused`(id: String) {
    #expect(SessionID(id) == nil)
  }
}

@Suite struct `Replies` {
  @Test(arguments: [
    ("application/json", #"{"jsonrpc":"2.0","id":1,"result":{}}"#),
    ("text/event-stream; charset=utf-8", "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n"),
    ("TEXT/EVENT-STREAM", ": hi\n\nevent: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n"),
  ]) func `give one message in either form, in any split`(contentType: String, body: String) {
    let bytes = Array(body.utf8)
    for cut in 0...bytes.count {
      var reader = ReplyReader(contentType: contentType, bodyLimit: 1_000, eventLimit: 1_000)
      let items = reader.append(Array(bytes[..<cut])) + reader.append(Array(bytes[cut...])) + reader.finish()
      let messages = items.filter { if case .message = $0 { true } else { false } }
      #expect(messages == [.message(Message(id: .number(1), content: .result(Result())))], "cut at \(cut)")
    }
  }

  @Test(arguments: [
    ": hi\n\n", "event: ping\ndata: 2026-11-27\n\n", "event: heartbeat\ndata: {\"ts\":1}\n\n",
    "event: ping\ndata:\n\n", "event: ping\n\n",
  ]) func `that say nothing are signs of life`(body: String) {
    var reader = ReplyReader(contentType: "text/event-stream", bodyLimit: 1_000, eventLimit: 1_000)
    #expect(reader.append(Array(body.utf8)) == [.comment])
  }

  @Test func `over the limit end the reading`() {
    var reader = ReplyReader(contentType: "application/json", bodyLimit: 10, eventLimit: 10)
    #expect(reader.append(Array("12345678901".utf8)) == [.tooLarge])
    #expect(reader.append(Array("1".utf8)).isEmpty)
    #expect(reader.finish().isEmpty)
  }
}

@Suite struct `Versions that an error lists` {
  @Test(
    arguments: [
      (#"{"supported":["2025-03-26","x"],"requested":"2025-11-25"}"#, ["2025-03-26", "x"]),
      (#"{"supportedVersions":["2025-03-26"]}"#, ["2025-03-26"]),
      (#"{"supported":"2025-03-26"}"#, ["2025-03-26"]),
      (#"{"supported_versions":"2024-11-05, 2025-03-26"}"#, ["2024-11-05", "2025-03-26"]),
      (#""supported: 2025-03-26""#, ["2025-03-26"]), (#""build 12025-03-26, 2025-03-261""#, []),
      (#"{"requested":"2025-11-25"}"#, []), ("null", []), ("[]", []), ("5", []), (#"{"supported":5}"#, []),
    ]) func `are read wherever they stand`(data: String, versions: [String]) throws
  {
    let text = #"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no","data":\#(data)}}"#
    guard case .failure(let error)? = try Message.read(Array(text.utf8)).first?.content else {
      Issue.record("\(text) is an error")
      return
    }
    #expect(error.supportedVersions == versions)
  }
}

@Suite struct `A member of another kind` {
  @Test(arguments: [
    #""_meta": null"#, #""_meta": [ 1 ]"#, #""content": { "a": 1 }"#, #""tools": "none""#,
    #""capabilities": true"#,
    #""capabilities": { "tools": true }"#, #""capabilities": { "tools": [ ] }"#, #""serverInfo": 7"#,
    #""protocolVersion": { }"#, #""_meta": { "io.modelcontextprotocol/serverInfo": 1 }"#,
  ])
  func `is passed over, whatever white space stands before it`(member: String) throws {
    for space in ["", " ", "\n\t  "] {
      let spaced = member.replacing(": ", with: ":" + space)
      let messages = try Message.read(
        Array(#"{"jsonrpc": "2.0", "id": 1, "result": {\#(spaced), "isError": false}}"#.utf8))
      #expect(messages.first?.id == .number(1))
    }
  }
}
