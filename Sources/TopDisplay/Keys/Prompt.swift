/// The command line: what is typed, what was typed before, and what could follow.
struct Prompt: Hashable, Sendable {
  var line = LineEditor()
  /// How far back in the history, 0 being what is new.
  var age = 0
  /// What was being typed before going back.
  var draft = ""
  /// Shown after Tab when there is a choice.
  var choices: [String] = []

  /// Takes up what was typed earlier or later; `history` has the newest last.
  mutating func recall(_ step: Int, _ history: [String]) {
    let wanted = min(max(0, age + step), history.count)
    guard wanted != age else { return }
    if age == 0 { draft = line.text }
    age = wanted
    line = LineEditor(age == 0 ? draft : history[history.count - age])
  }

  /// Completes as far as the candidates agree; shows them when that is no further.
  mutating func complete(_ candidates: [String]) {
    guard let first = candidates.first else { return choices = ["nothing fits"] }
    let common = candidates.dropFirst().reduce(first) { String(zip($0, $1).prefix { $0 == $1 }.map(\.0)) }
    if common.count > line.text.count { line = LineEditor(common) }
    choices = candidates.count > 1 ? candidates.map { String($0.split(separator: " ").last ?? "") } : []
  }
}
