/// The 16 colours that follow the user's palette, by number.
package let colorNames = [
  "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "bright-black", "bright-red",
  "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan", "bright-white",
]

/// A fixed colour and its stand-ins where a terminal has fewer.
struct RGB: Hashable, Sendable {
  let red, green, blue: UInt8

  init(red: UInt8, green: UInt8, blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  /// `#rrggbb`, in either case.
  init?(hex: String) {
    let digits = hex.dropFirst()
    guard hex.first == "#", digits.utf8.count == 6, digits.allSatisfy(\.isHexDigit),
      let value = UInt32(digits, radix: 16)
    else { return nil }
    self.init(
      red: UInt8(value >> 16 & 0xFF), green: UInt8(value >> 8 & 0xFF), blue: UInt8(value & 0xFF))
  }

  /// The nearest of xterm's cube and grey ramp; the first 16 belong to the user's palette and are left out.
  var nearestOf256: UInt8 {
    let candidates = (16...255).map { (UInt8($0), RGB.xterm($0)) }
    return nearest(candidates)
  }

  /// The nearest of the 16, by the values that xterm gives them.
  var nearestOf16: UInt8 {
    nearest(RGB.xterm16.enumerated().map { (UInt8($0), $1) })
  }

  /// The first 16 as xterm has them unless the user says otherwise.
  static let xterm16: [RGB] = {
    let values: [UInt32] = [
      0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5, 0x7F7F7F, 0xFF0000,
      0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
    ]
    return values.map { value in
      let (red, green, blue) = (UInt8(value >> 16), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF))
      return RGB(red: red, green: green, blue: blue)
    }
  }()

  private func nearest(_ candidates: [(UInt8, RGB)]) -> UInt8 {
    candidates.min { distance(to: $0.1) < distance(to: $1.1) }?.0 ?? 0
  }

  /// "Redmean": close to what eyes see and without square roots (https://www.compuphase.com/cmetric.htm).
  private func distance(to other: RGB) -> Int {
    let mean = (Int(red) + Int(other.red)) / 2
    let (r, g, b) = (
      Int(red) - Int(other.red), Int(green) - Int(other.green), Int(blue) - Int(other.blue)
    )
    return (512 + mean) * r * r / 256 + 4 * g * g + (767 - mean) * b * b / 256
  }

  private static func xterm(_ index: Int) -> RGB {
    guard index < 232 else {
      let grey = UInt8(8 + 10 * (index - 232))
      return RGB(red: grey, green: grey, blue: grey)
    }
    let steps: [UInt8] = [0, 95, 135, 175, 215, 255]
    let cube = index - 16
    return RGB(red: steps[cube / 36], green: steps[cube / 6 % 6], blue: steps[cube % 6])
  }
}
