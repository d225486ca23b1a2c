/// How a server was reached: the times of each part of the way, counted from the start of the request.
public struct Route: Hashable, Sendable {
  /// When the name was an address. Zero where there was nothing to look up.
  public var named: Duration?
  /// When the port had answered.
  public var connected: Duration?
  /// When the TLS handshake was done; absent without TLS.
  public var secured: Duration?
  /// When the first byte of the answer came.
  public var answered: Duration?
  /// The address that was spoken to, which is the proxy's where there is one; absent when there was none.
  public var address: String?
  /// The proxy on the way and who named it, in words that hold no password.
  public var proxy: String?
  /// What the server showed; absent without TLS, and where the handshake failed.
  public var certificate: ServerCertificate?

  public init() {}
}

/// The certificate by which a server makes itself known, in the words of the certificate.
public struct ServerCertificate: Hashable, Sendable {
  public let subject: String
  public let issuer: String
  public let begins: WallTime?
  public let ends: WallTime?

  public init(subject: String, issuer: String, begins: WallTime?, ends: WallTime?) {
    self.subject = subject
    self.issuer = issuer
    self.begins = begins
    self.ends = ends
  }
}

extension ServerCertificate {
  /// A time as certificates have it in text: `Nov 23 12:00:00 2026 GMT`, or `2026-11-23 12:00:00 GMT`. Absent
  /// when it is neither.
  public static func time(_ text: String) -> WallTime? {
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
