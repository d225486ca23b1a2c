import MCPSessions

/// A process that only carries messages to an address: the address is watched itself.
struct Wrapper {
  /// As people call it.
  let name: String
  let transport: Transport
  /// Its place in `args`.
  let address: (index: Int, text: String)
  let headers: [(index: Int, name: String, value: String)]

  /// Known by the words of a command line; absent when it is none, or when it serves instead of asking.
  init?(command: String, arguments: [String]) {
    let all = [command] + arguments
    let words = Wrapper.wordsOfShell(all) ?? all.enumerated().map { (index: $0.offset - 1, text: $0.element) }
    guard let place = words.firstIndex(where: { Wrapper.name(of: $0.text) != nil }),
      let name = Wrapper.name(of: words[place].text)
    else { return nil }
    var rest = words.dropFirst(place + 1)
    // It serves as well, and only `run` with an address carries.
    if name == "fastmcp", rest.popFirst()?.text != "run" { return nil }
    var reader = WordReader(name: name)
    for word in rest { reader.take(word.text, at: word.index) }
    guard let address = reader.address else { return nil }
    self.name = name
    self.address = address
    transport = reader.transport
    headers = reader.headers
  }

  /// The words of the line behind `sh -c`, all of which stand in one argument; `args[0]` is the second word.
  private static func wordsOfShell(_ words: [String]) -> [(index: Int, text: String)]? {
    let shell = words.first?.split(separator: "/").last ?? ""
    guard ["sh", "bash", "zsh", "dash"].contains(shell),
      let option = words.firstIndex(where: { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.hasSuffix("c") }),
      option + 1 < words.count
    else { return nil }
    return shellWords(words[option + 1]).map { (index: option, text: $0) }
  }

  /// The wrapper that a word names: `mcp-remote@latest`, `/usr/lib/node_modules/mcp-remote/dist/proxy.js`.
  private static func name(of word: String) -> String? {
    let parts = word.split(separator: "/").map { part in
      part.hasPrefix("@") ? String(part) : String(part.prefix { $0 != "@" && $0 != "=" })
    }
    return ["mcp-remote", "supergateway", "mcp-proxy", "fastmcp"].first { name in
      parts.contains { $0 == name || $0 == name + ".cmd" || $0 == name + ".exe" }
    }
  }
}

/// Reads the words behind a wrapper's name.
private struct WordReader {
  let name: String
  var address: (index: Int, text: String)?
  var headers: [(index: Int, name: String, value: String)] = []
  var transport = Transport.streamableHTTP
  /// The option whose value comes next.
  private var option: String?
  /// The name of a header whose value comes next.
  private var headerName: String?
  private var isDone = false

  init(name: String) {
    self.name = name
  }

  mutating func take(_ word: String, at index: Int) {
    if let header = headerName {
      headers.append((index, header, word))
      headerName = nil
      return
    }
    if let option {
      self.option = nil
      return take(word, of: option, at: index)
    }
    if word.hasPrefix("-") {
      let name = String(word.prefix { $0 != "=" })
      if word.contains("="), name.hasPrefix("--") {
        return take(String(word.dropFirst(name.count + 1)), of: name, at: index)
      }
      if name == "--stdio" { isDone = true }
      if Self.valued.contains(name) { option = name }
      return
    }
    guard address == nil, !isDone, self.name != "supergateway" else { return }
    if word.contains("://") || word.hasPrefix("${") { address = (index, word) }
  }

  private static let valued: Set<String> = [
    "--header", "--headers", "-H", "--transport", "--streamableHttp", "--sse", "--oauth2Bearer", "--host",
    "--port", "--stdio", "--resource", "--auth-timeout", "--ignore-tool", "--static-oauth-client-metadata",
    "--static-oauth-client-info", "--logLevel", "--client-id", "--client-secret", "--token-url",
    "--protocolVersion",
  ]

  private mutating func take(_ value: String, of option: String, at index: Int) {
    switch option {
    case "--header", "--headers", "-H":
      guard let colon = value.firstIndex(of: ":") else {
        // mcp-proxy takes name and value as two words.
        headerName = value
        return
      }
      let text = value[value.index(after: colon)...]
      headers.append((index, trim(String(value[..<colon])), trim(String(text))))
    case "--transport":
      transport = value.hasPrefix("sse") ? .sse : .streamableHTTP
    case "--streamableHttp", "--sse":
      guard name == "supergateway", !isDone else { return }
      address = (index, value)
      transport = option == "--sse" ? .sse : .streamableHTTP
    case "--oauth2Bearer":
      headers.append((index, "Authorization", "Bearer \(value)"))
    default: break
    }
  }
}

/// A line as a shell takes it apart, quotes left out; enough for the lines that people write into such files.
private func shellWords(_ line: String) -> [String] {
  var words: [String] = []
  var word: String?
  var quote: Character?
  for character in line {
    if let open = quote {
      if character == open { quote = nil } else { word = (word ?? "") + String(character) }
    } else if character == "\"" || character == "'" {
      quote = character
      word = word ?? ""
    } else if character.isWhitespace {
      if let done = word { words.append(done) }
      word = nil
    } else {
      word = (word ?? "") + String(character)
    }
  }
  return words + (word.map { [$0] } ?? [])
}
