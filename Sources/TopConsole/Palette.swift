import CTopNcurses
import TopDisplay

/// A theme in terms of what this terminal can show. Neither its background nor its palette is ever changed.
struct Palette {
  /// Attributes and colour pair of a role.
  struct Style {
    let attributes: UInt
    let pair: Int32

    /// A space in it cannot be told from an empty cell.
    var isPlain: Bool { attributes == 0 && pair == 0 }
  }

  private let styles: [Role: Style]
  private let selected: [Role: Style]

  /// `colors` is what the terminal has: 0 for none, so that roles fall back to attributes.
  init(theme: Theme, colors: Int) {
    var styles: [Role: Style] = [:]
    var selected: [Role: Style] = [:]
    let selection = theme[.selected]
    for role in Role.allCases {
      let look = theme[role]
      styles[role] = Self.style(look, colors: colors)
      // The selected row keeps the colours of its words and takes the selection's background and attributes.
      var chosen = look
      if selection.background != .terminal { chosen.background = selection.background }
      chosen.attributes.formUnion(selection.attributes)
      chosen.mono = (look.mono ?? look.attributes).union(selection.mono ?? selection.attributes)
      selected[role] = Self.style(chosen, colors: colors)
    }
    self.styles = styles
    self.selected = selected
  }

  func style(_ role: Role, isSelected: Bool) -> Style {
    (isSelected ? selected[role] : styles[role]) ?? Style(attributes: 0, pair: 0)
  }

  private static func style(_ look: Appearance, colors: Int) -> Style {
    guard colors >= 8 else {
      return Style(attributes: bits(look.mono ?? look.attributes), pair: 0)
    }
    var attributes = look.attributes
    var foreground = number(look.foreground, colors: colors)
    // Where there is no bright half of the palette, bold stands in for it; grey would come out as black
    // there, which is nothing on many screens, so it is the text's own colour, dimmed.
    if colors < 16 || isDirect(colors) {
      if isGrey(look.foreground, colors: colors) {
        foreground = -1
        attributes.insert(.dim)
      } else if isBright(look.foreground, colors: colors) {
        attributes.insert(.bold)
      }
    }
    let background = number(look.background, colors: colors)
    let pair = foreground == -1 && background == -1 ? 0 : max(0, cncurses_pair(foreground, background))
    return Style(attributes: bits(attributes), pair: pair)
  }

  /// The terminal's number of a colour, -1 for its own default.
  private static func number(_ color: Color, colors: Int) -> Int32 {
    switch color {
    case .terminal: -1
    // Direct colour keeps the first eight numbers for the user's palette; all others are mixed (terminfo
    // `RGB`).
    case .ansi(let index): Int32(colors >= 16 && !isDirect(colors) ? index : index % 8)
    case .fixed(let red, let green, let blue, _, _) where isDirect(colors):
      max(8, Int32(red) << 16 | Int32(green) << 8 | Int32(blue))
    case .fixed(_, _, _, let c256, let c16): colors >= 256 ? Int32(c256) : Int32(colors >= 16 ? c16 : c16 % 8)
    }
  }

  private static func isDirect(_ colors: Int) -> Bool { colors > 65_536 }

  private static func isGrey(_ color: Color, colors: Int) -> Bool {
    switch color {
    case .terminal: false
    case .ansi(let index): index == 8
    case .fixed(_, _, _, _, let c16): c16 == 8 && !isDirect(colors)
    }
  }

  private static func isBright(_ color: Color, colors: Int) -> Bool {
    switch color {
    case .terminal: false
    case .ansi(let index): index >= 8
    case .fixed(_, _, _, _, let c16): c16 >= 8 && !isDirect(colors)
    }
  }

  private static func bits(_ attributes: Attributes) -> UInt {
    var bits: UInt = 0
    if attributes.contains(.bold) { bits |= UInt(cncurses_bold()) }
    if attributes.contains(.dim) { bits |= UInt(cncurses_dim()) }
    if attributes.contains(.reverse) { bits |= UInt(cncurses_reverse()) }
    if attributes.contains(.underline) { bits |= UInt(cncurses_underline()) }
    return bits
  }
}
