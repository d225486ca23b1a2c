/// A colour as a theme names it; what a terminal can show of it is the console's affair.
public enum Color: Hashable, Sendable {
  /// The terminal's own foreground or background.
  case terminal
  /// One of the 16 colours that follow the user's palette: 0 to 15, as `black` to `bright-white`.
  case ansi(UInt8)
  /// A fixed colour with its stand-ins for terminals of 256 and of 16 colours.
  case fixed(red: UInt8, green: UInt8, blue: UInt8, c256: UInt8, c16: UInt8)
}

/// Ways to show text that need no colour.
public struct Attributes: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  public static let bold = Attributes(rawValue: 1)
  public static let dim = Attributes(rawValue: 2)
  public static let reverse = Attributes(rawValue: 4)
  public static let underline = Attributes(rawValue: 8)
}

/// How one role looks.
public struct Appearance: Hashable, Sendable {
  public var foreground: Color
  public var background: Color
  public var attributes: Attributes
  /// What to use instead where there is no colour; absent means `attributes`.
  public var mono: Attributes?

  public init(
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
public struct Theme: Hashable, Sendable {
  public let name: String
  public let appearances: [Role: Appearance]
  public let glyphs: GlyphChoice
  public let background: ThemeBackground

  public init(
    name: String, appearances: [Role: Appearance], glyphs: GlyphChoice = .automatic,
    background: ThemeBackground = .any
  ) {
    self.name = name
    self.appearances = appearances
    self.glyphs = glyphs
    self.background = background
  }

  public subscript(role: Role) -> Appearance {
    appearances[role] ?? Appearance()
  }
}

/// Which characters borders and states are drawn with.
public enum GlyphChoice: String, Sendable {
  /// UTF-8 where the locale has it, ASCII otherwise.
  case automatic = "auto"
  case ascii
  case utf8
}

/// What a theme's colours are meant to be read on; the background itself is never set.
public enum ThemeBackground: String, CaseIterable, Sendable {
  case any, dark, light
}
