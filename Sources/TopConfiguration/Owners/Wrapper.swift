import MCPSessions

/// A process that only carries messages to an address: the address is watched itself.
///
/// What a wrapper is told is trusted to go to the address that it is told, so nothing may be taken for one
/// that only looks like it: it is known by the package that is started, and read by that package's grammar.
struct Wrapper {
  let package: WrapperPackage
  private(set) var transport: Transport
  /// Its place in `args`.
  let address: CommandWord
  private(set) var headers: [(index: Int, name: String, value: String)] = []

  /// As people call it.
  var name: String { package.name }

  /// Absent when no wrapper is started, when it serves instead of asking, or when a word of it is unknown.
  init?(command: String, arguments: [String]) {
    let words = ([command] + arguments).enumerated().map {
      CommandWord(index: $0.offset - 1, text: $0.element)
    }
    guard let started = startedWrapper(words[...]) else { return nil }
    let package = started.package
    guard started.words.prefix(package.verb.count).map(\.text) == package.verb else { return nil }
    var reader = WrapperWords(package: package, rest: started.words.dropFirst(package.verb.count))
    guard reader.read(), let address = reader.address, isAddress(address.text),
      !started.isContained || isElsewhere(address.text)
    else { return nil }
    self.package = package
    self.address = address
    headers = reader.headers
    transport = reader.transport
    if package.knowsByPath, hasEventPath(address.text) { transport = .sse }
  }
}

/// Reads the words behind a wrapper's name.
private struct WrapperWords {
  let package: WrapperPackage
  var rest: ArraySlice<CommandWord>
  var address: CommandWord?
  var headers: [(index: Int, name: String, value: String)] = []
  var transport: Transport

  init(package: WrapperPackage, rest: ArraySlice<CommandWord>) {
    self.package = package
    self.rest = rest
    transport = package.transport
  }

  /// False when a word is not in the grammar.
  mutating func read() -> Bool {
    while let word = rest.popFirst() {
      guard word.text.hasPrefix("-") ? readOption(word) : readPositional(word) else { return false }
    }
    return true
  }

  private mutating func readPositional(_ word: CommandWord) -> Bool {
    guard case .address(let mayFollow) = package.positional else { return false }
    guard address == nil else { return mayFollow(word.text) }
    address = word
    return true
  }

  private mutating func readOption(_ word: CommandWord) -> Bool {
    let name = String(word.text.prefix { !package.joinsByEqualsSign || $0 != "=" })
    guard let option = package.options[name] else { return false }
    if name.count < word.text.count {
      rest = [CommandWord(index: word.index, text: String(word.text.dropFirst(name.count + 1)))] + rest
    }
    switch option {
    case .flag: return name.count == word.text.count
    case .words(let count): return (0..<count).allSatisfy { _ in rest.popFirst() != nil }
    case .list: while next() != nil {}
    case .address(let transport):
      guard address == nil, let value = rest.popFirst() else { return false }
      address = value
      self.transport = transport
    case .header:
      guard let value = rest.popFirst() else { return false }
      addHeader(value)
    case .headerList: while let value = next() { addHeader(value) }
    case .headerPair:
      guard let name = rest.popFirst(), let value = rest.popFirst() else { return false }
      headers.append((value.index, name.text, value.text))
    case .bearer:
      guard let value = rest.popFirst() else { return false }
      headers.append((value.index, "Authorization", "Bearer \(value.text)"))
    case .transport(let words):
      guard let transport = rest.popFirst().flatMap({ words[$0.text] }) else { return false }
      self.transport = transport
    case .only(let words): return rest.popFirst().map { words.contains($0.text) } ?? false
    }
    return true
  }

  /// The next word, if it is no option.
  private mutating func next() -> CommandWord? {
    rest.first?.text.hasPrefix("-") == false ? rest.popFirst() : nil
  }

  /// What has no name is left out, as the wrappers do.
  private mutating func addHeader(_ word: CommandWord) {
    guard let colon = word.text.firstIndex(of: ":") else { return }
    let value = word.text[word.text.index(after: colon)...]
    headers.append((word.index, trim(String(word.text[..<colon])), trim(String(value))))
  }
}

/// A web address, or a variable that holds one.
private func isAddress(_ text: String) -> Bool {
  ["http://", "https://", "${"].contains { text.lowercased().hasPrefix($0) }
}

/// The host is another machine's, whoever asks.
private func isElsewhere(_ address: String) -> Bool {
  guard let host = (try? Endpoint(address))?.origin.host else { return false }
  return host.contains(".") && !host.hasPrefix("127.") && !host.hasSuffix(".internal")
    && !host.hasSuffix(".localhost")
}

/// A part of the path is `sse`.
private func hasEventPath(_ address: String) -> Bool {
  let path = address.prefix { $0 != "?" && $0 != "#" }
  return path.split(separator: "/").dropFirst(2).contains("sse")
}
