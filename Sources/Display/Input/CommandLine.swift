import Sessions

// The command line, and what its words do.

extension ViewState {
  /// Most lines that are remembered.
  static let historyLimit = 100

  mutating func editPrompt(
    _ prompt: Prompt, _ key: Key, store: Store, now: Moment, context: Context
  ) -> [Effect] {
    var prompt = prompt
    switch key {
    case .enter:
      overlay = .none
      let text = prompt.line.text
      guard text.contains(where: { $0 != " " }) else { return [] }
      if history.last != text { history.append(text) }
      if history.count > Self.historyLimit { history.removeFirst() }
      return run(text, store: store, now: now, context: context)
    case .escape:
      overlay = .none
      return []
    case .up: prompt.recall(1, history)
    case .down: prompt.recall(-1, history)
    case .tab: prompt.complete(completions(of: prompt.line.text, store, context))
    case .backspace where prompt.line.text.isEmpty:
      overlay = .none
      return []
    default:
      prompt.choices = []
      guard prompt.line.handle(key) else { return [] }
    }
    overlay = .prompt(prompt)
    return []
  }

  /// Does what a line says. Words may be cut as long as they mean one thing.
  mutating func run(_ text: String, store: Store, now: Moment, context: Context) -> [Effect] {
    let parts = text.split(separator: " ", maxSplits: 1)
    let name = parts.first.map(String.init) ?? ""
    let rest = parts.count > 1 ? parts[1].split(separator: " ").joined(separator: " ") : ""
    let fitting = CommandWord.allCases.filter { $0.rawValue.hasPrefix(name) }
    guard let word = CommandWord(rawValue: name) ?? (fitting.count == 1 ? fitting[0] : nil) else {
      notice =
        fitting.isEmpty
        ? "\(name) is no command; :help lists the keys, Tab the commands"
        : "\(name) may mean \(fitting.map(\.rawValue).joined(separator: ", "))"
      return []
    }
    if word.acts, context.readOnly || context.replay != nil {
      notice = context.replay == nil ? "read-only: \(word.rawValue) is off" : "a recording cannot be acted on"
      return []
    }
    let shown = frozen?.store ?? store
    let moment = frozen?.moment ?? now
    if let action = word.action {
      return handle(action, shown, Rows(shown, self, at: moment), live: store, now, context)
    }
    switch word {
    case .filter: narrow(to: Filter(rest))
    case .sort: return sort(rest)
    case .mark:
      let keys = matching(rest, store, now).filter { store.sessions[$0]?.state != .unmonitored }
      marks.formUnion(keys)
      notice = "\(keys.count) sessions match, \(marks.count) are marked"
    case .reconnect: ask(.reconnect, rest, shown, at: moment, live: store, now)
    case .terminate: ask(.terminate, rest, shown, at: moment, live: store, now)
    case .pause: ask(.pause, rest, shown, at: moment, live: store, now)
    case .resume: ask(.resume, rest, shown, at: moment, live: store, now)
    case .theme:
      guard !rest.isEmpty else { return [.cycleTheme] }
      return [.theme(rest)]
    case .refresh:
      guard let seconds = Double(rest.hasSuffix("s") ? String(rest.dropLast()) : rest),
        (0.1...60).contains(seconds)
      else {
        notice = "refresh takes 0.1s to 60s"
        return []
      }
      return [.refresh(.milliseconds(Int64(seconds * 1_000)))]
    case .goto: return goTo(rest, shown, at: moment, context)
    case .reload: return context.replay == nil ? [.reload] : []
    default: break
    }
    return []
  }

  private mutating func ask(
    _ verb: OperatorAction, _ filter: String, _ shown: Store, at moment: Moment, live: Store, _ now: Moment
  ) {
    guard !filter.isEmpty else { return ask(verb, shown, Rows(shown, self, at: moment), live: live) }
    ask(verb, keys: matching(filter, live, now), live: live)
  }

  private func matching(_ text: String, _ store: Store, _ now: Moment) -> [SessionKey] {
    let filter = Filter(text)
    guard !filter.isEmpty else { return [] }
    return store.sessions.values.filter { filter.accepts(SessionRow(session: $0, now: now.instant)) }
      .map(\.key).sorted()
  }

  private mutating func sort(_ words: String) -> [Effect] {
    let words = words.split(separator: " ")
    let fields = Sort.Field.allCases.filter { $0.rawValue.hasPrefix(words.first ?? "") }
    let exact = words.first.flatMap { Sort.Field(rawValue: String($0)) }
    guard let field = exact ?? (words.isEmpty || fields.count != 1 ? nil : fields[0]) else {
      notice = "sort takes \(Sort.Field.allCases.map(\.rawValue).joined(separator: ", "))"
      return []
    }
    order(by: Sort(field: field, isReversed: words.count > 1 && "reversed".hasPrefix(words[1])))
    return []
  }

  /// To a time of day: of the recording, or in the events.
  private mutating func goTo(
    _ text: String, _ store: Store, at moment: Moment, _ context: Context
  ) -> [Effect] {
    guard let seconds = secondOfDay(text) else {
      notice = "goto takes a time of day, such as 14:32 or 14:32:07"
      return []
    }
    if context.replay != nil { return [.replay(.to(secondOfDay: seconds))] }
    let rows = Rows(store, self, at: moment)
    let wanted = clockText(seconds)
    pane = .events
    isDetailOpen = false
    guard
      let place = rows.events.lastIndex(where: {
        store.events[$0].time.wall.clock(offset: context.utcOffset) <= wanted
      })
    else {
      notice = "no event is so old"
      return []
    }
    hold(at: place, store, rows, height: max(1, height(of: .events, count: 0)))
    return []
  }
}

/// `14:32` or `14:32:07` as seconds since midnight.
func secondOfDay(_ text: String) -> Int? {
  let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
  guard (2...3).contains(parts.count), (0..<24).contains(parts[0]),
    parts.dropFirst().allSatisfy({ (0..<60).contains($0) })
  else { return nil }
  return parts[0] * 3_600 + parts[1] * 60 + (parts.count == 3 ? parts[2] : 0)
}

private func clockText(_ second: Int) -> String {
  WallTime(milliseconds: Int64(second) * 1_000).clock()
}
