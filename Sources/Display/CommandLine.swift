// What is typed behind a colon, as in vi and less.

extension ViewState {
  /// A word of the command line and what it does.
  private static let commands: [(word: String, effect: Effect)] = [("reload", .reload), ("quit", .quit)]
  private static let limit = 64

  /// Takes a key while a command is typed; any unambiguous beginning of a word will do.
  mutating func editCommand(_ key: Key, _ typed: String) -> [Effect] {
    switch key {
    case .enter:
      overlay = .none
      return run(typed)
    case .escape: overlay = .none
    case .backspace: overlay = typed.isEmpty ? .none : .command(String(typed.dropLast()))
    case .control("u"): overlay = .command("")
    case .tab: overlay = .command(Self.meant(by: typed).first?.word ?? typed)
    case .character(let character) where typed.count < Self.limit:
      overlay = .command(typed + String(character))
    default: break
    }
    return []
  }

  private mutating func run(_ typed: String) -> [Effect] {
    let word = typed.filter { $0 != " " }
    guard !word.isEmpty else { return [] }
    guard let command = Self.meant(by: word).first else {
      notice = "no such command; there are \(Self.commands.map(\.word).joined(separator: " and "))"
      return []
    }
    return [command.effect]
  }

  private static func meant(by typed: String) -> [(word: String, effect: Effect)] {
    typed.isEmpty ? [] : commands.filter { $0.word.hasPrefix(typed) }
  }
}
