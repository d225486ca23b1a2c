import Testing

@testable import TopConfiguration

struct YAMLTests {
  /// The tree as one line: keys, kinds and values.
  private func shape(_ node: Node?) -> String {
    guard let node else { return "nothing" }
    return switch node.content {
    case .scalar(let scalar):
      switch scalar.value {
      case .null: "null"
      case .flag(let flag): "\(flag)"
      case .integer(let number): "\(number)"
      case .number(let number): "\(number)"
      case .date: "date(\(scalar.text))"
      case .text: "'\(scalar.text)'"
      }
    case .sequence(let items): "[" + items.map(shape).joined(separator: ", ") + "]"
    case .mapping(let mapping):
      "{" + mapping.entries.map { "\($0.key): \(shape($0.value))" }.joined(separator: ", ") + "}"
    }
  }

  private func problems(_ text: String) -> [String] {
    readYAML(Array(text.utf8)).problems.map { problem in
      let place = problem.mark.map { "\($0.line):\($0.column): " } ?? ""
      let path = problem.path.isEmpty ? "" : "\(problem.path): "
      return place + path + problem.problem + "; " + problem.remedy
    }
  }

  @Test(arguments: [
    ("[yes, on, No, true, False, TRUE]", "['yes', 'on', 'No', true, false, true]"),
    ("[~, null, NULL, '', \"\"]", "[null, null, null, '', '']"),
    ("[60_000, 017, 0x1F, 0o17, 0b11, +5, -3]", "[60000, 17, 31, 15, 3, 5, -3]"),
    ("[_1, 1_, 0x, 1.2.3, 0o8]", "['_1', '1_', '0x', '1.2.3', '0o8']"),
    ("[1.5, 1e3, .5, 1., -.inf, 1_0.5]", "[1.5, 1000.0, 0.5, 1.0, -inf, 10.5]"),
    ("[e3, ., -, +, 1e, 12abc]", "['e3', '.', '-', '+', '1e', '12abc']"),
    ("[99999999999999999999]", "[1e+20]"),
    (
      "[2026-01-02, 2026-1-2, 2026-01-02T03:04:05Z]",
      "[date(2026-01-02), '2026-1-2', date(2026-01-02T03:04:05Z)]"
    ),
    ("['60', !!str 60, \"true\"]", "['60', '60', 'true']"),
    ("a: |\n  one\n  two\nb: >-\n  three\n  four\n", "{a: 'one\ntwo\n', b: 'three four'}"),
    ("\u{FEFF}a: 1\r\nb: [x,\r\n  y]\r\n", "{a: 1, b: ['x', 'y']}"),
    ("{\"a\":1,\n\t\"b\":[true,],\n\t\"c\":{\"d\":\"\\u00e9\"}}", "{a: 1, b: [true], c: {d: 'é'}}"),
    ("1: a\ntrue: b\n~: c\n", "{1: 'a', true: 'b', ~: 'c'}"),
    ("a:\n  b: 1\n\t\n \t# c\n  c: 2\n", "{a: {b: 1, c: 2}}"),
    ("a: \"\\ud83d\\ude00 \\u00e9\"", "{a: '😀 é'}"),
    (
      "a: &x.y/ü 'it''s &x.y'\nb: [*x.y/ü, \" *x.y\"] # *x.y\n", "{a: 'it's &x.y', b: ['it's &x.y', ' *x.y']}"
    ),
    (
      "a: [a:b, {c: d, http://x?y: z}, {e}, {\"f\":g}]",
      "{a: ['a:b', {c: 'd', http://x?y: 'z'}, {e: null}, {f: 'g'}]}"
    ),
    ("%YAML 1.2\n---\na: '# no'   # yes\n", "{a: '# no'}"),
    ("? a\n: b\n", "{a: 'b'}"),
    ("a: >+\n  x\n\n\nb: |2\n    y\n   z\n", "{a: 'x\n\n\n', b: '  y\n z\n'}"),
    ("--- {a: 1}\n", "{a: 1}"), ("# nothing\n", "nothing"), ("", "nothing"), ("---\n...\n", "null"),
  ])
  func `Scalars and styles are read as js-yaml reads them`(text: String, expected: String) {
    #expect(shape(readYAML(Array(text.utf8)).root) == expected)
    #expect(problems(text) == [])
  }

  @Test(arguments: [
    ("b: &b {x: 1, y: 2}\na: {x: 9, <<: *b}", "{x: 9, y: 2}"),
    ("b: &b {x: 1, y: 2}\na: {<<: *b, x: 9}", "{x: 9, y: 2}"),
    ("b: &b {x: 1}\nc: &c {x: 2, z: 3}\na: {<<: [*b, *c]}", "{x: 1, z: 3}"),
    ("b: &b {x: 1}\nc: &c {x: 2}\na: {<<: *b, <<: *c}", "{x: 1}"),
    ("b: &b {x: 1}\na: {\"<<\": *b}", "{<<: {x: 1}}"),
    ("b: &b {x: 1}\nc: &c {<<: *b, y: 2}\na: {<<: *c, x: 3}", "{x: 3, y: 2}"),
  ])
  func `An explicit key wins wherever it stands, the first mapping of a list wins`(
    text: String, expected: String
  ) {
    let root = readYAML(Array(text.utf8)).root
    #expect(shape(root?.mapping?["a"]) == expected)
    #expect(problems(text) == [])
  }

  @Test func `Every key and value knows its place`() throws {
    let root = try #require(readYAML(Array("é: x\nb:\n  - {cé: \"ü\", d: e}\n".utf8)).root?.mapping)
    #expect(root.entries.map(\.mark) == [Mark(line: 1, column: 1), Mark(line: 2, column: 1)])
    let inner = try #require(root["b"]?.items?[0].mapping)
    #expect(inner.entries.map(\.mark) == [Mark(line: 3, column: 6), Mark(line: 3, column: 15)])
    #expect(inner["d"]?.mark == Mark(line: 3, column: 18))
  }

  @Test(arguments: [
    (
      "a:\n  x: 1\n  y: 2\n  x: 3\n",
      "4:3: a.x: stands here again, the first one on line 2; keep one of the two"
    ),
    ("a:\n\tb: 1\n", "2:1: a tab indents this line; use spaces, YAML allows no tabs there"),
    ("a: \"x\nb: 1\n", "1:4: the quote that opens here is never closed; close it on the same line"),
    (
      "a: \"x\nb: \"y\"\n",
      "1:4: the quote that opens here closes only on line 2; is the closing quote missing on line 1?"
    ),
    ("a: {b: 1,\nc: [1\n", "2:4: the '[' that opens here is never closed; add ']'; is the file cut off?"),
    ("a: [\n", "1:4: the '[' that opens here is never closed; add ']'; is the file cut off?"),
    ("a: {b: '[', c: {d: \n", "1:16: the '{' that opens here is never closed; add '}'; is the file cut off?"),
    ("a: [1, ]]\nb: 2\n", "1:9: this ']' closes nothing; remove it, or open its bracket"),
    (
      "a: {b: [1, }\n",
      "1:12: a value is expected here, not '}'; is a comma or a bracket too many, or a quote missing?"
    ),
    (
      "a: {b: ${X}}\n",
      "1:9: ${...} inside {...} or [...] is read as another mapping; put the value that holds it in quotes"
    ),
    (
      "a: b: c\n",
      "1:5: a second ': ' on one line, or a key that is indented too far; put a value that holds ': ' in quotes, or "
        + "align the key with those above"
    ),
    (
      "a: 1\nb\nc: 2\n",
      "2:1: this line is neither 'key: value' nor '- item'; is the colon, or the space behind it, missing?"
    ),
    (
      "a:\n    b: 1\n  c: 2\n",
      "3:3: this line does not fit the mapping that starts on line 1; align its indentation with the keys it belongs to"
    ),
    ("a: @b\n", "1:4: a value cannot start with '@'; put the value in quotes"),
    (
      "a: *b\n",
      "1:4: a: '*' starts an alias, and no anchor of that name stands before it; write '&' and the name at the value it stands for, or put the text in quotes"
    ),
    (
      "a: &a [*a]\n",
      "1:8: a[0]: the alias stands inside its own anchor; a value cannot contain itself; repeat what is meant"
    ),
    (
      "a: !thing b\n",
      "1:4: a: has a tag that means nothing here; remove the word that starts with '!', or quote the text"
    ),
    (
      "a: 1\n---\nb: 2\n",
      "2:1: a second document starts here, the first one on line 1; keep one document in a file: remove the line '---' "
        + "or split the file"
    ),
    (
      "a: \"\\q\"\n",
      "1:5: a backslash in double quotes is followed by something that is no escape; double the backslash, or use single quotes"
    ),
    (
      "a: 1\nb: \u{1}\n",
      "2:4: a control character stands here; remove it, or write it as an escape in double quotes"
    ),
    (
      "a: {<<: 3}\n",
      "1:9: a.<<: merges a whole number; only mappings can be merged: << : *name of an anchored mapping"
    ),
  ])
  func `Trouble is told in plain words where it starts`(text: String, expected: String) {
    #expect(problems(text) == [expected])
  }

  @Test func `Other encodings are named`() {
    #expect(readYAML([0xFF, 0xFE, 0x61, 0x00]).problems.map(\.problem) == ["is written in UTF-16"])
    #expect(readYAML(Array("a: 1\nb: x".utf8) + [0xE9]).problems.first?.mark == Mark(line: 2, column: 5))
  }

  @Test func `More directives than anybody writes are refused before they are compared`() {
    let tags = (0..<30_000).map { "%TAG !a\($0)! tag:x,2000:\n" }.joined()
    #expect(
      problems(tags + "---\na: 1\n") == ["65:1: is one of more than 64 directives; is this the right file?"])
    #expect(problems("# x\n\n%YAML 1.2\n---\na: '%'\n").isEmpty)
  }

  @Test(arguments: ["headers", "env", "customUserVars"])
  func `Thousands of values take no longer than their number tells`(field: String) {
    let kind = field == "env" ? "type: stdio, command: x, args: []" : "type: http, url: 'http://h/'"
    func time(_ count: Int) -> Duration {
      let value = field == "customUserVars" ? "{title: t, description: d}" : "v"
      let values = (0..<count).map { "X_\($0): \(value)" }.joined(separator: ", ")
      return ContinuousClock().measure {
        _ = loadText("mcpServers: {a: {\(kind), \(field): {\(values)}}}")
      }
    }
    _ = time(10)
    // Eight times as many would take 64 times as long if each looked at all others.
    #expect(time(2_000) < time(250) * 32 + .milliseconds(200))
  }

  @Test func `An alias bomb is refused before it grows`() {
    var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    for level in 1...12 {
      text +=
        "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ","))]\n"
    }
    #expect(problems(text).map { $0.contains("expands to more than 1000000 values") } == [true])
  }

  @Test(arguments: [99, 100, 101, 5_000, 200_000])
  func `Nesting has a limit that is said`(depth: Int) {
    let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    let isRefused = problems(text).contains { $0.contains("nested deeper than 100 levels") }
    #expect(isRefused == (depth > 100))
  }
}
