import MCPSessions

/// Keys and what they do, as data: the help is printed from it, so it cannot lie.
struct KeyMap: Sendable {
  struct Binding: Sendable {
    let keys: [Key]
    let action: KeyAction

    init(_ keys: [Key], _ action: KeyAction) {
      self.keys = keys
      self.action = action
    }

    init(_ keys: [Key], _ action: Action) { self.init(keys, .screen(action)) }

    /// As the help shows them.
    var shown: String { keys.map(\.spelled).joined(separator: " ") }
  }

  let bindings: [Binding]

  /// The keys of vi, less, k9s and lnav. Prefixes of multiplexers (ctrl-a, ctrl-b), flow control (ctrl-s,
  /// ctrl-q) and the quit signal are left alone.
  static let standard: [Binding] = screen.flatMap { binding in
    guard binding.action == .screen(.undo) else { return [binding] }
    return OperatorAction.allCases.map { Binding([$0.key], .verb($0)) } + [binding]
  }

  private static let screen: [Binding] = [
    Binding(["k", .up], .up), Binding(["j", .down], .down), Binding(["g", .home], .first),
    Binding(["G", .end], .last), Binding([.pageUp], .pageUp), Binding([.pageDown], .pageDown),
    Binding([.control("u")], .halfUp), Binding([.control("d")], .halfDown),
    Binding([.tab, .right], .nextPane), Binding([.backTab, .left], .previousPane), Binding(["l"], .rowEvents),
    Binding(["1"], .servers), Binding(["2"], .sessions), Binding(["3"], .events), Binding(["4"], .errors),
    Binding([.enter], .detail), Binding([.escape, "q"], .back), Binding(["A"], .scope),
    Binding(["/"], .filter), Binding(["'"], .saved), Binding([":"], .command), Binding(["n"], .nextProblem),
    Binding(["N"], .previousProblem), Binding(["!"], .problemsOnly), Binding(["F"], .fold),
    Binding(["o"], .onset),
    Binding(["O"], .outages), Binding(["v"], .level), Binding(["e"], .nextError),
    Binding(["E"], .previousError),
    Binding(["w"], .nextWarning), Binding(["W"], .previousWarning), Binding(["f"], .follow),
    Binding(["p"], .freeze), Binding(["s"], .sort), Binding(["S"], .reverse), Binding(["+"], .faster),
    Binding(["-"], .slower), Binding([" "], .mark), Binding(["*"], .markAll), Binding(["u"], .unmark),
    Binding(["c"], .compare),
    Binding(["U"], .undo),
    Binding(["a"], .acknowledge), Binding(["m"], .mute), Binding(["L"], .log), Binding(["y"], .copy),
    Binding(["Y"], .copyCommand), Binding(["x"], .export), Binding(["X"], .share), Binding(["P"], .privacy),
    Binding(["i"], .inspect), Binding(["T"], .theme),
    Binding(["t"], .utc), Binding(["C"], .columns), Binding(["="], .zoom),
    Binding(["M"], .mouse), Binding([.control("l")], .redraw), Binding([.control("z")], .suspend),
    Binding(["?", .function(1)], .help), Binding(["Q", .control("c")], .quit),
    Binding([" "], .play), Binding(["."], .stepForward), Binding([","], .stepBack),
    Binding(["]"], .jumpForward), Binding(["["], .jumpBack),
  ]

  /// The keys that work in a program like this: chosen ones instead of the usual ones, those that act only
  /// where they may, those of a recording only where there is one.
  init(choices: KeyChoices, isActing: Bool, isReplay: Bool) {
    let choices = choices.keys
    let taken = Set(choices.values.joined())
    bindings = Self.standard.filter { binding in
      if binding.action.isOfReplay { return isReplay }
      return !binding.action.acts || isActing
    }.compactMap { binding in
      let keys = choices[binding.action] ?? binding.keys.filter { !taken.contains($0) }
      return keys.isEmpty ? nil : Binding(keys, binding.action)
    }
  }

  func action(for key: Key) -> KeyAction? {
    bindings.first { $0.keys.contains(key) }?.action
  }
}

/// Keys that the operator chose instead of the usual ones (`ui.keys`).
package struct KeyChoices: Hashable, Sendable {
  private(set) var keys: [KeyAction: [Key]] = [:]

  package init() {}

  /// What can be bound, in the order of the help.
  package static var actionNames: [String] { KeyMap.standard.map(\.action.name) }

  /// As a settings file has it: `{reconnect: ["R"]}`.
  package var description: String {
    let words = KeyAction.allCases.compactMap { action in
      keys[action].map { keys in
        "\(action.name): [\(keys.map { "\"\($0.spelled)\"" }.joined(separator: ", "))]"
      }
    }
    return "{\(words.joined(separator: ", "))}"
  }

  /// Binds an action to keys such as `k`, `ctrl-d`, `space`, `f5`; an empty list takes its keys away.
  /// Returns what is wrong, if anything; then nothing is changed.
  package mutating func bind(_ name: String, to words: [String]) -> String? {
    guard let action = KeyAction(name) else { return "there is no such action" }
    var wanted: [Key] = []
    for word in words {
      guard let key = Key(spelled: word) else { return "\(word) is no key" }
      if case .control(let letter) = key, "abcqszhijm".contains(letter) {
        return "hijm".contains(letter)
          ? "\(word) is what terminals send for another key" : "\(word) belongs to terminals and multiplexers"
      }
      if let other = keys.first(where: { $0.key != action && $0.value.contains(key) })?.key,
        other.isOfReplay == action.isOfReplay
      {
        return "\(word) is bound to \(other.name) already"
      }
      wanted.append(key)
    }
    if wanted.isEmpty, action.screen == .quit || action.screen == .back { return "there must be a way out" }
    keys[action] = wanted
    return nil
  }
}

extension Key: ExpressibleByUnicodeScalarLiteral {
  package init(unicodeScalarLiteral scalar: Unicode.Scalar) { self = .character(Character(scalar)) }
}
