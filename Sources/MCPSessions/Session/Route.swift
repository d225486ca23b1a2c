/// How a server was reached: the times of each part of the way, counted from the start of the request.
package struct Route: Hashable, Sendable {
  /// When the name was an address. Zero where there was nothing to look up.
  package var named: Duration?
  /// When the port had answered.
  package var connected: Duration?
  /// When the TLS handshake was done; absent without TLS.
  package var secured: Duration?
  /// When the first byte of the answer came.
  package var answered: Duration?
  /// The address that was spoken to, which is the proxy's where there is one; absent when there was none.
  package var address: String?
  /// The proxy on the way and who named it, in words that hold no password.
  package var proxy: String?
  /// What the server showed; absent without TLS, and where the handshake failed.
  package var certificate: ServerCertificate?

  package init() {}
}

/// The certificate by which a server makes itself known, in the words of the certificate.
package struct ServerCertificate: Hashable, Sendable {
  package let subject: String
  package let issuer: String
  package let begins: WallTime?
  package let ends: WallTime?

  package init(subject: String, issuer: String, begins: WallTime?, ends: WallTime?) {
    self.subject = subject
    self.issuer = issuer
    self.begins = begins
    self.ends = ends
  }
}

extension ServerCertificate {
  /// A time as certificates have it in text: `Nov 23 12:00:00 2026 GMT`, or `2026-11-23 12:00:00 GMT`. Absent
  /// when it is neither.
  package static func time(_ text: String) -> WallTime? {
    let words = text.split(separator: " ")
    if words.count == 3, words[2] == "GMT" { return WallTime(rfc3339: "\(words[0])T\(words[1])Z") }
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    guard words.count == 5, words[4] == "GMT", let month = months.firstIndex(of: String(words[0])) else {
      return nil
    }
    func two(_ text: some StringProtocol) -> String { text.count < 2 ? "0\(text)" : String(text) }
    return WallTime(rfc3339: "\(words[3])-\(two("\(month + 1)"))-\(two(words[1]))T\(words[2])Z")
  }
}
