import Sessions

/// The characters that states and borders are drawn with. Each state has its own, so that colour is never the only
/// sign; no emoji and no braille, which many fonts lack.
struct Glyphs: Hashable, Sendable {
  let isASCII: Bool

  func state(_ state: SessionState) -> String {
    switch state {
    case .idle: isASCII ? "." : "·"
    case .connecting: isASCII ? "~" : "◌"
    case .ready: isASCII ? "*" : "●"
    case .degraded: isASCII ? "!" : "▲"
    case .recovering: isASCII ? "x" : "↻"
    case .unstable: isASCII ? "%" : "≈"
    case .unauthorized: isASCII ? "#" : "◆"
    case .failed: isASCII ? "X" : "✖"
    case .closing: isASCII ? "<" : "◁"
    case .closed: isASCII ? "-" : "○"
    case .unmonitored: isASCII ? "o" : "◇"
    }
  }

  func level(_ event: Event) -> String {
    if event.kind == .operatorAction { return "@" }
    switch (event.kind, event.level) {
    case (.sessionCreated, _), (.recoverySucceeded, _): return "+"
    case (_, .error): return isASCII ? "X" : "✖"
    case (_, .warning): return isASCII ? "x" : "▲"
    case (_, .info): return isASCII ? "." : "·"
    case (_, .debug): return " "
    }
  }

  var horizontal: String { isASCII ? "-" : "─" }
  var vertical: String { isASCII ? "|" : "│" }
  var corner: (topLeft: String, topRight: String, bottomLeft: String, bottomRight: String) {
    isASCII ? ("+", "+", "+", "+") : ("┌", "┐", "└", "┘")
  }
  var tee: (down: String, up: String, right: String, left: String, cross: String) {
    isASCII ? ("+", "+", "+", "+", "+") : ("┬", "┴", "├", "┤", "┼")
  }
}
