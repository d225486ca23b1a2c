/// What is wrong with a connection where that has a name and a remedy of its own: nearly always something of
/// TLS. It is read from the words of the library that speaks it, which has no codes for most of it.
package enum TransferFlaw: Hashable, Sendable {
  case expired
  case notYetValid
  /// The certificate is for other names.
  case wrongName
  case selfSigned
  /// Who signed the certificate is not trusted, or the chain to whom is not complete.
  case unknownAuthority
  case revoked
  /// An old version of TLS, or algorithms that are refused as weak.
  case outdated
  /// The port of an https address speaks without TLS.
  case plainPort
  /// The other side hung up in the handshake and did not say why.
  case cutHandshake
  /// What answers at an http address does not speak HTTP.
  case noHTTP
  /// The server wants a certificate of ours.
  case wantsCertificate
  /// The server does not trust the certificate that it got.
  case refusesCertificate
  /// The files of our own certificate cannot be used.
  case ownCertificate
  /// The file of authorities cannot be used.
  case authorityFile

  /// What the words of OpenSSL or libcurl tell; absent for what has no name here.
  package init?(words: String) {
    let text = words.lowercased()
    let found = Self.tellings.first { telling in telling.words.contains { text.contains($0) } }
    guard let found else { return nil }
    self = found.flaw
  }

  /// The first that fits counts.
  private static let tellings: [(flaw: TransferFlaw, words: [String])] = [
    (.ownCertificate, ["could not load pem client certificate", "unable to set private key file"]),
    (.ownCertificate, ["private key does not match", "could not load client certificate"]),
    (.authorityFile, ["error setting certificate file", "error setting certificate verify locations"]),
    (.plainPort, ["wrong version number", "packet length too long", "ssl routines::http request"]),
    (.outdated, ["alert protocol version", "unsupported protocol", "no protocols available"]),
    (.outdated, ["legacy sigalg disallowed", "unsafe legacy renegotiation", "version too low"]),
    (.outdated, ["key too small", "md too weak", "wrong signature type"]),
    (.notYetValid, ["certificate is not yet valid"]),
    (.expired, ["certificate has expired"]),
    (.revoked, ["certificate revoked"]),
    (.wrongName, ["matches target host", "does not match target host", "hostname mismatch"]),
    (.wrongName, ["ip address mismatch"]),
    // A chain that ends at an authority of somebody's own is told like that; what lacks is trust in that one.
    (.unknownAuthority, ["self-signed certificate in certificate chain"]),
    (.unknownAuthority, ["self signed certificate in certificate chain"]),
    (.selfSigned, ["self-signed certificate", "self signed certificate"]),
    (.unknownAuthority, ["unable to get local issuer certificate", "unable to get issuer certificate"]),
    (.unknownAuthority, ["unable to verify the first certificate"]),
    (.cutHandshake, ["ssl_error_syscall", "unexpected eof while reading", "reset by peer"]),
  ]

  /// What it is, where the words that tell it are those of a library; absent where they say it themselves.
  package var name: String? {
    switch self {
    case .expired, .notYetValid, .selfSigned, .revoked: nil
    case .wrongName: "the certificate is for another name"
    case .unknownAuthority: "who signed the certificate is not trusted here"
    case .outdated: "the server speaks an old version of TLS, or weak algorithms"
    case .plainPort: "the port speaks without TLS"
    case .cutHandshake: "the connection was ended in the TLS handshake"
    case .noHTTP: "what answers does not speak HTTP"
    case .wantsCertificate: "the server wants a client certificate"
    case .refusesCertificate: "the server refuses our client certificate"
    case .ownCertificate: "our client certificate cannot be used"
    case .authorityFile: "the file of authorities cannot be used"
    }
  }

  /// What names the files that trust is built on.
  struct Settings {
    let authorities: Sentence
    let certificate: Sentence

    /// Of a server that is watched.
    static let server = Settings(
      authorities: "sessionConfig.caFile", certificate: "sessionConfig.clientCertificate and clientKey")
    /// Of a collector.
    static let collector = Settings(
      authorities: "OTEL_EXPORTER_OTLP_CERTIFICATE",
      certificate: "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and _CLIENT_KEY")
  }

  /// What a person can do about it; none of it trusts more than was meant.
  func remedy(_ settings: Settings) -> Sentence {
    switch self {
    case .expired: "renew the server's certificate; if it is valid, check the clock of this machine"
    case .notYetValid:
      "its certificate begins later than now: check the clocks of this machine and of its issuer"
    case .wrongName:
      "use the name in the url that the certificate is for, or give the server one that is for this name"
    case .selfSigned:
      "trust it: name its file in \(settings.authorities), or give the server one of a known authority"
    case .unknownAuthority:
      "if its issuer is your own authority, name that one's file in \(settings.authorities); else let"
        + " the server send its whole chain"
    case .revoked: "replace the server's certificate: its authority has taken it back"
    case .outdated: "bring the server's TLS up to date: version 1.2 and SHA-256 are the least that is taken"
    case .plainPort: "check the port in the url: this one is not for https"
    case .cutHandshake:
      "check that the port in the url is for https; if it is, look at the log of the server, or of what stands"
        + " before it"
    case .noHTTP: "check host and port in the url; if the port speaks TLS, the url begins with https://"
    case .wantsCertificate, .refusesCertificate:
      "set \(settings.certificate) to a pair whose issuer the server trusts"
    case .ownCertificate:
      "check \(settings.certificate): files in PEM that can be read, and a key that"
        + " belongs to the certificate"
    case .authorityFile: "check \(settings.authorities): a file that can be read, with certificates in PEM"
    }
  }
}
