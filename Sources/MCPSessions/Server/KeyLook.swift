/// Whether a word looks like a key rather than like a name: some services take one in the path of their
/// address, and people put them where names belong.
///
/// A known beginning, a UUID, or a long stretch of letters and digits without the shape of words.
package func looksLikeKey(_ word: some StringProtocol) -> Bool {
  let bytes = Array(word.utf8)
  guard bytes.count >= 12, bytes.count <= 4_096 else { return false }
  if hasKeyBeginning(bytes) { return bytes.count >= 16 }
  guard bytes.allSatisfy({ isAlphanumeric($0) || "-_.~=".utf8.contains($0) }) else { return false }
  let parts = bytes.split { !isAlphanumeric($0) }
  if parts.contains(where: { isRandom($0) || isUnspeakable($0) }) { return true }
  // A UUID, or hexadecimal digits in groups.
  let digits = parts.reduce(0) { $0 + $1.count }
  return digits >= 24 && parts.allSatisfy { $0.allSatisfy(isHexadecimal) }
    && bytes.contains { (0x30...0x39).contains($0) }
}

/// Whether a part of a path looks like a key. Names in a path are words that somebody chose to be read, so
/// what nobody can read is none: letters alone too, and numbers longer than those by which things are
/// counted.
func looksLikeKeyInPath(_ segment: some StringProtocol) -> Bool {
  guard !looksLikeKey(segment) else { return true }
  let bytes = Array(segment.utf8)
  guard bytes.count >= 16, bytes.count <= 4_096 else { return false }
  return bytes.split { !isAlphanumeric($0) }.contains { isUnreadable($0) || isLongNumber($0) }
}

/// Whether it begins as the keys of a service do.
func hasKeyBeginning(_ bytes: some Sequence<UInt8>) -> Bool {
  beginnings.contains { bytes.starts(with: $0.utf8) }
}

/// What of a text looks like a key, at most eight: where the text should have been an address and is none.
func keys(in text: String) -> [String] {
  text.utf8.prefix(4_096).split { !isAlphanumeric($0) && !"-_.~".utf8.contains($0) }
    .map { String(decoding: $0, as: UTF8.self) }.filter { looksLikeKeyInPath($0) }.prefix(8).map { $0 }
}

/// More digits than are needed to count anything, and no row of zeros.
private func isLongNumber(_ part: ArraySlice<UInt8>) -> Bool {
  part.count >= 16 && part.allSatisfy { (0x30...0x39).contains($0) } && Set(part).count >= 5
}

/// Letters that follow each other as they do not in words, or that change between capitals and small ones at
/// every turn; digits between them say nothing.
private func isUnreadable(_ part: ArraySlice<UInt8>) -> Bool {
  guard part.count >= 16 else { return false }
  let pairs = zip(part, part.dropFirst()).filter { isLetter($0) && isLetter($1) }
  guard pairs.count >= 11 else { return false }
  let changes = pairs.count { $0 & 0x20 != $1 & 0x20 }
  let unusual = pairs.count { !follows($1 | 0x20, $0 | 0x20) }
  // Of the pairs in words and in names made of words less than three in ten are unusual, in random letters
  // nearly half.
  return changes * 5 >= pairs.count * 2 || unusual * 10 > pairs.count * 3
}

/// Whether the first small letter is seen behind the second in words now and then: the 297 most usual pairs
/// in English texts and in the names that programs use.
private func follows(_ next: UInt8, _ letter: UInt8) -> Bool {
  guard (0x61...0x7A).contains(letter) else { return false }
  return followers[Int(letter - 0x61)].contains(next)
}

private let followers: [Set<UInt8>] = [
  "abcdefgiklmnprstuvwy", "abcdefilorsu", "abcdefhiklmoprstu", "abcdefilorsu", "abcdefgiklmnopqrstuvwxy",
  "abcdefilorstu", "aehilnorsu", "aeiortu", "abcdefgklmnoprstvxz", "aeo", "aeios", "acdeilopstuy",
  "abeilmopsu", "acdefgiklnopstuv", "abcdefgiklmnoprstuvw", "acehiloprstuy", "u", "abcdefgiklmnoprstuvy",
  "acehiklmopstuy", "acdefhilmoprstuy", "abcdefgilmnprst", "aeio", "aeior", "eipt", "anps", "ae",
].map { Set($0.utf8) }

/// Whether a variable, an option, a header or a member is called like something that must not be shown.
func isSecretName(_ name: String) -> Bool {
  let name = name.lowercased()
  if ["token", "key", "secret", "pass", "auth", "credential", "cookie", "session"].contains(
    where: name.contains)
  {
    return true
  }
  // Inside of other words these are ordinary: a path, a mapping.
  return name.split { !$0.isLetter && !$0.isNumber }.contains { shortSecretNames.contains(String($0)) }
}

private let shortSecretNames: Set<String> = [
  "pat", "pwd", "pin", "psk", "otp", "mfa", "jwt", "sas", "sig", "dsn", "bearer", "signature", "webhook",
]

/// Whether a word looks like a key in base64, in which slashes stand that part no folders. Keys of 40 letters
/// are those of AWS, however much they look like words.
func looksLikeBase64(_ word: some StringProtocol) -> Bool {
  let bytes = Array(word.utf8)
  guard bytes.count >= 20, bytes.count <= 4_096, bytes.contains(where: { "/+".utf8.contains($0) }),
    let first = bytes.first, isAlphanumeric(first),
    bytes.allSatisfy({ isAlphanumeric($0) || "/+=".utf8.contains($0) })
  else { return false }
  let letters = bytes.filter(isAlphanumeric)
  return kinds(of: letters[...]).count == 3 && (bytes.count == 40 || hasShortRuns(letters[...]))
}

/// Whether a word looks like a password that a program made: letters of both sizes, digits and signs.
func looksLikePassword(_ word: some StringProtocol) -> Bool {
  let bytes = Array(word.utf8)
  guard (10...128).contains(bytes.count), bytes.allSatisfy({ (0x21...0x7E).contains($0) }),
    !bytes.contains(where: { "/\\[](){}<>|:=\"'`@,".utf8.contains($0) })
  else { return false }
  return kinds(of: bytes.filter(isAlphanumeric)[...]).count == 3
    && bytes.dropFirst().contains { "!#$%^&*?~+;".utf8.contains($0) }
}

/// Beginnings by which services make their keys known.
private let beginnings = [
  "sk-", "sk_", "pk-", "pk_", "rk_", "ghp_", "gho_", "ghs_", "ghu_", "ghr_", "github_pat_", "glpat-", "glsa_",
  "xoxa-", "xoxb-", "xoxe-", "xoxp-", "xoxr-", "xoxs-", "xapp-", "AKIA", "ASIA", "eyJ", "shpat_", "figd_",
  "hf_", "npm_", "pat_", "pypi-", "dop_v1_", "sntrys_", "ntn_", "secret_", "whsec_", "tvly-", "gsk_", "r8_",
  "AIza", "ya29.", "lin_api_", "key-", "dckr_pat_", "hvs.", "SG.", "ATATT3", "xai-", "pplx-", "nvapi-",
  "sbp_", "rpa_", "lsv2_", "e2b_", "PMAK-", "sq0", "AGE-SECRET-KEY-",
]

/// Letters and digits that change too often to be a word with a number behind it.
private func isRandom(_ part: ArraySlice<UInt8>) -> Bool {
  guard part.count >= 12 else { return false }
  let kinds = part.map(kind)
  let changes = zip(kinds, kinds.dropFirst()).count { $0 != $1 }
  if kinds.contains(0) && changes >= max(4, part.count / 4) { return true }
  return part.count >= 16 && part.allSatisfy(isHexadecimal) && Set(kinds).count > 1
}

/// Letters that no word is made of: capitals in all places, or more of them than the longest words have.
private func isUnspeakable(_ part: ArraySlice<UInt8>) -> Bool {
  guard part.count >= 16 else { return false }
  let kinds = kinds(of: part)
  if kinds == [1] || kinds == [2] { return part.count > 28 }
  return kinds.isSuperset(of: [1, 2]) && hasShortRuns(part)
}

/// Whether letters of one size and digits follow each other for three at a time or less, on average; a
/// capital belongs to the small letters behind it.
private func hasShortRuns(_ part: ArraySlice<UInt8>) -> Bool {
  let kinds = part.map(kind)
  let runs = 1 + zip(kinds, kinds.dropFirst()).count { $0 != $1 && !($0 == 1 && $1 == 2) }
  return runs * 10 >= part.count * 3
}

/// Which of digits (0), capitals (1) and small letters (2) there are.
private func kinds(of part: ArraySlice<UInt8>) -> Set<Int> { Set(part.map(kind)) }

private func kind(_ byte: UInt8) -> Int {
  (0x30...0x39).contains(byte) ? 0 : (0x41...0x5A).contains(byte) ? 1 : 2
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
  default: false
  }
}

private func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) && byte >= 0x41 }

private func isHexadecimal(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
  default: false
  }
}
