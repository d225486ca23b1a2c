import MCPSessions

// Text for the clipboard of the person's own machine, whatever lies between (OSC 52).

/// The most characters of base64 that terminals take at once; more is refused here, not half taken there.
private let limit = 74_994

/// The sequence that puts a text into the clipboard; nil when it is too long.
///
/// Within tmux it is sent twice: once for tmux itself (`set-clipboard on`), once through it to the terminal
/// outside (`allow-passthrough on`).
package func clipboardSequence(_ text: String, inTmux: Bool) -> String? {
  let encoded = base64(text.utf8)
  guard encoded.utf8.count <= limit else { return nil }
  let sequence = "\u{1B}]52;c;\(encoded)\u{1B}\\"
  guard inTmux else { return sequence }
  let through = sequence.replacing("\u{1B}", with: "\u{1B}\u{1B}")
  return sequence + "\u{1B}Ptmux;\(through)\u{1B}\\"
}
