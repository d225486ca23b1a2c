/// Whether a word looks like a key rather than like a name: some services take one in the path of their
/// address, and people put them where names belong.
///
/// A known beginning, a UUID, or a long stretch of letters and digits without the shape of words.
package func looksLikeKey(_ word: some StringProtocol) -> Bool {
  let bytes = Array(word.utf8)
  guard bytes.count >= 12, bytes.count <= 4_096 else { return false }
  if beginnings.contains(where: { bytes.starts(with: $0.utf8) }) { return bytes.count >= 16 }
  guard bytes.allSatisfy({ isAlphanumeric($0) || "-_.~=".utf8.contains($0) }) else { return false }
  let parts = bytes.split { !isAlphanumeric($0) }
  if parts.contains(where: isRandom) { return true }
  // A UUID, or hexadecimal digits in groups.
  let digits = parts.reduce(0) { $0 + $1.count }
  return digits >= 24 && parts.allSatisfy { $0.allSatisfy(isHexadecimal) }
    && bytes.contains { (0x30...0x39).contains($0) }
}

/// Beginnings by which services make their keys known.
private let beginnings = [
  "sk-", "sk_", "pk-", "pk_", "rk_", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-", "xoxb-",
  "xoxp-", "xapp-", "AKIA", "ASIA", "eyJ", "shpat_", "figd_", "hf_", "npm_", "pat_", "pypi-", "dop_v1_",
  "sntrys_", "ntn_", "secret_", "whsec_", "tvly-", "gsk_", "r8_", "AIza", "ya29.", "lin_api_", "key-",
]

/// Letters and digits that change too often to be a word with a number behind it.
private func isRandom(_ part: ArraySlice<UInt8>) -> Bool {
  guard part.count >= 12 else { return false }
  let kinds = part.map { byte in
    (0x30...0x39).contains(byte) ? 0 : (0x41...0x5A).contains(byte) ? 1 : 2
  }
  let changes = zip(kinds, kinds.dropFirst()).count { $0 != $1 }
  return kinds.contains(0) && changes >= max(4, part.count / 4)
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
  default: false
  }
}

private func isHexadecimal(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
  default: false
  }
}
