/// The one border where text from a server, a file or an environment becomes fit for a terminal or a log.
///
/// Control characters, line breaks, bidirectional controls, zero-width and tag characters come out as visible
/// escapes such as `\u{1B}`; combining marks are capped; the length is bounded: a
/// terminal obeys what it is sent, and a server must not be the one who sends it.
package enum PrintableText {
  /// The longest detail of an error or message, in characters.
  package static let detailLimit = 200

  /// One printable line of at most `limit` characters; a longer one ends in "...".
  package static func line(_ text: String, limit: Int = detailLimit) -> String {
    // Nearly all that is ever shown is plain, and nothing need be looked up of that.
    if text.utf8.count <= limit, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text }
    var result = String.UnicodeScalarView()
    var length = 0
    var marks = 0
    for scalar in text.unicodeScalars {
      let category = scalar.isASCII ? .unassigned : scalar.properties.generalCategory
      // Some marks are unfit themselves, because nobody sees them.
      if [.nonspacingMark, .enclosingMark].contains(category), !isUnfit(scalar) {
        // A handful of marks is a letter of some script; a tower of them is an attack on the line above.
        marks += 1
        if marks <= 4 { result.append(scalar) }
        continue
      }
      marks = 0
      if length >= limit {
        result.append(contentsOf: "...".unicodeScalars)
        break
      }
      if isUnfit(scalar) {
        let escape = "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        result.append(contentsOf: escape.unicodeScalars)
        length += escape.count
      } else {
        result.append(scalar)
        length += 1
      }
    }
    return String(result)
  }

  /// Whether a scalar may repaint, reorder or hide what stands around it.
  package static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00...0x1F, 0x7F...0x9F: true  // C0, DEL, C1
    case 0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFFA0: true  // invisible
    case 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F: true  // zero width, separators, bidi controls
    case 0xFEFF, 0xFFF9...0xFFFB: true
    case 0xE0000...0xE0FFF: true  // tags and variation selectors supplement
    default: scalar.properties.generalCategory == .privateUse
    }
  }
}
