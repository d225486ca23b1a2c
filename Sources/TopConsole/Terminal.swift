import CTopNcurses
package import TopDisplay

/// The one terminal: opened, shown frames, asked for keys, and given back however the program ends.
///
/// ncurses keeps what the terminal shows and sends the difference; everything else about a screen is in the
/// frame.
package struct Terminal: ~Copyable {
  /// Why a terminal cannot be used, in words that say what to do.
  package struct Unusable: Error, CustomStringConvertible {
    package let description: String
  }

  /// What became of a frame.
  package enum Outcome: Sendable {
    case shown
    /// The line is slow and has not taken all of the last frame: show a newer one once the terminal
    /// (descriptor 1) takes bytes again.
    case skipped
    /// There is no terminal any more.
    case gone
  }

  /// Whether the locale's characters are UTF-8; otherwise only ASCII may be drawn.
  package let isUTF8: Bool
  private var palette: Palette
  /// What ncurses has been told; absent when everything is to be told anew.
  private var drawn: Frame?
  private var scalars: [UInt32] = []
  private var shownTitle: String?
  private let kind: TerminalKind
  /// Kept across reads: what belongs together may come in pieces.
  private var sequence = KeySequence()
  private var pacing = FramePacing()

  /// Opens the terminal on standard input and output. `hasColor` false uses attributes only (NO_COLOR).
  package init(theme: Theme, hasColor: Bool, termName: String?) throws(Unusable) {
    isUTF8 = cncurses_is_utf8() == 1
    kind = TerminalKind(termName ?? "")
    let name = termName.map { "TERM=\($0)" } ?? "TERM, which is not set,"
    switch cncurses_open(hasColor ? 1 : 0) {
    case 0: break
    case 1:
      throw Unusable(description: "standard input and output are not a terminal; use `sessiontop watch` here")
    case 2:
      throw Unusable(
        description: "\(name) is not in the terminal database; set TERM, for example to xterm-256color, "
          + "or use `sessiontop watch`")
    case 3:
      throw Unusable(
        description: "\(name) cannot place the cursor; set TERM to your terminal's name, "
          + "or use `sessiontop watch`")
    default:
      throw Unusable(description: "the system is out of descriptors or memory for the screen")
    }
    cncurses_guard_against_crashes()
    palette = Palette(theme: theme, colors: hasColor ? Int(cncurses_colors()) : 0)
    guard kind.tellsCursor else { return }
    pacing.opened(at: .zero)
    _ = say(FramePacing.question)
  }

  deinit {
    // An answer that came after the end would be typed into the shell.
    if pacing.awaitsAnswer { cncurses_discard_input(answerWait) }
    cncurses_close()
  }

  /// The size as ncurses has it.
  package var size: Size {
    Size(columns: Int(cncurses_columns()), rows: Int(cncurses_rows()))
  }

  /// Changes the look; the next frame is drawn with it.
  package mutating func use(_ theme: Theme, hasColor: Bool) {
    palette = Palette(theme: theme, colors: hasColor ? Int(cncurses_colors()) : 0)
    drawn = nil
  }

  /// Until when a frame that is shown at `now` had better wait, because the last one was not seen yet; absent
  /// when it need not.
  package func busyUntil(at now: Duration) -> Duration? { pacing.busyUntil(at: now) }

  /// Shows a frame in one write and never waits; writes nothing when nothing changed.
  package mutating func show(_ frame: Frame, at now: Duration) -> Outcome {
    // Before ncurses is told anything: a frame that is skipped must leave no trace in what it believes.
    let left = cncurses_flush()
    guard left == 0 else { return left > 0 ? .skipped : .gone }
    guard frame != drawn else { return .shown }
    let links = kind.hasLinks ? linkSequence(frame) : ""
    draw(frame)
    let outcome = cncurses_show()
    // Behind the frame: links are drawn over the same text, of which ncurses knows nothing.
    if outcome >= 0, !links.isEmpty { _ = say(links) }
    let bytes = Int(cncurses_frame_bytes()) + links.utf8.count
    if outcome >= 0, kind.tellsCursor, pacing.drew(bytes, at: now) {
      _ = say(FramePacing.question)
    }
    switch outcome {
    case 0: return .shown
    case 1: return .skipped
    default: return .gone
    }
  }

  /// Names the window, on terminals that have one; writes nothing when the name is the same.
  package mutating func show(title: String) {
    guard kind.hasTitle, title != shownTitle, cncurses_title(title) == 0 else { return }
    shownTitle = title
  }

  /// Rings.
  package mutating func ring() {
    _ = say("\u{7}")
  }

  /// Sends a sequence that changes nothing on the screen; false when too much waits already.
  package mutating func say(_ sequence: String) -> Bool {
    let bytes = Array(sequence.utf8).map { CChar(bitPattern: $0) }
    return cncurses_say(bytes, Int32(clamping: bytes.count)) == 0
  }

  /// Takes presses and the wheel, or leaves the mouse to the terminal for selecting text.
  package mutating func useMouse(_ isOn: Bool) {
    cncurses_mouse(isOn ? 1 : 0)
  }

  /// Draws everything anew at the next frame: something else wrote to the terminal.
  package mutating func redraw() {
    cncurses_redraw_all()
    drawn = nil
  }

  /// Takes over a new size of the terminal.
  package mutating func resize(to size: Size) {
    _ = cncurses_resize(Int32(max(1, size.rows)), Int32(max(1, size.columns)))
    redraw()
  }

  /// Gives the terminal back for a while; `resume` takes it again.
  package mutating func suspend() {
    if pacing.awaitsAnswer { cncurses_discard_input(answerWait) }
    pacing.forget()
    cncurses_pause()
    drawn = nil
    shownTitle = nil
  }

  /// Takes the terminal again; the next frame draws everything.
  package mutating func resume() {
    cncurses_resume()
    drawn = nil
  }

  /// The keys that were pressed since the last call.
  package mutating func keys() -> [Key] {
    var keys: [Key] = []
    var code: UInt32 = 0
    var isFunction: Int32 = 0
    // Bounded, so that a paste of megabytes cannot keep the screen from being drawn.
    for _ in 0..<4_096 {
      guard keys.count < 1_024, cncurses_key(&code, &isFunction) == 1 else { break }
      let key = Key(code: code, isFunction: isFunction != 0)
      if isFunction == 0, let scalar = Unicode.Scalar(code) {
        keys += sequence.take(scalar, as: key)
      } else {
        keys += sequence.take(known: key)
      }
    }
    sequence.endRead()
    if sequence.takeReports() > 0 { pacing.answered() }
    return keys
  }

  /// How long is waited for what belongs to a key, or to pasted text, that has begun and is not whole; absent
  /// when nothing has.
  package var keyPatience: Duration? { sequence.patience }

  /// Nothing more came for a while: what was begun is what it is.
  package mutating func finishKeys() -> [Key] { sequence.finish() }

  /// Tells ncurses the cells that changed.
  private mutating func draw(_ frame: Frame) {
    let before = drawn?.size == frame.size ? drawn : nil
    if before == nil { cncurses_erase() }
    let columns = frame.size.columns
    for index in frame.cells.indices {
      let cell = frame.cells[index]
      guard !cell.isContinuation else { continue }
      let isWide = (index + 1) % columns != 0 && frame.cells[index + 1].isContinuation
      // A wide character is told again when only its right half was something else.
      if let before, before.cells[index] == cell, !isWide || before.cells[index + 1].isContinuation {
        continue
      }
      let style = palette.style(cell.role, isSelected: cell.isSelected)
      if before == nil, cell.character == " ", style.isPlain { continue }
      scalars.removeAll(keepingCapacity: true)
      scalars.append(contentsOf: cell.character.unicodeScalars.lazy.map(\.value))
      cncurses_put(
        Int32(index / columns), Int32(index % columns), scalars, Int32(scalars.count), isWide ? 2 : 1,
        style.attributes, style.pair)
    }
    drawn = frame
  }

  /// What makes links of the cells that say so, where they are new; rows of former ones are drawn anew.
  private func linkSequence(_ frame: Frame) -> String {
    let before = drawn?.size == frame.size ? drawn?.links ?? [] : []
    guard before != frame.links || drawn == nil else { return "" }
    for link in before { cncurses_redraw_row(Int32(link.row)) }
    return frame.links.map(\.sequence).joined()
  }
}

/// How long an answer of the terminal is waited for at the end, in milliseconds.
private nonisolated let answerWait: Int32 = 200

/// What a terminal's name tells of it.
private struct TerminalKind {
  let hasTitle: Bool
  let hasLinks: Bool
  /// Whether it may be asked where its cursor is.
  let tellsCursor: Bool

  init(_ name: String) {
    // A console has no window, and prints what it does not know.
    let consoles = ["linux", "vt", "ansi", "cons", "sun", "wyse", "dumb"]
    hasTitle = !consoles.contains { name.hasPrefix($0) }
    hasLinks = hasTitle && !name.hasPrefix("screen")
    tellsCursor = hasTitle
  }
}

extension Link {
  /// The text once more, underlined, as a link (OSC 8); the place of the cursor and its look are kept.
  fileprivate var sequence: String {
    "\u{1B}7\u{1B}[\(row + 1);\(column + 1)H\u{1B}[0;4m\u{1B}]8;;\(target)\u{1B}\\\(text)\u{1B}]8;;\u{1B}\\"
      + "\u{1B}[0m\u{1B}8"
  }
}
