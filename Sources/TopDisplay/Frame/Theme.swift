/// A colour as a theme names it; what a terminal can show of it is the console's affair.
package enum Color: Hashable, Sendable {
  /// The terminal's own foreground or background.
  case terminal
  /// One of the 16 colours that follow the user's palette: 0 to 15, as `black` to `bright-white`.
  case ansi(UInt8)
  /// A fixed colour with its stand-ins for terminals of 256 and of 16 colours.
  case fixed(red: UInt8, green: UInt8, blue: UInt8, c256: UInt8, c16: UInt8)
}

/// Ways to show text that need no colour.
package struct Attributes: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  package static let bold = Attributes(rawValue: 1)
  package static let dim = Attributes(rawValue: 2)
  package static let reverse = Attributes(rawValue: 4)
  package static let underline = Attributes(rawValue: 8)
}

/// How one role looks.
package struct Appearance: Hashable, Sendable {
  package var foreground: Color
  package var background: Color
  package var attributes: Attributes
  /// What to use instead where there is no colour; absent means `attributes`.
  package var mono: Attributes?

  package init(
    foreground: Color = .terminal, background: Color = .terminal, attributes: Attributes = [],
    mono: Attributes? = nil
  ) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
    self.mono = mono
  }
}

/// The look of every role. Roles that a theme leaves out look like plain text.
package struct Theme: Hashable, Sendable {
  package let name: String
  package let appearances: [Role: Appearance]
  package let glyphs: GlyphChoice
  package let background: ThemeBackground

  package init(
    name: String, appearances: [Role: Appearance], glyphs: GlyphChoice = .automatic,
    background: ThemeBackground = .any
  ) {
    self.name = name
    self.appearances = appearances
    self.glyphs = glyphs
    self.background = background
  }

  package subscript(role: Role) -> Appearance {
    appearances[role] ?? Appearance()
  }
}

/// Which characters borders and states are drawn with.
package enum GlyphChoice: String, Sendable {
  /// UTF-8 where the locale has it, ASCII otherwise.
  case automatic = "auto"
  case ascii
  case utf8
}

/// What a theme's colours are meant to be read on; the background itself is never set.
package enum ThemeBackground: String, CaseIterable, Sendable {
  case any, dark, light
}
