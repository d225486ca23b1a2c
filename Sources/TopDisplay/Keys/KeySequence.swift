/// Puts together what a terminal sends for one key when it is not what its description says: a sequence that
/// ncurses does not know comes as Esc and then letters, and letters are commands.
package struct KeySequence: Sendable {
  /// How far a sequence has come (ECMA-48, section 5.4).
  private enum Progress {
    case none
    /// `isAlone` once a read ended with it: then a person pressed Esc. With a character in the same read it
    /// is one key, Alt and that character, and means nothing here.
    case escape(isAlone: Bool)
    /// After `ESC [`, with what came since.
    case control([Unicode.Scalar])
    /// After `ESC O`: one more.
    case single
    /// After `ESC [ M`: three characters of an old mouse report, which is not in decimals.
    case oldMouse([Unicode.Scalar])
    /// Between `ESC [ 200 ~` and `ESC [ 201 ~`: pasted text, in which nothing is a key.
    case pasting
    /// A string such as an answer to a question of another program: up to BEL or `ESC \`.
    case string(sawEscape: Bool)
  }

  /// What is longer is none of ours, and is passed over to its end.
  private static let limit = 32
  private var progress = Progress.none

  /// Most scalars that are pasted at once; the rest is let go.
  private static let pasteLimit = 4_096

  package init() {}

  /// How long the pieces of one key may lie apart, on a serial line or a bad one.
  private static let piecePatience = Duration.milliseconds(150)
  /// How long a paste may halt; then its end was lost on the way, and what comes is keys again.
  private static let pastePatience = Duration.seconds(2)

  /// How long what has begun is waited for before `finish` ends it; absent when nothing has begun.
  package var patience: Duration? {
    switch progress {
    case .none: nil
    case .pasting: endsInInterrupt ? Self.piecePatience : Self.pastePatience
    default: Self.piecePatience
    }
  }

  /// Nobody pastes an interrupt with nothing after it: it was pressed, and has to work everywhere.
  private var endsInInterrupt: Bool { pasted.last == "\u{3}" }

  /// Whether a paste has begun that has not ended: what comes next belongs to it.
  package var isPasting: Bool { if case .pasting = progress { true } else { false } }

  /// How often the terminal said where its cursor is, since that was asked last.
  private var reports = 0

  /// How often the terminal said where its cursor is, since the last call.
  package mutating func takeReports() -> Int {
    defer { reports = 0 }
    return reports
  }

  /// What was pasted so far.
  private var pasted: [Unicode.Scalar] = []

  /// Takes in a character; gives the keys that are certain now.
  package mutating func take(_ scalar: Unicode.Scalar, as key: Key?) -> [Key] {
    switch (progress, scalar) {
    case (.pasting, _): return paste(scalar)
    case (.string(sawEscape: true), "\\"), (.string, "\u{7}"): progress = .none
    case (.string, _): progress = .string(sawEscape: scalar == "\u{1B}")
    case (.escape, "["): progress = .control([])
    case (.escape, "O"): progress = .single
    case (.escape, "]"), (.escape, "P"), (.escape, "_"), (.escape, "^"): progress = .string(sawEscape: false)
    case (.escape, "\u{1B}"):
      progress = .escape(isAlone: false)
      return [.escape]
    case (.escape(let isAlone), _):
      progress = .none
      return isAlone ? [.escape, key].compactMap(\.self) : []
    case (_, "\u{1B}"): progress = .escape(isAlone: false)
    case (.control(let sofar), " "..."?"):
      if sofar.count < Self.limit { progress = .control(sofar + [scalar]) }
    case (.control([]), "M"): progress = .oldMouse([])
    case (.oldMouse(let sofar), _):
      progress = sofar.count < 2 ? .oldMouse(sofar + [scalar]) : .none
      if sofar.count < 2 { return [] }
      let numbers = (sofar + [scalar]).map { Int($0.value) }
      return Self.mouse(numbers[0] - 32, column: numbers[1] - 32, row: numbers[2] - 32).map { [$0] } ?? []
    case (.control(let sofar), "@"..."~"):
      progress = .none
      if sofar.first == "<", scalar == "M" { return Self.mouse(sofar).map { [$0] } ?? [] }
      if scalar == "~", sofar == ["2", "0", "0"] { progress = .pasting }
      if scalar == "R", sofar.contains(";"), sofar.allSatisfy({ $0 == ";" || ("0"..."9").contains($0) }) {
        reports += 1
      }
      if scalar == "~", sofar == ["3"] { return [.delete] }
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

  /// Takes in a key that the description of the terminal knows.
  package mutating func take(known key: Key?) -> [Key] {
    if isPasting { return [] }
    if case .escape(isAlone: false) = progress {
      progress = .none
      return []
    }
    return finish() + [key].compactMap(\.self)
  }

  /// All that was sent at once is taken in.
  package mutating func endRead() {
    if case .escape = progress { progress = .escape(isAlone: true) }
  }

  private mutating func paste(_ scalar: Unicode.Scalar) -> [Key] {
    let end: [Unicode.Scalar] = ["\u{1B}", "[", "2", "0", "1", "~"]
    pasted.append(scalar)
    guard pasted.suffix(end.count).elementsEqual(end) else {
      // Room is kept for the end, which must be seen whatever comes before.
      if pasted.count > Self.pasteLimit { pasted.remove(at: Self.pasteLimit - end.count) }
      return []
    }
    progress = .none
    let text = pasted.dropLast(end.count).filter { !isUnshowable($0) || "\n\r\t".unicodeScalars.contains($0) }
    pasted = []
    return [.pasted(String(String.UnicodeScalarView(text)))]
  }

  /// Nothing more came with it: an Esc by itself is the key. What else is unfinished was none of ours.
  package mutating func finish() -> [Key] {
    defer { (progress, pasted) = (.none, []) }
    switch progress {
    case .escape: return [.escape]
    // What came of it is let go; that something was pasted is told.
    case .pasting: return [endsInInterrupt ? .control("c") : .pasted("")]
    default: return []
    }
  }

  /// A report in decimals, `< button ; column ; row`.
  private static func mouse(_ words: [Unicode.Scalar]) -> Key? {
    let text = String(String.UnicodeScalarView(words.dropFirst()))
    let numbers = text.split(separator: ";").map { Int($0) ?? 0 }
    guard numbers.count == 3 else { return nil }
    return mouse(numbers[0], column: numbers[1], row: numbers[2])
  }

  /// The left button without or with shift and its like, and the wheel; places count from 1.
  private static func mouse(_ button: Int, column: Int, row: Int) -> Key? {
    guard column > 0, row > 0 else { return nil }
    switch button {
    case 0: return .click(row: row - 1, column: column - 1)
    case 64: return .wheelUp
    case 65: return .wheelDown
    default: return nil
    }
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
