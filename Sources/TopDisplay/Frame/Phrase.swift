/// Words with a meaning; the tail is kept when there is no room for all.
struct Phrase: Hashable, Sendable {
  var text: String
  var role: Role
  var tail: String
  /// A role for each character of the text, where they differ.
  var roles: [Role] = []

  init(_ text: String, _ role: Role = .text, tail: String = "") {
    self.text = text
    self.role = role
    self.tail = tail
  }

  init(_ text: String, roles: [Role]) {
    self.init(text)
    self.roles = roles
  }

  var whole: String { text + tail }

  /// Whether it holds a text, whatever its case.
  func says(_ text: String) -> Bool { !text.isEmpty && whole.lowercased().contains(text.lowercased()) }
}
