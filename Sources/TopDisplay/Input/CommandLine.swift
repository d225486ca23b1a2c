import MCPSessions

// The command line, and what its words do.

extension ViewState {
  /// Most lines that are remembered.
  static let historyLimit = 100

  mutating func editPrompt(_ prompt: Prompt, _ key: Key, _ model: ViewModel, live: Store) -> [Effect] {
    var prompt = prompt
    switch key {
    case .enter:
      overlay = .none
      let text = prompt.line.text
      guard text.contains(where: { $0 != " " }) else { return [] }
      if history.last != text { history.append(text) }
      if history.count > Self.historyLimit { history.removeFirst() }
      return run(text, model, live: live)
    case .escape:
      overlay = .none
      return []
    case .up: prompt.recall(1, history)
    case .down: prompt.recall(-1, history)
    case .tab:
      prompt.complete(completions(of: prompt.line.text, model.store, model.context))
      prompt.choices = withCounts(prompt.choices, model.store, model.now)
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

  /// Does what a line says. Words may be cut as long as they mean one thing; what a word does not take is
  /// refused, not passed over.
  mutating func run(_ text: String, _ model: ViewModel, live: Store) -> [Effect] {
    let parts = text.split(separator: " ", maxSplits: 1)
    let name = parts.first.map(String.init) ?? ""
    let rest = parts.count > 1 ? trimmed(parts[1]) : ""
    let context = model.context
    guard let meant = CommandWord(name) else {
      let fitting = CommandWord.beginning(with: name)
      notice =
        fitting.isEmpty
        ? "\(name) is no command; :help lists the keys, Tab the commands"
        : "\(name) may mean \(fitting.map(\.text).joined(separator: ", "))"
      return []
    }
    if meant.acts, !context.isActing {
      notice = context.replay == nil ? "read-only: \(meant.text) is off" : "a recording cannot be acted on"
      return []
    }
    if meant.argument == .none, !rest.isEmpty {
      notice = ":\(meant.text) takes nothing behind it; nothing was done"
      return []
    }
    switch meant {
    case .screen(let word): return run(word, rest, model, live: live)
    case .verb(let verb):
      if rest.isEmpty {
        ask(verb, model, live: live)
      } else if let keys = matching(rest, live, model.present) {
        ask(verb, keys: keys, context, live: live)
      }
      return []
    }
  }

  private mutating func run(
    _ word: ScreenWord, _ rest: String, _ model: ViewModel, live: Store
  ) -> [Effect] {
    let context = model.context
    if let action = word.action { return handle(action, model, live: live) }
    switch word {
    case .filter:
      let filter = Filter(rest)
      if let objection = filter.objection { notice = objection } else { narrow(to: filter) }
    case .sort: return sort(rest)
    case .mark:
      guard let keys = matching(rest, live, model.present) else { return [] }
      let markable = keys.filter { live.sessions[$0]?.state != .unmonitored }
      marks.formUnion(markable)
      notice =
        "\(markable.count) \(markable.count == 1 ? "session matches" : "sessions match"), \(marks.count) marked"
    case .acknowledge:
      guard !rest.isEmpty else { return handle(.acknowledge, model, live: live) }
      let filter = Filter(rest)
      if let objection = filter.objectionToActing { notice = objection } else { acknowledge(filter, model) }
    case .unacknowledge:
      let filter = Filter(rest)
      if let objection = rest.isEmpty ? nil : filter.objectionToActing {
        notice = objection
      } else {
        unacknowledge(filter, model)
      }
    case .theme:
      guard !rest.isEmpty else { return [.cycleTheme] }
      return [.theme(rest)]
    case .refresh:
      guard let seconds = seconds(inSpan: rest), (0.1...60).contains(seconds) else {
        notice = "refresh takes 0.1s to 60s"
        return []
      }
      return [.refresh(.milliseconds(Int64(saturating: seconds * 1_000)))]
    case .goto: return goTo(rest, model)
    case .saved:
      guard let text = context.filters[rest] else {
        let names = context.filters.names
        notice =
          names.isEmpty
          ? "there are none; ui.filters keeps them" : "saved are \(names.joined(separator: ", "))"
        return []
      }
      narrow(to: Filter(text))
    case .group:
      guard let kind = ViewState.Grouping(rawValue: rest) else {
        notice = "group takes family, host or user"
        return []
      }
      overlay = .page(.groups(kind), top: 0)
    case .reload: return context.replay == nil ? [.reload] : []
    default: break
    }
    return []
  }

  /// The sessions that a filter means; nil, and the reason said, when it cannot be meant so.
  private mutating func matching(_ text: String, _ store: Store, _ now: Moment) -> [SessionKey]? {
    let filter = Filter(text)
    if let objection = filter.objectionToActing {
      notice = objection
      return nil
    }
    return filter.sessions(in: store, at: now.instant)
  }

  private mutating func sort(_ words: String) -> [Effect] {
    let words = words.split(separator: " ")
    let fields = Sort.Field.allCases.filter { $0.rawValue.hasPrefix(words.first ?? "") }
    let exact = words.first.flatMap { Sort.Field(rawValue: String($0)) }
    guard let field = exact ?? (words.isEmpty || fields.count != 1 ? nil : fields[0]) else {
      notice = "sort takes \(Sort.Field.allCases.map(\.rawValue).joined(separator: ", "))"
      return []
    }
    guard words.count < 2 || words.count == 2 && "reversed".hasPrefix(words[1]) else {
      notice = "behind sort \(field.rawValue) only \"reversed\" can stand"
      return []
    }
    order(by: Sort(field: field, isReversed: words.count == 2))
    return []
  }

  /// To a time of day: of the recording, or in the events, where it means the last time it was so late.
  private mutating func goTo(_ text: String, _ model: ViewModel) -> [Effect] {
    guard let seconds = secondOfDay(text) else {
      notice = "goto takes a time of day, such as 14:32 or 14:32:07"
      return []
    }
    if model.context.replay != nil { return [.replay(.to(secondOfDay: seconds))] }
    let (store, rows) = (model.store, model.rows)
    let wanted = lastTime(of: seconds, before: model.now.wall, model.context.utcOffset) + 999
    pane = .events
    isDetailOpen = false
    guard let place = rows.events.lastIndex(where: { store.events[$0].time.wall.milliseconds <= wanted })
    else {
      notice = "no event is so old"
      return []
    }
    hold(at: place, store, rows, height: max(1, height(of: .events, count: 0)))
    return []
  }
}

private func trimmed(_ text: Substring) -> String {
  String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
}
