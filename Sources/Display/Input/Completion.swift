import Sessions

/// What can be typed next: whole lines that begin with `text`.
func completions(of text: String, _ store: Store, _ context: Context) -> [String] {
  let words = CommandWord.allCases.filter { !$0.acts || !context.readOnly && context.replay == nil }
  guard let space = text.firstIndex(of: " ") else {
    return words.map(\.rawValue).filter { $0.hasPrefix(text) }
  }
  guard let word = CommandWord(rawValue: String(text[..<space])) else { return [] }
  let rest = text[text.index(after: space)...]
  let last = rest.split(separator: " ", omittingEmptySubsequences: false).last ?? ""
  let stem = String(text.dropLast(last.count))
  let candidates: [String] =
    switch word.argument {
    case .none, .clock: []
    case .seconds: ["1s", "2s", "5s", "10s", "60s"]
    case .sort: rest.contains(" ") ? ["reversed"] : Sort.Field.allCases.map(\.rawValue)
    case .theme: context.themeNames
    case .filter: filterCandidates(String(last), store)
    }
  return candidates.filter { $0.hasPrefix(last) }.map { stem + $0 }
}

/// Fields, and behind a field its values.
private func filterCandidates(_ word: String, _ store: Store) -> [String] {
  let fields = ["server:", "state:", "user:", "kind:", "error:", "level:", "err>", "age>", "good>", "for>"]
  guard let colon = word.firstIndex(of: ":") else { return fields }
  let field = String(word[...colon])
  let values: [String] =
    switch field {
    case "server:": store.servers.map(\.name).filter { !$0.contains(" ") }
    case "state:": SessionState.allCases.map(\.rawValue)
    case "user:": Set(store.sessions.keys.map(\.user)).sorted().filter { !$0.contains(" ") }
    case "kind:": SessionKind.allCases.map(\.rawValue)
    case "error:": ErrorType.allCases.map(\.rawValue)
    case "level:": EventLevel.allCases.map(\.rawValue)
    default: []
    }
  return values.map { field + $0 }
}
