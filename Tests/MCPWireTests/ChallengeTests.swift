import MCPWire
import Testing

@Suite struct `A challenge` {
  struct Row: Sendable, CustomTestStringConvertible {
    let header: String
    let read: [Challenge]
    var testDescription: String { header }
  }

  @Test(arguments: [
    Row(header: "Bearer", read: [Challenge(scheme: "bearer", parameters: [:])]),
    Row(
      header: #"Bearer error="invalid_token", error_description="the \"token\", expired", scope=a"#,
      read: [
        Challenge(
          scheme: "bearer",
          parameters: [
            "error": "invalid_token", "error_description": #"the "token", expired"#, "scope": "a",
          ])
      ]),
    Row(
      header: #"Basic realm="x", Bearer resource_metadata = "https://h/m""#,
      read: [
        Challenge(scheme: "basic", parameters: ["realm": "x"]),
        Challenge(scheme: "bearer", parameters: ["resource_metadata": "https://h/m"]),
      ]),
    Row(
      header: #"Bearer error="unclosed"#,
      read: [Challenge(scheme: "bearer", parameters: ["error": "unclosed"])]),
    Row(header: "", read: []), Row(header: ",,; =", read: []),
  ]) func `is read as far as it can be`(row: Row) {
    #expect(Challenge.read(row.header) == row.read)
  }

  @Test func `of any length costs no more than its limit`() {
    #expect(Challenge.read(String(repeating: "a b=\"", count: 100_000)).count <= 32)
  }
}

@Suite struct `A fingerprint` {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]) func `rests on SHA-256 as FIPS 180-4 has it`(text: String, digest: String) {
    var hash = SHA256()
    hash.update(text.utf8)
    let digits = hash.digest().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(digits == digest)
  }

  @Test func `is the same for members in another order, and for nothing else`() throws {
    func fingerprint(_ json: String) throws -> Fingerprint {
      Fingerprint(try JSONValue.read(Array(json.utf8)))
    }
    let one = try fingerprint(#"{"name":"a","description":"b"}"#)
    #expect(try fingerprint(#"{"description":"b", "name":"a"}"#) == one)
    #expect(try fingerprint(#"{"description":"b","name":"a","x":null}"#) != one)
    #expect(try fingerprint(#"{"description":["b"],"name":"a"}"#) != one)
  }
}
