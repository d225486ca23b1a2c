/// The seconds of a length of time in words: `500ms`, `1.5s`, `5m`, `2h`, `3d`; a number without a unit
/// counts `bare` seconds each. Absent for anything else, and for more than a hundred years.
package func seconds(inSpan text: some StringProtocol, bare: Double = 1) -> Double? {
  let units: [(suffix: String, seconds: Double)] = [
    ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400), ("", bare),
  ]
  for unit in units where text.hasSuffix(unit.suffix) {
    let digits = text.utf8.dropLast(unit.suffix.utf8.count)
    // What else a number may look like (nan, inf, 0x10, 1e9) nobody means here.
    guard digits.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }),
      let count = Double(String(decoding: digits, as: UTF8.self))
    else { return nil }
    let seconds = count * unit.seconds
    return seconds <= 3_153_600_000 ? seconds : nil
  }
  return nil
}
