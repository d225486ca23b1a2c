import MCPSessions

/// The characters that states and borders are drawn with. Each state has its own, so that colour is never the
/// only sign; no emoji and no braille, which many fonts lack.
struct Glyphs: Hashable, Sendable {
  let isASCII: Bool

  func state(_ state: SessionState) -> String {
    switch state {
    case .idle: isASCII ? "." : "·"
    case .connecting: isASCII ? "~" : "◌"
    case .ready: isASCII ? "*" : "●"
    case .paused: isASCII ? "=" : "‖"
    case .degraded: isASCII ? "!" : "▲"
    case .recovering: isASCII ? "r" : "↻"
    case .unstable: isASCII ? "%" : "≈"
    case .down: isASCII ? "V" : "▼"
    case .unauthorized: isASCII ? "#" : "◆"
    case .failed: isASCII ? "X" : "✖"
    case .closing: isASCII ? "<" : "◁"
    case .closed: isASCII ? "-" : "□"
    case .unmonitored: isASCII ? "o" : "○"
    }
  }

  /// A state as a height, for histories: blocks that every font has.
  func level(_ state: SessionState?) -> String {
    switch state {
    case nil, .unmonitored, .idle: " "
    case .closed, .closing: isASCII ? "-" : "·"
    case .paused: "="
    case .ready: isASCII ? "_" : "▁"
    case .connecting: isASCII ? "." : "▂"
    case .degraded: isASCII ? "!" : "▄"
    case .recovering: isASCII ? "r" : "▆"
    case .unstable: isASCII ? "%" : "▆"
    case .unauthorized: isASCII ? "#" : "▇"
    case .failed: isASCII ? "X" : "█"
    case .down: isASCII ? "V" : "█"
    }
  }

  /// What an event is about, in one character: `+` good news, `!` and `X` bad news, `@` the operator.
  func event(_ event: Event) -> String {
    switch (event.kind, event.level) {
    case (.operatorAction, _): "@"
    case (.sessionCreated, _), (.recoverySucceeded, _): "+"
    case (_, let level): self.event(level: level)
    }
  }

  /// The sign of an event that has no other.
  func event(level: EventLevel) -> String {
    switch level {
    case .error: isASCII ? "X" : "✖"
    case .warning: isASCII ? "!" : "▲"
    case .info: isASCII ? "." : "·"
    case .debug: " "
    }
  }

  /// Stands before what is not the same in two rows.
  var difference: String { isASCII ? "#" : "≠" }

  /// Stands before the selected row and the title of the pane that has the keys.
  var pointer: String { isASCII ? ">" : "▸" }

  /// A piece of a border by the sides to which it leads on.
  func border(_ sides: Sides) -> String {
    guard isASCII else { return Self.lines[Int(sides.rawValue)] }
    if sides.isSubset(of: [.left, .right]) { return "-" }
    return sides.isSubset(of: [.up, .down]) ? "|" : "+"
  }

  /// The sides of a cell.
  struct Sides: OptionSet, Hashable, Sendable {
    let rawValue: UInt8
    static let up = Sides(rawValue: 1)
    static let down = Sides(rawValue: 2)
    static let left = Sides(rawValue: 4)
    static let right = Sides(rawValue: 8)
  }

  private static let lines = [
    " ", "│", "│", "│", "─", "┘", "┐", "┤", "─", "└", "┌", "├", "─", "┴", "┬", "┼",
  ]
}
