/// Puts together what a terminal sends for one key when it is not what its description says: a sequence that
/// ncurses does not know comes as Esc and then letters, and letters are commands.
public struct KeySequence: Sendable {
  /// How far a sequence has come (ECMA-48, section 5.4).
  private enum Progress {
    case none
    case escape
    /// After `ESC [`, with what came since.
    case control([Unicode.Scalar])
    /// After `ESC O`: one more.
    case single
    /// A string such as an answer to a question of another program: up to BEL or `ESC \`.
    case string(sawEscape: Bool)
  }

  /// Longer ones are none.
  private static let limit = 32
  private var progress = Progress.none

  public init() {}

  /// Takes in a character; gives the keys that are certain now.
  public mutating func take(_ scalar: Unicode.Scalar, as key: Key?) -> [Key] {
    switch (progress, scalar) {
    case (.string(sawEscape: true), "\\"), (.string, "\u{7}"): progress = .none
    case (.string, _): progress = .string(sawEscape: scalar == "\u{1B}")
    case (.escape, "["): progress = .control([])
    case (.escape, "O"): progress = .single
    case (.escape, "]"), (.escape, "P"), (.escape, "_"), (.escape, "^"): progress = .string(sawEscape: false)
    case (.escape, "\u{1B}"): return [.escape]
    case (.escape, _):
      progress = .none
      return [.escape, key].compactMap(\.self)
    case (_, "\u{1B}"): progress = .escape
    case (.control(let sofar), " "..."?") where sofar.count < Self.limit:
      progress = .control(sofar + [scalar])
    case (.control(let sofar), "@"..."~"):
      progress = .none
      return sofar.isEmpty ? Self.key(scalar).map { [$0] } ?? [] : []
    case (.single, _):
      progress = .none
      return Self.key(scalar).map { [$0] } ?? []
    case (.control, _), (.none, _):
      progress = .none
      return key.map { [$0] } ?? []
    }
    return []
  }

  /// Nothing more came with it: an Esc by itself is the key. What else is unfinished was none of ours.
  public mutating func finish() -> [Key] {
    defer { progress = .none }
    if case .escape = progress { return [.escape] }
    return []
  }

  /// The keys that terminals send in two ways, with `[` and with `O`, whichever was asked for.
  private static func key(_ final: Unicode.Scalar) -> Key? {
    switch final {
    case "A": .up
    case "B": .down
    case "C": .right
    case "D": .left
    case "H": .home
    case "F": .end
    case "Z": .backTab
    case "M": .enter
    case "P", "Q", "R", "S": .function(Int(final.value - 0x4F))
    default: nil
    }
  }
}
