import CNcurses
public import Display

/// The one terminal: opened, shown frames, asked for keys, and given back however the program ends.
///
/// ncurses keeps what the terminal shows and sends the difference; everything else about a screen is in the frame.
public struct Terminal: ~Copyable {
  /// Why a terminal cannot be used, in words that say what to do.
  public struct Unusable: Error, CustomStringConvertible {
    public let description: String
  }

  /// What became of a frame.
  public enum Outcome: Sendable {
    case shown
    /// The line is slow: the frame was skipped, show a newer one once the terminal takes bytes again.
    case skipped
    /// There is no terminal any more.
    case gone
  }

  /// Whether the locale's characters are UTF-8; otherwise only ASCII may be drawn.
  public let isUTF8: Bool
  private var palette: Palette
  private var shown: Frame?

  /// Opens the terminal on standard input and output. `hasColor` false uses attributes only (NO_COLOR).
  public init(theme: Theme, hasColor: Bool, termName: String?) throws(Unusable) {
    isUTF8 = cncurses_is_utf8() == 1
    switch cncurses_open() {
    case 0: break
    case 1:
      throw Unusable(description: "standard input and output are not a terminal; use `sessiontop watch` here")
    case 2:
      throw Unusable(
        description:
          "TERM=\(termName ?? "") is not in the terminal database; set TERM, for example to xterm-256color")
    default:
      throw Unusable(
        description: "TERM=\(termName ?? "") cannot place the cursor; set TERM to your terminal's name, "
          + "or use `sessiontop watch`")
    }
    cncurses_guard_against_crashes()
    palette = Palette(theme: theme, colors: hasColor ? Int(cncurses_colors()) : 0)
  }

  deinit {
    cncurses_close()
  }

  /// The size as ncurses has it.
  public var size: Size {
    Size(columns: Int(cncurses_columns()), rows: Int(cncurses_rows()))
  }

  /// Changes the look; the next frame is drawn with it.
  public mutating func use(_ theme: Theme, hasColor: Bool) {
    palette = Palette(theme: theme, colors: hasColor ? Int(cncurses_colors()) : 0)
    shown = nil
  }

  /// Shows a frame in one write; writes nothing when nothing changed.
  public mutating func show(_ frame: Frame) -> Outcome {
    guard frame != shown else { return .shown }
    cncurses_erase()
    for row in 0..<frame.size.rows {
      for column in 0..<frame.size.columns {
        let cell = frame[row: row, column: column]
        guard !cell.isContinuation else { continue }
        let style = palette.style(cell.role, isEmphasized: cell.isSelected)
        if cell.character == " ", style.isPlain { continue }
        cncurses_put(Int32(row), Int32(column), String(cell.character), style.attributes, style.pair)
      }
    }
    switch cncurses_show() {
    case 0:
      shown = frame
      return .shown
    case 1:
      return .skipped
    default:
      return .gone
    }
  }

  /// Draws everything anew at the next frame: something else wrote to the terminal.
  public mutating func redraw() {
    cncurses_redraw_all()
    shown = nil
  }

  /// Takes over a new size of the terminal.
  public mutating func resize(to size: Size) {
    _ = cncurses_resize(Int32(max(1, size.rows)), Int32(max(1, size.columns)))
    redraw()
  }

  /// Gives the terminal back for a while; `resume` takes it again.
  public mutating func suspend() {
    endwin()
    shown = nil
  }

  public mutating func resume() {
    cncurses_redraw_all()
    shown = nil
  }

  /// The keys that were pressed since the last call.
  public mutating func keys() -> [Key] {
    var keys: [Key] = []
    var code: UInt32 = 0
    var isFunction: Int32 = 0
    // Bounded, so that a paste of megabytes cannot keep the screen from being drawn.
    while keys.count < 1_024, cncurses_key(&code, &isFunction) == 1 {
      if let key = Key(code: code, isFunction: isFunction != 0) { keys.append(key) }
    }
    return keys
  }
}
