// Basic credentials travel as base64 (RFC 7617): what we send in that form must be recognized in it.

private let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

/// RFC 4648 section 4, with padding.
package func base64(_ bytes: some Sequence<UInt8>) -> String {
  var result: [UInt8] = []
  var (bits, count) = (UInt32(0), 0)
  for byte in bytes {
    bits = bits << 8 | UInt32(byte)
    count += 8
    while count >= 6 {
      count -= 6
      result.append(letters[Int(bits >> UInt32(count) & 0x3F)])
    }
    bits &= (1 << UInt32(count)) - 1
  }
  if count > 0 { result.append(letters[Int(bits << UInt32(6 - count) & 0x3F)]) }
  while result.count % 4 != 0 { result.append(UInt8(ascii: "=")) }
  return String(decoding: result, as: UTF8.self)
}

/// The bytes behind base64 with or without padding; nil for anything else.
func base64Decoded(_ text: String) -> [UInt8]? {
  var result: [UInt8] = []
  var (bits, count) = (UInt32(0), 0)
  for byte in text.utf8.prefix(while: { $0 != UInt8(ascii: "=") }) {
    guard let value = letters.firstIndex(of: byte) else { return nil }
    bits = (bits << 6 | UInt32(value)) & 0xFFFF
    count += 6
    guard count >= 8 else { continue }
    count -= 8
    result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
  }
  return result.isEmpty ? nil : result
}
