package import TopDisplay
import Glibc

/// What can be said of a theme without looking at it.
package struct ThemeReport: Sendable {
  /// What must be mended.
  package let problems: [String]
  /// What is good to know.
  package let notes: [String]
}

/// Checks that text can be read, and that states can be told apart without colour and with the eyes of a
/// deuteranope, to whom red and green look alike.
///
/// Colours of the terminal's own palette cannot be judged: they are whatever the user made them. Every state
/// also has a glyph and a word of its own; this is about seeing it from afar.
package func check(_ theme: Theme) -> ThemeReport {
  var problems: [String] = []
  var notes: [String] = []
  let contrasts = contrasts(of: theme)
  for one in contrasts where one.ratio < one.wanted {
    let ratio = (one.ratio * 10).rounded() / 10
    problems.append(
      "\(one.role.rawValue) has a contrast of \(ratio) on \(one.background), \(one.wanted) is wanted")
  }
  if let least = contrasts.map(\.ratio).min() {
    notes.append("the least contrast is \((least * 10).rounded() / 10)")
  } else {
    notes.append("follows the terminal's own palette, whose contrast is the user's")
  }
  for (first, second) in tellingPairs {
    let (a, b) = (theme[first], theme[second])
    if (a.mono ?? a.attributes) == (b.mono ?? b.attributes) {
      problems.append("\(first.rawValue) and \(second.rawValue) look the same without colour")
    }
    guard a.attributes == b.attributes, a.background == b.background else { continue }
    guard let difference = deuteranopicDifference(a.foreground, b.foreground) else { continue }
    guard difference < 10 else { continue }
    let words =
      "\(first.rawValue) and \(second.rawValue) look nearly the same to a deuteranope "
      + "(difference \((difference * 10).rounded() / 10), 10 is wanted)"
    // The palette's 16 colours are judged as xterm has them; nobody can mend them here.
    if a.foreground.isFixed, b.foreground.isFixed { problems.append(words) } else { notes.append(words) }
  }
  return ThemeReport(problems: problems, notes: notes)
}

/// The contrast of a role on a background, after WCAG 2.2, success criterion 1.4.3.
struct Contrast {
  let role: Role
  let background: String
  let ratio: Double
  let wanted: Double
}

func contrasts(of theme: Theme) -> [Contrast] {
  let quiet: Set<Role> = [.border, .column, .muted, .stateUnmonitored, .stateIdle, .levelDebug]
  let grounds: [(String, RGB)]
  switch theme.background {
  case .dark: grounds = [("black", RGB(red: 0, green: 0, blue: 0))]
  case .light: grounds = [("white", RGB(red: 255, green: 255, blue: 255))]
  case .any:
    grounds = [
      ("black", RGB(red: 0, green: 0, blue: 0)), ("white", RGB(red: 255, green: 255, blue: 255)),
    ]
  }
  return Role.allCases.flatMap { role -> [Contrast] in
    let look = theme[role]
    guard let text = look.foreground.fixed else { return [] }
    let own = look.background.fixed.map { [("its own background", $0)] }
    return (own ?? grounds).map { name, ground in
      let (light, dark) = (max(text.luminance, ground.luminance), min(text.luminance, ground.luminance))
      return Contrast(
        role: role, background: name, ratio: (light + 0.05) / (dark + 0.05),
        // On both black and white nothing reaches more than 4.6.
        wanted: theme.background == .any ? 2.5 : quiet.contains(role) ? 3 : 4.5)
    }
  }
}

/// Ready against all that is not, and those among each other.
private let tellingPairs: [(Role, Role)] = {
  let bad: [Role] = [
    .stateFailed, .stateUnauthorized, .stateDown, .stateUnstable, .stateRecovering, .stateDegraded,
  ]
  return bad.map { (.stateReady, $0) }
    + bad.indices.flatMap { first in bad[(first + 1)...].map { (bad[first], $0) } }
}()

/// How different two colours look to a deuteranope (CIE 1976); nil when one is the terminal's own.
func deuteranopicDifference(_ first: Color, _ second: Color) -> Double? {
  guard let a = first.assumed?.seenByDeuteranope.lab, let b = second.assumed?.seenByDeuteranope.lab else {
    return nil
  }
  return ((a.0 - b.0) * (a.0 - b.0) + (a.1 - b.1) * (a.1 - b.1) + (a.2 - b.2) * (a.2 - b.2)).squareRoot()
}

extension Color {
  var isFixed: Bool { fixed != nil }

  var fixed: RGB? {
    if case .fixed(let red, let green, let blue, _, _) = self {
      RGB(red: red, green: green, blue: blue)
    } else {
      nil
    }
  }

  /// As xterm shows it.
  fileprivate var assumed: RGB? {
    if case .ansi(let index) = self { RGB.xterm16[Int(index & 15)] } else { fixed }
  }
}

/// Light of the three primaries, 0 to 1, as it adds up.
private struct Light {
  let red, green, blue: Double

  /// CIE L*a*b* under D65.
  var lab: (Double, Double, Double) {
    func curve(_ value: Double) -> Double {
      value > 0.008856 ? cbrt(value) : 7.787 * value + 16.0 / 116
    }
    let x = curve((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047)
    let y = curve(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    let z = curve((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883)
    return (116 * y - 16, 500 * (x - y), 200 * (y - z))
  }
}

extension RGB {
  private var light: Light {
    func linear(_ value: UInt8) -> Double {
      let part = Double(value) / 255
      return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
    }
    return Light(red: linear(red), green: linear(green), blue: linear(blue))
  }

  var luminance: Double { 0.2126 * light.red + 0.7152 * light.green + 0.0722 * light.blue }

  /// Machado, Oliveira, Fernandes (2009), severity 1.0.
  fileprivate var seenByDeuteranope: Light {
    let light = light
    func mix(_ r: Double, _ g: Double, _ b: Double) -> Double {
      min(1, max(0, r * light.red + g * light.green + b * light.blue))
    }
    return Light(
      red: mix(0.367322, 0.860646, -0.227968), green: mix(0.280085, 0.672501, 0.047413),
      blue: mix(-0.011820, 0.042940, 0.968881))
  }
}
