/// A regular expression for filters: `a.b`, `[a-z]`, `[^x]`, `\d \w \s`, `* + ?`, `( | )`, `^ $`.
///
/// Time is linear in the text, whatever the pattern (Thompson's construction), so that no pattern can hold
/// up the screen. Letters of either case are the same. What is written otherwise elsewhere, such as `{2}`,
/// `\b` or `(?i)`, is refused rather than taken for letters.
struct RegularExpression: Hashable, Sendable {
  private indirect enum Node {
    case empty
    case one(Test)
    case sequence(Node, Node)
    case either(Node, Node)
    /// At least `least` times (0 or 1), and once at most unless `isOpen`.
    case repeated(Node, least: Int, isOpen: Bool)
  }

  private enum Test: Hashable, Sendable {
    case any
    case scalar(Unicode.Scalar)
    case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
    case start, end

    func accepts(_ scalar: Unicode.Scalar) -> Bool {
      switch self {
      case .any: true
      case .scalar(let wanted): wanted == scalar
      case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
      case .start, .end: false
      }
    }
  }

  private enum Step: Hashable, Sendable {
    case test(Test)
    case split(Int, Int)
    case jump(Int)
    case match
  }

  private var program: [Step] = []

  /// Nil when it cannot be read, or is over 1 000 steps.
  init?(_ pattern: some StringProtocol) {
    var parser = Parser(rest: Self.folded(pattern)[...])
    guard let node = parser.either(depth: 0), parser.rest.isEmpty else { return nil }
    emit(node)
    program.append(.match)
    guard program.count <= 1_000 else { return nil }
  }

  /// Letters in lower case, but for those that name a class.
  private static func folded(_ pattern: some StringProtocol) -> [Unicode.Scalar] {
    var isEscaped = false
    return pattern.unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
      defer { isEscaped = !isEscaped && scalar == "\\" }
      return isEscaped ? [scalar] : Array(String(scalar).lowercased().unicodeScalars)
    }
  }

  /// Whether it is found anywhere in a text.
  func isFound(in text: String) -> Bool {
    let scalars = Array(text.lowercased().unicodeScalars)
    var current: [Int] = []
    // In which round a step was reached last.
    var seen = [Int](repeating: 0, count: program.count)
    var round = 0
    for place in 0...scalars.count {
      round += 1
      var next: [Int] = []
      // A new beginning at every place: it may be found anywhere.
      for step in current + [0] where follow(step, place, scalars.count, round, &seen, &next) { return true }
      guard place < scalars.count else { return false }
      current = next.compactMap { step in
        if case .test(let test) = program[step], test.accepts(scalars[place]) { step + 1 } else { nil }
      }
    }
    return false
  }

  /// Collects the tests that can be reached without reading; true when the end is reached.
  private func follow(
    _ start: Int, _ place: Int, _ length: Int, _ round: Int, _ seen: inout [Int], _ tests: inout [Int]
  ) -> Bool {
    var open = [start]
    while let step = open.popLast() {
      guard seen[step] != round else { continue }
      seen[step] = round
      switch program[step] {
      case .match: return true
      case .jump(let target): open.append(target)
      case .split(let first, let second): open += [second, first]
      case .test(.start): if place == 0 { open.append(step + 1) }
      case .test(.end): if place == length { open.append(step + 1) }
      case .test: tests.append(step)
      }
    }
    return false
  }

  private mutating func emit(_ node: Node) {
    switch node {
    case .empty: break
    case .one(let test): program.append(.test(test))
    case .sequence(let first, let second):
      emit(first)
      emit(second)
    case .either(let first, let second):
      let fork = program.count
      program.append(.match)
      emit(first)
      let exit = program.count
      program.append(.match)
      program[fork] = .split(fork + 1, program.count)
      emit(second)
      program[exit] = .jump(program.count)
    case .repeated(let node, let least, let isOpen):
      let start = program.count
      if least == 0 { program.append(.match) }
      emit(node)
      if isOpen { program.append(least == 0 ? .jump(start) : .split(start, program.count + 1)) }
      if least == 0 { program[start] = .split(start + 1, program.count) }
    }
  }

  private struct Parser {
    var rest: ArraySlice<Unicode.Scalar>

    mutating func either(depth: Int) -> Node? {
      guard depth < 20, var node = sequence(depth: depth) else { return nil }
      while rest.first == "|" {
        rest.removeFirst()
        guard let other = sequence(depth: depth) else { return nil }
        node = .either(node, other)
      }
      return node
    }

    private mutating func sequence(depth: Int) -> Node? {
      var node = Node.empty
      while let next = rest.first, next != "|", next != ")" {
        guard var atom = atom(depth: depth) else { return nil }
        if let sign = rest.first, "*+?".unicodeScalars.contains(sign) {
          rest.removeFirst()
          atom = .repeated(atom, least: sign == "+" ? 1 : 0, isOpen: sign != "?")
        }
        node = .sequence(node, atom)
      }
      return node
    }

    private mutating func atom(depth: Int) -> Node? {
      switch rest.removeFirst() {
      case ".": return .one(.any)
      case "^": return .one(.start)
      case "$": return .one(.end)
      case "*", "+", "?", "{": return nil
      case "[": return set()
      case "\\":
        guard let escaped = rest.popFirst() else { return nil }
        if let ranges = Self.classes(escaped) { return .one(.set(ranges, isNegated: false)) }
        let lower = Unicode.Scalar(escaped.value | 0x20) ?? escaped
        if let ranges = Self.classes(lower) { return .one(.set(ranges, isNegated: true)) }
        return Self.isLetter(escaped) ? nil : .one(.scalar(escaped))
      case "(":
        guard let node = either(depth: depth + 1), rest.popFirst() == ")" else { return nil }
        return node
      case let scalar: return .one(.scalar(scalar))
      }
    }

    private mutating func set() -> Node? {
      var ranges: [ClosedRange<Unicode.Scalar>] = []
      let isNegated = rest.first == "^"
      if isNegated { rest.removeFirst() }
      while let scalar = rest.popFirst() {
        // A class by name, as in `[[:digit:]]`, is not known here.
        if scalar == "[", rest.first == ":" { return nil }
        if scalar == "]", !ranges.isEmpty { return .one(.set(ranges, isNegated: isNegated)) }
        if scalar == "\\" {
          guard let escaped = rest.popFirst() else { return nil }
          guard let classes = Self.classes(escaped) ?? (Self.isLetter(escaped) ? nil : [escaped...escaped])
          else { return nil }
          ranges += classes
        } else if rest.first == "-", let last = rest.dropFirst().first, last != "]", last >= scalar {
          rest.removeFirst(2)
          ranges.append(scalar...last)
        } else {
          ranges.append(scalar...scalar)
        }
      }
      return nil
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
      scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
    }

    private static func classes(_ letter: Unicode.Scalar) -> [ClosedRange<Unicode.Scalar>]? {
      switch letter {
      case "d": ["0"..."9"]
      case "w": ["a"..."z", "0"..."9", "_"..."_"]
      case "s": [" "..." ", "\t"..."\t"]
      default: nil
      }
    }
  }
}
