import CTopCrypto
import MCPWire
import MCPSessions

/// Randomness and hashes for what must not be guessed.
///
/// They are libcrypto's: libcurl has loaded it already, so it costs neither a dependency nor size, and its
/// security fixes come with the system's.
enum Cryptography {
  /// Base64url of `count` random bytes; absent when the system gives none, so that nothing is sent that can
  /// be guessed.
  static func randomText(bytes count: Int) -> String? {
    var bytes = [UInt8](repeating: 0, count: count)
    guard ccrypto_random(&bytes, bytes.count) == 1 else { return nil }
    return base64URL(bytes)
  }

  static func sha256(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    var digest = [UInt8](repeating: 0, count: 32)
    _ = ccrypto_sha256(bytes, bytes.count, &digest)
    return digest
  }
}

/// A private key that signs for a client, and is freed with the value that holds it.
final class SigningKey {
  private let key: UnsafeMutableRawPointer

  enum Kind: Equatable { case p256, rsa }

  let kind: Kind

  /// From PEM text; absent when it is no key on P-256 and none of RSA with 2048 bits or more, or has a
  /// passphrase.
  init?(pem: [UInt8]) {
    guard let key = ccrypto_key_read(pem, pem.count) else { return nil }
    guard let kind = Self.kind(of: key) else {
      ccrypto_key_free(key)
      return nil
    }
    (self.key, self.kind) = (key, kind)
  }

  /// A new one on P-256.
  init?() {
    guard let key = ccrypto_key_generate() else { return nil }
    (self.key, kind) = (key, .p256)
  }

  deinit {
    ccrypto_key_free(key)
  }

  private static func kind(of key: UnsafeMutableRawPointer) -> Kind? {
    switch Int(ccrypto_key_kind(key)) {
    case ccrypto_key_p256: .p256
    case ccrypto_key_rsa: .rsa
    default: nil
    }
  }

  /// As PEM text; absent when it cannot be written.
  var pem: Secret? {
    var text = [UInt8](repeating: 0, count: 8_192)
    let count = ccrypto_key_write(key, &text, text.count)
    return count == 0 ? nil : Secret(String(decoding: text.prefix(count), as: UTF8.self))
  }

  /// The public part as a JSON Web Key; absent for RSA.
  func writePublicKey(to object: inout JSONWriter) {
    var (x, y) = ([UInt8](repeating: 0, count: 32), [UInt8](repeating: 0, count: 32))
    guard ccrypto_public_point(key, &x, &y) == 1 else { return }
    object.member("kty", "EC")
    object.member("crv", "P-256")
    object.member("x", base64URL(x))
    object.member("y", base64URL(y))
  }

  /// A signed token (RFC 7515) of a head and claims as JSON text; absent when it cannot be signed.
  func token(head: String, claims: String) -> String? {
    let text = base64URL(Array(head.utf8)) + "." + base64URL(Array(claims.utf8))
    let bytes = Array(text.utf8)
    var signature = [UInt8](repeating: 0, count: 1_024)
    let count = ccrypto_sign(key, bytes, bytes.count, &signature, signature.count)
    return count == 0 ? nil : text + "." + base64URL(Array(signature.prefix(count)))
  }
}

extension ClientAssertion {
  /// What the client says of itself, signed; good for five minutes from `now`. Absent when the key is of
  /// another kind than the algorithm, or nothing can be signed.
  func signed(with key: SigningKey, at now: WallTime) -> Secret? {
    guard (algorithm == .es256) == (key.kind == .p256), let id = Cryptography.randomText(bytes: 16) else {
      return nil
    }
    let seconds = now.milliseconds / 1_000
    var head = JSONWriter()
    head.object {
      $0.member("alg", algorithm.rawValue)
      $0.member("typ", "JWT")
    }
    var claims = JSONWriter()
    claims.object {
      $0.member("iss", client)
      $0.member("sub", client)
      $0.member("aud", audience)
      $0.member("iat", seconds)
      $0.member("exp", seconds + 300)
      $0.member("jti", id)
    }
    return key.token(head: head.text, claims: claims.text).map(Secret.init)
  }
}

private let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

/// RFC 4648 section 5, without padding.
func base64URL(_ bytes: [UInt8]) -> String {
  var result: [UInt8] = []
  var (bits, count) = (UInt32(0), 0)
  for byte in bytes {
    bits = (bits << 8 | UInt32(byte)) & 0x3FFF
    count += 8
    while count >= 6 {
      count -= 6
      result.append(letters[Int(bits >> UInt32(count) & 0x3F)])
    }
  }
  if count > 0 { result.append(letters[Int(bits << UInt32(6 - count) & 0x3F)]) }
  return String(decoding: result, as: UTF8.self)
}

/// One thread has it.
@available(*, unavailable)
extension SigningKey: Sendable {}
