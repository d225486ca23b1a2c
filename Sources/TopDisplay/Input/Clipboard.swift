// Text for the clipboard of the person's own machine, whatever lies between (OSC 52).

/// The most characters of base64 that terminals take at once; more is refused here, not half taken there.
private let limit = 74_994

/// The sequence that puts a text into the clipboard; nil when it is too long.
///
/// Within tmux it is sent twice: once for tmux itself (`set-clipboard on`), once through it to the terminal
/// outside (`allow-passthrough on`).
package func clipboardSequence(_ text: String, inTmux: Bool) -> String? {
  let encoded = base64(Array(text.utf8))
  guard encoded.utf8.count <= limit else { return nil }
  let sequence = "\u{1B}]52;c;\(encoded)\u{1B}\\"
  guard inTmux else { return sequence }
  let through = sequence.replacing("\u{1B}", with: "\u{1B}\u{1B}")
  return sequence + "\u{1B}Ptmux;\(through)\u{1B}\\"
}

/// RFC 4648, with padding.
func base64(_ bytes: [UInt8]) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var result: [UInt8] = []
  result.reserveCapacity((bytes.count + 2) / 3 * 4)
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    let value = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
    for place in 0..<4 {
      let digit = alphabet[Int(value >> UInt32(18 - 6 * place) & 0x3F)]
      result.append(place <= group.count ? digit : UInt8(ascii: "="))
    }
  }
  return String(decoding: result, as: UTF8.self)
}
