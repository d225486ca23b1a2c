/// A word of a command line and its place in `args`; the words of `command` stand before.
struct CommandWord {
  let index: Int
  let text: String
}

/// A wrapper that is started, and how.
struct StartedWrapper {
  let package: WrapperPackage
  /// The words behind its name.
  let words: ArraySlice<CommandWord>
  /// It runs in a container, where this machine's own addresses are others.
  var isContained = false
}

/// A program that fetches or starts another one, and the options that may stand before that one's name.
private struct Launcher {
  let names: Set<String>
  /// Words that come first.
  var verb: [String] = []
  var flags: Set<String> = []
  var valued: Set<String> = []
  /// Options that name the package, so that the word behind is only a program in it.
  var naming: Set<String> = []
  var isContainer = false
  let package: @Sendable (String) -> WrapperPackage?

  static let table: [Launcher] = [
    npm(["npx", "pnpx"]), npm(["npm"], ["exec"]), npm(["npm"], ["x"]), npm(["pnpm"], ["dlx"]),
    npm(["yarn"], ["dlx"]), npm(["bunx"]), npm(["bun"], ["x"]), python(["uvx"]),
    python(["uv"], ["tool", "run"]),
    Launcher(
      names: ["pipx"], verb: ["run"], flags: ["-q", "--quiet"], naming: ["--spec"],
      package: { WrapperPackage.published($0, in: .python) }),
    Launcher(
      names: ["uv"], verb: ["run"], flags: ["-q", "--quiet", "--no-project", "--isolated"],
      valued: ["--with", "--python", "-p", "--directory", "--project"], package: WrapperPackage.program),
    Launcher(names: ["node", "bun", "deno"], package: WrapperPackage.script),
    Launcher(names: ["python", "python3", "py"], verb: ["-m"]) { name in
      WrapperPackage.table.first { $0.module == name }
    },
    Launcher(
      names: ["docker", "podman"], verb: ["run"],
      flags: ["-i", "-t", "-it", "-ti", "--interactive", "--tty", "--rm", "--init"],
      valued: ["--name", "--pull"], isContainer: true, package: WrapperPackage.image),
  ]

  private static func npm(_ names: Set<String>, _ verb: [String] = []) -> Launcher {
    Launcher(
      names: names, verb: verb,
      flags: [
        "-y", "--yes", "-q", "--quiet", "-s", "--silent", "--no", "--no-install", "--prefer-online",
        "--prefer-offline", "--bun", "--",
      ],
      naming: ["-p", "--package"], package: { WrapperPackage.published($0, in: .npm) })
  }

  private static func python(_ names: Set<String>, _ verb: [String] = []) -> Launcher {
    Launcher(
      names: names, verb: verb,
      flags: ["-q", "--quiet", "-n", "--no-cache", "--refresh", "--isolated", "--offline"],
      valued: ["-p", "--python", "--with"], naming: ["--from"],
      package: { WrapperPackage.published($0, in: .python) })
  }

  /// Absent when anything before its name is unknown.
  func target(_ words: ArraySlice<CommandWord>) -> StartedWrapper? {
    guard words.prefix(verb.count).map(\.text) == verb else { return nil }
    var rest = words.dropFirst(verb.count)
    var named: WrapperPackage?
    while let word = rest.popFirst()?.text {
      let option = String(word.prefix { $0 != "=" })
      let joined = option.count < word.count ? String(word.dropFirst(option.count + 1)) : nil
      if flags.contains(word) { continue }
      if valued.contains(option) {
        if joined == nil { rest = rest.dropFirst() }
        continue
      }
      if naming.contains(option) {
        // With a second package nobody knows whose the program is.
        guard named == nil, let name = joined ?? rest.popFirst()?.text, let found = package(name) else {
          return nil
        }
        named = found
        continue
      }
      guard let started = named.map({ word == $0.name ? $0 : nil }) ?? package(word) else { return nil }
      return StartedWrapper(package: started, words: rest, isContained: isContainer)
    }
    return nil
  }
}

/// The wrapper that a command line starts; absent when it starts anything else.
func startedWrapper(_ words: ArraySlice<CommandWord>) -> StartedWrapper? {
  guard let first = words.first?.text else { return nil }
  let rest = words.dropFirst()
  let name = programName(first)
  if ["sh", "bash", "zsh", "dash"].contains(name) { return startedByShell(rest) }
  if name == "cmd" {
    guard rest.first?.text.lowercased() == "/c" else { return nil }
    return startedWrapper(rest.dropFirst())
  }
  if let package = WrapperPackage.program(first) {
    return StartedWrapper(package: package, words: rest)
  }
  return Launcher.table.lazy.filter { $0.names.contains(name) }.compactMap { $0.target(rest) }.first
}

/// `-c LINE`, options of the shell's own before it, and nothing behind it.
private func startedByShell(_ words: ArraySlice<CommandWord>) -> StartedWrapper? {
  let options = words.prefix { $0.text.hasPrefix("-") && !$0.text.hasPrefix("--") }
  guard let last = options.last?.text, last.hasSuffix("c"), let line = words.dropFirst(options.count).first,
    words.count == options.count + 1, var parts = plainCommandWords(line.text)
  else { return nil }
  if parts.first == "exec" { parts.removeFirst() }
  return startedWrapper(parts.map { CommandWord(index: line.index, text: $0) }[...])
}

/// The words of one plain command, quotes left out; absent when the line is more than that, such as several
/// commands, or has something that the shell fills in.
private func plainCommandWords(_ line: String) -> [String]? {
  var words: [String] = []
  var word: String?
  var quote: Character?
  for (place, character) in zip(line.indices, line) {
    if character == "`" || character == "\\" || character.isNewline { return nil }
    if character == "$", line[place...].dropFirst().first != "{" { return nil }
    if let open = quote {
      if character == open { quote = nil } else { word = (word ?? "") + String(character) }
    } else if character == "\"" || character == "'" {
      quote = character
      word = word ?? ""
    } else if ";&|<>()#*?[~!".contains(character), !isInAddress(character, word) {
      return nil
    } else if character.isWhitespace {
      if let done = word { words.append(done) }
      word = nil
    } else {
      word = (word ?? "") + String(character)
    }
  }
  guard quote == nil else { return nil }
  return words + (word.map { [$0] } ?? [])
}

/// A question mark or a hash within an address matches no file and begins no comment.
private func isInAddress(_ character: Character, _ word: String?) -> Bool {
  "?#~!".contains(character) && word?.contains("://") == true
}
