import MCPWire
import MCPSessions
import Testing

@testable import SessionEngine

@Suite struct `Randomness, hashes and signatures` {
  @Test(arguments: [
    ("number-1", true), ("", false), ("two words", false), (String(repeating: "n", count: 513), false),
    ("quoted\"", false), ("\u{9B}", false),
  ])
  func `prove possession with the number of a server, if it is one`(nonce: String, isTaken: Bool) throws {
    let possession = try #require(SigningKey()?.pem.flatMap(Possession.init))
    possession.take(nonce: "first")
    possession.take(nonce: nonce)
    #expect(possession.nonce == (isTaken ? nonce : "first"))
  }

  @Test func `hashes as the proof key for code exchange wants it`() {
    // The example of RFC 7636 appendix B.
    let challenge = base64URL(Cryptography.sha256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
    #expect(challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
  }

  @Test(
    arguments: [([], ""), ([0xFF], "_w"), ([0xFB, 0xFF], "-_8"), ([1, 2, 3], "AQID")] as [([UInt8], String)])
  func `writes bytes for addresses`(bytes: [UInt8], text: String) {
    #expect(base64URL(bytes) == text)
  }

  @Test func `draws what was never drawn before`() {
    let texts = Set((0..<100).compactMap { _ in Cryptography.randomText(bytes: 32) })
    #expect(texts.count == 100 && texts.allSatisfy { $0.count == 43 })
  }

  @Test func `signs with RSA as openssl does`() throws {
    let key = try #require(SigningKey(pem: Array(rsaKey.utf8)))
    #expect(key.kind == .rsa)
    #expect(key.token(head: #"{"alg":"RS256"}"#, claims: #"{"iss":"me"}"#) == signed)
  }

  @Test func `signs on P-256 with two numbers of 32 bytes`() throws {
    let key = try #require(SigningKey(pem: Array(curveKey.utf8)))
    for _ in 0..<50 {
      let parts = try #require(key.token(head: "{}", claims: "{}")).split(separator: ".")
      #expect(parts.count == 3 && parts[2].count == 86)
    }
    var writer = JSONWriter()
    writer.object { key.writePublicKey(to: &$0) }
    let point =
      #""x":"A70UIIYd3WYTdkIW0hF0KKAKjOlnV9aAkDbUR3W2lUE","y":"c3wiH_cr29RbrWbMSmS7WL2TW-R-5sULkiBnMUez6Ts""#
    #expect(writer.text == #"{"kty":"EC","crv":"P-256",\#(point)}"#)
  }

  @Test(arguments: ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", locked])
  func `takes no key that cannot be used, and asks nobody for a passphrase`(text: String) {
    #expect(SigningKey(pem: Array(text.utf8)) == nil)
  }
}

// Keys that were made for this test and are used nowhere else.
private let curveKey = """
  -----BEGIN PRIVATE KEY-----
  MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgWBrOxMn7P67Ha9Ce
  Uxo6mwYjk/mVgSTkNLR+Wrsj0+qhRANCAAQDvRQghh3dZhN2QhbSEXQooAqM6WdX
  1oCQNtRHdbaVQXN8Ih/3K9vUW61mzEpku1i9k1vkfubFC5IgZzFHs+k7
  -----END PRIVATE KEY-----
  """

private let rsaKey = """
  -----BEGIN PRIVATE KEY-----
  MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCPbttyGZkXdEBN
  q/+gBO5vwtvlPfT8+4TBBN/HZNM7ofDAY6aWXUCI4wQ5KVJzs7b9w1O3tfnrkqNJ
  5wc922EqNU54/hsdc0FsGyeZz7SgyCSOI2OERFAqD8tmKQIww+/75CIOkDZUx/4F
  UfllEDE8s3I2POrIWUR+FHamzTr93CPX+P0C1ojXSu1j+Sysz/kwzDq0oQMSxV03
  4QX0qv+qoHumCDcNNxdrlcsauWfd5QKxhTvVqEV1wJaId/FH63eJ6763JVsB5h4R
  H2rpr4nDtb5jdtvl9LYwVeUb/YMyROecvvHcfUZrUxx64cypugIqGgLRCauqNqr8
  TZPCGWkLAgMBAAECggEADXZbDCa2lZrN2EcfAIlwnwvGhjSI/zT/nPrp+As7akWa
  VQG6u903y+v8KailD61cAmMSw1ObXU7PmwWfSovXNFYkLeYHwdK0tBgJC6jmQWWs
  91b/UFr1vTpAndpBKuDmcEQq0CbH+rAkuaIb4C5ODhj3oiXt5sJo09P0M6wKmpNV
  c/GSeLAFEu4unDlPvnZbLIUEUjAxOY3XOgDiqL/0LcEQVsnHKpzSWg4m0NISdApK
  rAUOnzWX0ouIiIk+8nuBDSokPDvAbizw7WBSl+pq8IMuO9WsraHGVkXRtA7Q/nOV
  lMDkD4oHzqSWVGjtnAlcngqnSM9CIF+1IumRkPgF8QKBgQDGtTfJtPiA0zD1D+Pl
  8bW3iLJ+wXzQjO5HjT+Z5x6L852L9zlVB1GCvGzr0rmBaqqRJG9xwiiyX9gbsDlo
  ceT6H9y+sBbKwl0HosX4bd9rz61RGLpwi6BU7nixC+FhzYMrJ/x9HPOGasFPtH0X
  03Qma007R+wMY0EsbGyDg1bX+wKBgQC4ycKec/1oTTa9hqU8FgbtFjwlJt9GQOBP
  6uXs+So4667XzNn/MCH76ojiNaTM9E+B4xtvxIMXB7OYBebPp1Tz2HMWw2EiSgkZ
  xmjuLv/TB5hqVh9Uyj4hHy0B0jO9WKnYk20nUEvF7PNzdm1j0J72m11ccJnR+725
  xc7F7zeWMQKBgQC0HNbwkoUd4FBkEX81kp5wOgvxMVj9gIELglDAI+pgWPXZRMJG
  /Fc59amVKHDVieYJockSiDdzV8T/dADVV0eCIRdqERrXts20eiqQQKdfheNHuu5j
  zWwLEA1+DZLBoBLhL2GB1pg2otWOdb9dtWF24ZQjw9GGeQE+TxkdLBOvuQKBgBpf
  KPhGI28kPeC0e5Zkql5hovnGX2z+S0T8iA3WzXDMKerAYIgrzV3PbfOipj9dyo8F
  41+DExZRUg8rIHKYNeaLCHnCLnWfTUcxar47VOVAGz9pxRTrvAwsD9dHsXyfT7YJ
  7DUFH5tCosfiqd/p4RXevGc55qnyHHSLx2O2LR+xAoGAC2o1+U6DlFt3JBEEMJEn
  aW+lWVeAx7dhX+gBG8R6OrMbZ8IjFVwfBZGxvkDx5MdCK3XEYYElO7Ucqd9dorxy
  JS/loAW1fucZcYSgvnZs+iKQOGPTNTgIka0rp0T8MSDMMUng5SUzAA6urLSxhuYK
  cw647pnWYOuBqFM6BEidpDc=
  -----END PRIVATE KEY-----
  """

private let locked = """
  -----BEGIN ENCRYPTED PRIVATE KEY-----
  MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAid7N45TgxNtgICCAAw
  DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEEy0GsrynLvolqFWHRU9wSYEgZCC
  UOJF7ciWv9O5HURy3IAwAREnj0h1h3MZio/sM3T2TqhyonkFz7hZ0V0Lf/UwdFG0
  JXRayz9eHvudIpGeCSAL8SCIGGC8DP6FWy0Hn0ynlBOhMqfqOLbbT/gQZ0JIlRqU
  DBwq1X8rMTvJD6wKkOoEG2G5gPO5LpJeVW5xh1IOEPF2pC8o5/wBT8dI7FR7kq0=
  -----END ENCRYPTED PRIVATE KEY-----
  """

private let signed =
  "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJtZSJ9.XaZlm1Q-hAQA6_OPYTz1TCgE1pkzk_I6c7S5waMi2C7wmXXPBWMshhCU5qAEOweM8MY3GxrSZ13W_xjSMXu8crZGmhZazP95zDfzuIz_3najYTVkNnIO6AQaJY83HF8RfPqL4NLgLa7Mr2AyEEmKlhLW_mTyIT-f_w89INo9dWDk0uHDBtBsfuWmBjQcvEeDRHe8gtBiH__kJ86cUysZVTDpsxx4UtdwzEZuay_g8Z6hvH6vWHiHVxxAcOPFQn90LfyKLNwE7Ui3spxZgwM1lRRbNl3uBpbpCA4LdrFdEOx6E1gZ4kR4qak8DJ91OHZjDGHd923LpKCP0feiOVsxbQ"
