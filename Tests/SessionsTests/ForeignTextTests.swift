import MCPWire
import Testing

@testable import MCPSessions

/// One server with every kind of secret that a configuration can hold.
private func gate() throws -> Gate {
  let server = Server(
    name: "a", transport: .streamableHTTP,
    endpoint: try Endpoint("http://ana:p4ss%2Fw0rd@h/x?k=query%20key%2B1"),
    headers: [
      Header(name: "Authorization", value: "Bearer tok3n/value+1=="), Header(name: "X-Pin", value: "123"),
      Header(name: "Cookie", value: "sid=c00kie-value; theme=dark"),
    ], proxy: Secret("http://proxyuser:proxypass@p:3128"), secrets: [Secret("environment-value")])
  var own = Redactor()
  own.learn(server)
  var known = KnownSecrets()
  known.hold("8a5b10e9-aaaa-bbbb-cccc-279a7ec16d8f", of: SessionKey(server: "b"))
  known.see("about-to-be-adopted", of: SessionKey(server: "b"))
  return Gate(own: own, known: known)
}

@Suite struct `A foreign text` {
  @Test(arguments: [
    ("Bearer tok3n/value+1==", "•••"),
    ("the token is tok3n/value+1==.", "the token is •••."),
    (#"{"authorization":"Bearer tok3n\/value+1=="}"#, #"{"authorization":"•••"}"#),
    ("tok3n%2Fvalue%2B1%3D%3D", "•••"),
    ("TOK3N/VALUE+1==", "•••"),
    ("tok3n/value&#43;1&#x3d;&#61;", "•••"),
    ("tok3n%252Fvalue%252B1%253D%253D", "•••"),
    ("p4ss%2Fw0rd or p4ss/w0rd", "••• or •••"),
    ("user ana", "user •••"), ("banana", "banana"),
    ("Basic YW5hOnA0c3MvdzByZA==", "Basic •••"),
    ("query key+1, query%20key%2B1", "•••, •••"),
    ("pin 123 is not 1234", "pin ••• is not 1234"),
    ("Cookie: theme=light; sid=c00kie-value", "Cookie: theme=light; •••"),
    ("c00kie-value", "•••"),
    ("Proxy-Authorization: Basic cHJveHl1c2VyOnByb3h5cGFzcw==", "Proxy-Authorization: Basic •••"),
    ("environment-value", "•••"),
    ("while serving session 8a5b10e9-aaaa-bbbb-cccc-279a7ec16d8f", "while serving session •••"),
    ("8A5B10E9-AAAA-BBBB-CCCC-279A7EC16D8F", "•••"), ("about-to-be-adopted", "•••"),
    (
      "see https://u:pw@login/x?code=abc&state=d#access_token=e now",
      "see https://•••@login/x?code=•••&state=•••#access_token=••• now"
    ),
    ("/messages?session_id=77", "/messages?session_id=•••"),
    ("what? a=b", "what? a=b"), ("12:30:00 is no address", "12:30:00 is no address"),
  ]) func `shows no secret in any spelling`(text: String, shown: String) throws {
    #expect(try gate().text(whole: text).text == shown)
  }

  @Test(arguments: [
    ("API_KEY=sk-ant-api03-abcdef123456 is wrong", "API_KEY=••• is wrong"),
    ("fatal: token=ghp_abcdefghijklmnopqrstuvwxyz0123456789", "fatal: token=•••"),
    ("saw ghp_abcdefghijklmnopqrstuvwxyz0123456789.", "saw •••."),
    ("password=hunter2!x, user=ana", "password=•••, user=ana"),
    (#"{"api_key": "abc123def"}"#, #"{"api_key": "•••"}"#),
    ("Authorization: Bearer abc123def456", "Authorization: Bearer •••"),
    ("authorization=Basic YW5hOnNlY3JldA", "authorization=Basic •••"),
    ("X-Api-Key: 0a1b2c3d4e5f", "X-Api-Key: •••"),
    ("the key eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc failed", "the key ••• failed"),
    // What says nothing of a secret is left as it is.
    ("token: expired", "token: expired"), ("API key: missing", "API key: missing"),
    ("session_timeout=30000ms, max_tokens=128000", "session_timeout=30000ms, max_tokens=128000"),
    ("Bearer realm required", "Bearer realm required"),
    ("task 4e5c3323-76b7-4a4e-9e5a", "task 4e5c3323-76b7-4a4e-9e5a"),
    ("password=required", "password=required"), ("12:30:00.123456789 key", "12:30:00.123456789 key"),
  ]) func `hides what it says is a secret, whoever configured that`(text: String, shown: String) {
    #expect(Gate(own: Redactor(), known: KnownSecrets()).text(whole: text).text == shown)
  }

  @Test(arguments: ["4e5c332376b74a4e9e5a6cdf9e8e32b8", "4E5C3323-76b7-4a4e-9e5a-6cdf9e8e32b8"])
  func `hides an id with its dashes and without them`(id: String) {
    var known = KnownSecrets()
    let key = SessionKey(server: "a")
    known.hold(id, of: key)
    let words = "no 4e5c3323-76b7-4a4e-9e5a-6cdf9e8e32b8, no 4e5c332376b74a4e9e5a6cdf9e8e32b8"
    #expect(Gate(own: Redactor(), known: known).text(whole: words).text == "no •••, no •••")
    known.release(id, of: key)
    for number in 0..<20 { known.see("session-number-\(number)", of: key) }
    #expect(Gate(own: Redactor(), known: known).text(whole: words).text == words, "and forgets both")
  }

  @Test(arguments: [16, 20, 38]) func `hides the beginning of a secret that others cut`(length: Int) {
    var own = Redactor()
    own.learn("tok-1812951d32ddeebf341e13255497b58d9d28")
    let secret = "tok-1812951d32ddeebf341e13255497b58d9d28".prefix(length)
    #expect(
      Gate(own: own, known: KnownSecrets()).text(whole: "bad: \(secret)... here").text == "bad: •••... here")
  }

  @Test func `is masked before it is cut, wherever the cut falls`() throws {
    let gate = try gate()
    let secret = "tok3n/value+1=="
    for length in 150...230 {
      let shown = gate.text(whole: String(repeating: "x", count: length) + secret + " and more", limit: 200)
        .text
      for size in 4...secret.count where shown.contains(secret.prefix(size)) {
        Issue.record("\(secret.prefix(size)) is left over at \(length)")
      }
    }
  }

  @Test func `that was cut by others hides the beginning of a secret at its end`() throws {
    #expect(try gate().text(CutText("header: Bearer tok3n/va", wasCut: true)).text == "header: •••")
    #expect(try gate().text("expected Bear").text == "expected Bear")
    #expect(try gate().text(CutText("to https://name:passw", wasCut: true)).text == "to https://•••")
  }

  @Test func `is printable whatever was masked in it`() throws {
    let shown = try gate().text("a\u{1B}[31m environment-value \u{202E}b\nc").text
    #expect(shown == #"a\u{1B}[31m ••• \u{202E}b\u{A}c"#)
  }

  @Test func `of a megabyte costs little`() throws {
    let gate = try gate()
    let text = String(repeating: "environment-value and words ", count: 40_000)
    let elapsed = ContinuousClock().measure { for _ in 0..<20 { _ = gate.text(whole: text) } }
    #expect(elapsed < .seconds(4), "20 of them, in a build that is not optimized")
    #expect(gate.text(whole: text).text.hasPrefix("••• and words •••"))
  }

  @Test(arguments: [".", "a.", "token=", "token: 1 ", "Bearer ", "sk-1 ", "=:\"", "token=1;"])
  func `of what nearly is a secret, again and again, costs little`(unit: String) {
    let text = String(repeating: unit, count: 40_000 / unit.utf8.count)
    let gate = Gate(own: Redactor(), known: KnownSecrets())
    let elapsed = ContinuousClock().measure { _ = gate.text(whole: text, limit: 10_000) }
    #expect(elapsed < .seconds(2), "in a build that is not optimized")
  }

  @Test(arguments: [16, 900, 3_000]) func `shows nothing of a secret that its writer cut`(length: Int) throws
  {
    let secret = (0..<1_000).map { "key\($0)" }.joined()
    var own = Redactor()
    own.learn(secret)
    let gate = Gate(own: own, known: KnownSecrets())
    let text = gate.text(whole: "bad token " + secret.prefix(length), limit: 10_000).text
    #expect(text == "bad token •••")
  }

  @Test func `forgets an id that nobody has held for long`() {
    var known = KnownSecrets()
    let key = SessionKey(server: "a")
    for number in 0..<1_000 { known.see("session-number-\(number)", of: key) }
    let gate = Gate(own: Redactor(), known: known)
    #expect(gate.text("session-number-999").text == "•••")
    #expect(gate.text("session-number-1").text == "session-number-1")
  }

  @Test func `keeps an id secret for as long as it is held, whatever else is seen`() {
    var known = KnownSecrets()
    let key = SessionKey(server: "a")
    known.hold("the-live-session", of: key)
    for number in 0..<1_000 { known.see("session-number-\(number)", of: key) }
    known.release("the-live-session", of: key)
    #expect(Gate(own: Redactor(), known: known).text("the-live-session").text == "•••")
  }
}

@Suite struct `Base64` {
  @Test(arguments: ["", "a", "ab", "abc", "ana:p4ss/w0rd", "é€😀"]) func `comes back`(text: String) {
    let bytes = Array(text.utf8)
    #expect((base64Decoded(base64(bytes)) ?? []) == bytes)
  }
}
