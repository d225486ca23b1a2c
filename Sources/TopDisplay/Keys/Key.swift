/// A key press, whatever terminal it came from.
package enum Key: Hashable, Sendable {
  case character(Character)
  case control(Character)
  case up, down, left, right
  case pageUp, pageDown, home, end
  case tab, backTab, enter, escape, backspace, delete
  /// `F1` to `F12`.
  case function(Int)
  /// The mouse, where it was asked for: a press on a cell, and the wheel.
  case click(row: Int, column: Int)
  case wheelUp, wheelDown
  /// Text that was pasted, on terminals that tell (bracketed paste).
  case pasted(String)
}

extension Key {
  private static let names: [(name: String, key: Key)] = [
    ("up", .up), ("down", .down), ("left", .left), ("right", .right), ("pgup", .pageUp), ("pgdn", .pageDown),
    ("home", .home), ("end", .end), ("tab", .tab), ("shift-tab", .backTab), ("enter", .enter),
    ("esc", .escape), ("backspace", .backspace), ("delete", .delete), ("space", .character(" ")),
  ]

  /// A key as people write it in settings: `k`, `K`, `ctrl-d`, `space`, `pgup`, `f5`; nil for what is none.
  init?(spelled text: String) {
    if text.count == 1, let character = text.first {
      self = .character(character)
      return
    }
    let word = text.lowercased()
    if let known = Self.names.first(where: { $0.name == word }) {
      self = known.key
    } else if word.hasPrefix("ctrl-"), word.count == 6, let letter = word.last, ("a"..."z").contains(letter) {
      self = .control(letter)
    } else if word.hasPrefix("f"), let number = Int(word.dropFirst()), (1...12).contains(number) {
      self = .function(number)
    } else {
      return nil
    }
  }

  /// As the help shows it.
  var spelled: String {
    switch self {
    case .character(" "): "space"
    case .character(let character): String(character)
    case .control(let letter): "ctrl-\(letter)"
    case .function(let number): "F\(number)"
    case .click: "click"
    case .wheelUp, .wheelDown: "wheel"
    case .pasted: "paste"
    default: Self.names.first { $0.key == self }?.name ?? ""
    }
  }
}
