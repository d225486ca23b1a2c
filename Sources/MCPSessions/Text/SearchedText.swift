/// A text that is looked through for what must not be shown, in each spelling that undoing escapes makes of
/// it; made once for all who look.
struct SearchedText {
  /// It went on where it ends.
  let isCut: Bool
  private(set) var spellings: [Spelled] = []

  init(_ text: [UInt8], isCut: Bool) {
    self.isCut = isCut
    var spelled = Spelled(text)
    add(spelled)
    // An escape may stand in an escape: JSON in JSON, a query in a query.
    for _ in 0..<2 {
      guard spelled.unescape() else { break }
      add(spelled)
    }
  }

  private mutating func add(_ spelled: Spelled) {
    var spelled = spelled
    spelled.fold()
    spellings.append(spelled)
    // Half an escape spells nothing, and stands between the beginning of a secret and the end.
    if isCut, let whole = spelled.withoutHalfEscape { spellings.append(whole) }
  }
}
