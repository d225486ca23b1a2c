import Display

/// The 16 colours of every terminal, by number.
let ansiNames = [
  "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "bright-black", "bright-red",
  "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan", "bright-white",
]

/// A colour from `#rrggbb`; stand-ins that are not given are the nearest there are.
func fixedColor(hex: String, c256: Int?, c16: Int?) -> Color? {
  guard hex.hasPrefix("#"), hex.utf8.count == 7, let value = UInt32(hex.dropFirst(), radix: 16) else { return nil }
  let parts = [Int(value >> 16 & 0xFF), Int(value >> 8 & 0xFF), Int(value & 0xFF)]
  let near256 = (16...255).min { distance(parts, cube($0)) < distance(parts, cube($1)) } ?? 15
  let near16 = ansi.indices.min { distance(parts, ansi[$0]) < distance(parts, ansi[$1]) } ?? 7
  return .fixed(
    red: UInt8(parts[0]), green: UInt8(parts[1]), blue: UInt8(parts[2]), c256: UInt8(c256 ?? near256),
    c16: UInt8(c16 ?? near16))
}

/// What xterm shows for the 16 names; terminals differ, which is why themes may say better.
private let ansi = [
  [0, 0, 0], [205, 0, 0], [0, 205, 0], [205, 205, 0], [0, 0, 238], [205, 0, 205], [0, 205, 205], [229, 229, 229],
  [127, 127, 127], [255, 0, 0], [0, 255, 0], [255, 255, 0], [92, 92, 255], [255, 0, 255], [0, 255, 255],
  [255, 255, 255],
]

/// Colours 16 to 231 are a cube of six steps a side, 232 to 255 are greys.
private func cube(_ index: Int) -> [Int] {
  guard index < 232 else { return Array(repeating: 8 + 10 * (index - 232), count: 3) }
  let steps = [0, 95, 135, 175, 215, 255]
  let place = index - 16
  return [steps[place / 36], steps[place / 6 % 6], steps[place % 6]]
}

private func distance(_ left: [Int], _ right: [Int]) -> Int {
  zip(left, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
}
