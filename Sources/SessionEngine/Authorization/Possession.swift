import MCPSessions
import MCPWire

/// Proves, request by request, that a token is ours: whoever reads the token on its way has no use for it
/// without the key (RFC 9449, DPoP).
final class Possession {
  /// The key as PEM text.
  let key: Secret
  /// What the server wants to read in the next proof; it may change with every answer.
  private(set) var nonce: String?
  /// Longer ones would make every request of ours too long.
  private static let nonceLimit = 512
  private let signing: SigningKey
  private let head: String

  /// Absent when the text is no key on P-256.
  init?(_ key: Secret) {
    guard let signing = SigningKey(pem: Array(key.revealed.utf8)), signing.kind == .p256 else { return nil }
    (self.key, self.signing) = (key, signing)
    var writer = JSONWriter()
    writer.object { head in
      head.member("typ", "dpop+jwt")
      head.member("alg", "ES256")
      head.object("jwk") { signing.writePublicKey(to: &$0) }
    }
    head = writer.text
  }

  /// Takes the number that a server gave, if it is one (RFC 9449 section 8.1).
  func take(nonce: String) {
    guard (1...Self.nonceLimit).contains(nonce.utf8.count),
      nonce.utf8.allSatisfy({
        (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
      })
    else { return }
    self.nonce = nonce
  }

  /// The proof of a request to a server; good for this one alone.
  func proof(of token: Secret, for request: TransferRequest, at now: WallTime) -> String? {
    guard let target = try? Endpoint(request.url.revealed) else { return nil }
    return proof(
      method: request.method.rawValue, target, hash: base64URL(Cryptography.sha256(token.revealed)),
      nonce: nonce, at: now)
  }

  /// The proof of a request to an issuer, whose token will be bound to the key.
  func proof(for request: IssuerRequest, at now: WallTime) -> Secret? {
    guard let target = try? Endpoint(request.url) else { return nil }
    return proof(method: "POST", target, hash: nil, nonce: request.proof?.nonce, at: now).map(Secret.init)
  }

  private func proof(
    method: String, _ target: Endpoint, hash: String?, nonce: String?, at now: WallTime
  ) -> String? {
    guard let id = Cryptography.randomText(bytes: 16) else { return nil }
    var claims = JSONWriter()
    claims.object {
      $0.member("htm", method)
      $0.member("htu", target.proofTarget)
      $0.member("iat", now.milliseconds / 1_000)
      $0.member("jti", id)
      $0.member("ath", hash)
      $0.member("nonce", nonce)
    }
    return signing.token(head: head, claims: claims.text)
  }
}

/// One thread has it.
@available(*, unavailable)
extension Possession: Sendable {}
