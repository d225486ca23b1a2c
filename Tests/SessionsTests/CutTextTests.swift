import MCPWire
import Testing

@testable import MCPSessions

private let secret = "k3y-Ab9zQwErTyUiOpLm"

private func gate() -> Gate {
  var own = Redactor()
  own.learn(secret)
  return Gate(own: own, known: KnownSecrets())
}

/// What is told of an answer of 500 with this body.
private func told(_ body: String, type: String) -> String {
  var reader = ReplyReader(contentType: type, bodyLimit: 1 << 20, eventLimit: 1 << 20)
  _ = reader.append(Array(body.utf8))
  let head = ResponseHead(status: 500, contentType: type)
  let verdict = judge(.status(head, nil, excerpt: reader.excerpt), carriedID: true, gate())
  return verdict.error?.detail.text ?? ""
}

/// What is told of an event called `error` with this text.
private func told(complaint text: String) -> String {
  var reader = ReplyReader(contentType: "text/event-stream", bodyLimit: 1 << 20, eventLimit: 1 << 20)
  let items = reader.append(Array("event: error\ndata: \(text)\n\n".utf8))
  guard case .complaint(let words)? = items.first else { return "no complaint" }
  return gate().text(words, limit: 10_000).text
}

private func told(noise line: String) -> String {
  var lines = MessageLines()
  guard case .noise(let words)? = lines.append(Array((line + "\n").utf8)[...]).first else {
    return "no noise"
  }
  return gate().text(words, limit: 10_000).text
}

private func told(spoken line: String) -> String {
  var lines = TextLines()
  guard let words = lines.append(Array((line + "\n").utf8)[...]).first else { return "no line" }
  return gate().text(words, limit: 10_000).text
}

private func told(message text: String) throws -> String {
  let body = #"{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"\#(text)"}}"#
  guard case .failure(let error)? = try Message.read(Array(body.utf8)).first?.content else { return "none" }
  return gate().text(error.message, limit: 10_000).text
}

private func told(log text: String) throws -> String {
  let body = #"{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"\#(text)"}}"#
  guard case .notification(_, let parameters)? = try Message.read(Array(body.utf8)).first?.content,
    let data = parameters.data
  else { return "none" }
  return gate().text(data, limit: 10_000).text
}

@Suite struct `A text that is cut as it is read` {
  /// Where a reader cuts, and how it is asked for what it told.
  static let readers: [(name: String, limit: Int, told: @Sendable (String) throws -> String)] = [
    ("text", 2_048, { told($0, type: "text/plain") }),
    ("JSON", 2_048 - 10, { told(#"{"detail":"\#($0)"}"#, type: "application/json") }),
    ("a page", 2_048 - 9, { told("<html><p>\($0)</p>", type: "text/html") }),
    ("a complaint", 2_048, { told(complaint: $0) }),
    ("standard output", 512, { told(noise: $0) }),
    ("standard error", 4_096, { told(spoken: $0) }),
    ("an error", 4_096, { try told(message: $0) }),
    ("a log", 4_096, { try told(log: $0) }),
  ]

  /// The secret stands where so many of its characters are before the cut.
  @Test(arguments: readers.indices) func `shows no beginning of a secret at its end`(index: Int) throws {
    let reader = Self.readers[index]
    for kept in 4..<secret.count {
      let room = reader.limit - kept - 8
      let text = "bad key " + String(repeating: " ", count: room) + secret + String(repeating: ".", count: 90)
      let shown = try reader.told(text)
      #expect(!shown.contains(secret.prefix(4)), "\(reader.name): \(kept) of them: \(shown.suffix(40))")
      #expect(shown.contains("bad key"), "\(reader.name): \(shown.prefix(40))")
    }
  }

  /// An escape that is cut itself hides what stands before it.
  @Test(arguments: ["k3y-Ab%", "k3y-Ab%3", "k3y-Ab\\", "k3y-Ab\\u00", "k3y-Ab&", "k3y-Ab&#x3"])
  func `shows no beginning of one before half an escape`(end: String) {
    var own = Redactor()
    own.learn("k3y-Ab9zQwErTyUiOpLm")
    for text in ["bad \(end)"] {
      let room = String(repeating: " ", count: 2_048 - text.utf8.count)
      var reader = ReplyReader(contentType: "text/plain", bodyLimit: 1 << 20, eventLimit: 1 << 20)
      _ = reader.append(Array((text.replacing(" ", with: room + " ") + "9zQwErTyUiOpLm and more").utf8))
      let head = ResponseHead(status: 500, contentType: "text/plain")
      let verdict = judge(
        .status(head, nil, excerpt: reader.excerpt), carriedID: true, Gate(own: own, known: KnownSecrets()))
      #expect(verdict.error?.detail.text.contains("k3y-") == false, "\(verdict)")
    }
  }
}

@Suite struct `Masking` {
  /// In a build that is not optimized, of which linear work takes a hundredth.
  @Test(arguments: [
    (String(repeating: "a", count: 8_000) + "b", String(repeating: "a", count: 8_192)),
    (String(repeating: "ab", count: 4_000) + "c", String(repeating: "ab", count: 4_096)),
    (String(repeating: "a", count: 8_000) + "b", String(repeating: "%61", count: 2_730)),
  ]) func `of a text that nearly is an id costs no more than of another`(id: String, text: String) {
    var own = Redactor()
    own.learn(id)
    let gate = Gate(own: own, known: KnownSecrets())
    let elapsed = ContinuousClock().measure { for _ in 0..<10 { _ = gate.text(whole: text, limit: 2_000) } }
    #expect(elapsed < .seconds(5))
  }

  @Test func `of a text costs no more for a thousand ids that begin alike`() {
    var own = Redactor()
    for number in 0..<1_000 { own.learn(String(repeating: "a", count: 40) + "\(number + 1_000)") }
    let gate = Gate(own: own, known: KnownSecrets())
    let text = String(repeating: "a", count: 8_192)
    let elapsed = ContinuousClock().measure { for _ in 0..<10 { _ = gate.text(whole: text, limit: 2_000) } }
    #expect(elapsed < .seconds(5))
  }

  @Test(arguments: ["refused", "upstream", "database", "query", "no", "connection"])
  func `takes no word out of a text because another session's id is called so`(word: String) {
    var known = KnownSecrets()
    known.see(word, of: SessionKey(server: "a"))
    let text = "upstream database refused the connection: no query"
    #expect(Gate(own: Redactor(), known: known).text(whole: text).text == text)
  }
}

@Suite struct `A page that stands for an answer` {
  /// In a build that is not optimized, of which work on each byte once takes a tenth.
  @Test(arguments: [
    "<", "<title", "<meta", "<h1", "<form", "<!--", "<style", "</", "&", "<meta refresh url=", "a.",
  ])
  func `is judged by as much work whatever it holds`(unit: String) {
    let body = "<html>" + String(repeating: unit, count: 2_048 / unit.utf8.count)
    let head = ResponseHead(status: 403, contentType: "text/html")
    let elapsed = ContinuousClock().measure {
      for _ in 0..<10 {
        _ = judge(.status(head, nil, excerpt: CutText(body.utf8, limit: 2_048)), carriedID: true, gate())
      }
    }
    #expect(elapsed < .seconds(10))
  }
}
