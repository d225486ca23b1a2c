import MCPSessions

// What can be typed next.

/// Whole command lines that begin with `text`, or with what a word in it is short for.
func completions(of text: String, _ store: Store, _ context: Context) -> [String] {
  let words = CommandWord.all.filter { !$0.acts || context.isActing }
  guard let space = text.firstIndex(of: " ") else {
    return words.map(\.text).filter { $0.hasPrefix(text) }
  }
  guard let word = CommandWord(String(text[..<space])) else { return [] }
  let rest = text[text.index(after: space)...]
  if word.argument == .filter { return filterCompletions(of: String(text), store) }
  let last = rest.split(separator: " ", omittingEmptySubsequences: false).last ?? ""
  let stem = String(text.dropLast(last.count))
  let candidates: [String] =
    switch word.argument {
    case .none, .clock, .filter: []
    case .saved: context.filters.names
    case .grouping: ViewState.Grouping.allCases.map(\.rawValue)
    case .seconds: ["1s", "2s", "5s", "10s", "60s"]
    case .sort: rest.contains(" ") ? ["reversed"] : Sort.Field.allCases.map(\.rawValue)
    case .theme: context.themeNames
    }
  return candidates.filter { $0.hasPrefix(last) }.map { stem + $0 }
}

/// Filters that go on from `text`: fields, and behind a field its values as they are now.
func filterCompletions(of text: String, _ store: Store) -> [String] {
  let words = filterWords(text, isTyped: true)
  let last = words.last.flatMap { $0.endIndex == text.endIndex ? $0 : nil } ?? ""
  let stem = String(text.dropLast(last.count)) + (last.hasPrefix("!") ? "!" : "")
  let word = String(last.hasPrefix("!") ? last.dropFirst() : last)
  guard let colon = word.firstIndex(of: ":") else {
    let fields =
      SessionField.all.map { $0.name + ($0.number == nil ? ":" : ">") } + [
        "level:", "event:", "ago<", "since:", "until:",
      ]
    return fields.filter { $0.hasPrefix(word) }.map { stem + $0 }
  }
  let field = String(word[..<colon])
  let typed = String(word[word.index(after: colon)...])
  // Behind a bar the next alternative is typed.
  let isExact = typed.hasPrefix("=")
  let parts = isExact ? exactAlternatives(typed.dropFirst()) : typed.split(separator: "|")
  let value = typed.hasSuffix("|") ? "" : String(parts.last ?? "")
  let begun = String(typed.dropLast(value.count))
  let bare = isExact ? unquoted((isOpenQuote(value[...]) ? value + "\"" : value)[...]) : value
  let names: [String]? =
    switch field {
    case "server": store.servers.map(\.name)
    case "user": Set(store.sessions.keys.map(\.user)).sorted()
    default: nil
    }
  if let names {
    let fitting = names.filter { $0.hasPrefix(bare) }
    // A name is meant as it is, not also all that it is a part of; beside parts of names it is one of them.
    let known = isExact ? exactAlternatives(begun.dropFirst()).map(unquoted) : []
    return begun.isEmpty || isExact
      ? fitting.map { stem + exactly(field, known + [$0]) }
      : fitting.filter { !$0.contains(" ") }.map { "\(stem)\(field):\(begun)\($0)" }
  }
  let values: [String] =
    switch field {
    case "level": EventLevel.allCases.map(\.rawValue)
    case "event": EventKind.allCases.map(\.rawValue)
    default: SessionField.named(field)?.values ?? []
    }
  return values.filter { $0.hasPrefix(value) }.map { stem + "\(field):\(begun)\($0)" }
}

/// The most choices that are counted: more are not seen at once.
private let countedChoices = 40

/// Values of fields with how many sessions have them: `state:failed (3)`.
func withCounts(_ choices: [String], _ store: Store, _ now: Moment) -> [String] {
  guard choices.count <= countedChoices else { return choices }
  let counted = choices.map { choice -> (words: String, isEmpty: Bool) in
    let filter = Filter(choice)
    guard choice.contains(":"), !choice.hasSuffix(":"), filter.objectionToActing == nil else {
      return (choice, false)
    }
    let count = filter.sessions(in: store, at: now.instant).count
    return ("\(choice) (\(count))", count == 0)
  }
  // What would choose nothing stands last: it may have no room.
  return (counted.filter { !$0.isEmpty } + counted.filter(\.isEmpty)).map(\.words)
}

/// Completes a line as far as the candidates agree; returns what there is to choose from.
func extend(_ line: inout LineEditor, _ candidates: [String]) -> [String] {
  var prompt = Prompt(line: line)
  prompt.complete(candidates)
  line = prompt.line
  return prompt.choices
}
