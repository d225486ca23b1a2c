import MCPWire

// Tokens from a file, a program or somebody who vouches for us.

extension SignIn {
  mutating func provided(_ provided: ProvidedToken, _ turn: inout Turn) {
    guard case .working(let work) = state else { return }
    let text: [UInt8]
    switch provided {
    case .failed(let words): return notProvided("\(gate.text(whole: words))", work, &turn)
    case .text(let bytes): text = bytes
    }
    let line =
      String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(trimmed) ?? ""
    switch work.step {
    case .vouching(let discovery):
      guard !line.isEmpty else {
        return notProvided("\(source) is empty; an assertion is to stand in its first line", work, &turn)
      }
      guard let assertion = bareToken(line) else { return notProvided(flaw(text, line), work, &turn) }
      learn(assertion, &turn)
      vouch(assertion, discovery, work, &turn)
    case .provider:
      guard let grant = providedGrant(text, line, at: turn.now.wall) else {
        return notProvided(flaw(text, line), work, &turn)
      }
      for secret in grant.secrets { learn(secret, &turn) }
      guard grant.isSendable else {
        let flaw: Sentence =
          grant.headers.isEmpty
          ? "gives a token with characters that no header may hold"
          : "gives headers that cannot be sent: a name of the protocol's own, or characters that none may hold"
        return notProvided("\(source) " + flaw, work, &turn)
      }
      // The same one again is no news; that it was refused counts until the server takes it.
      if grant.token == work.held?.token, work.demand != nil || lastError?.type == .tokenRefused {
        return refuse(
          work.demand == nil ? lastError ?? tokenError(nil) : tokenError(work.demand), held: grant,
          retry: turn.now.instant + Self.providerPause, for: work.demand, &turn)
      }
      if let held = work.held, grant.token == held.token {
        // How long it is still good for is said anew; its age is what it was.
        return hold(grant, isProven: true, got: held.obtained, &turn)
      }
      take(grant, wasRenewed: work.held != nil, work, &turn)
    default: break
    }
  }

  /// More headers of a program are none.
  private static let mostHeaders = 32
  /// How long a file or a program that gave no token is left alone.
  static let providerPause = Duration.seconds(30)

  /// A file or a program gives no token now. What is held is used as long as it lives, unless it was refused.
  private mutating func notProvided(_ words: Sentence, _ work: Work, _ turn: inout Turn) {
    let error = SessionError(.signInFailed, detail: words)
    let retry = turn.now.instant + Self.providerPause
    guard let held = work.held, work.demand == nil, !held.hasEnded(at: turn.now.wall) else {
      return refuse(error, held: nil, retry: retry, &turn)
    }
    let left = held.expires.map { expires in expires - turn.now.wall }
    state = .held(
      Holding(
        grant: held, renewal: left.map { min(retry, turn.now.instant + $0) } ?? retry, isProven: true))
    guard error != lastError else { return }
    lastError = error
    turn.actions.append(.event(.signInFailed, .warning, error.detail, error))
  }

  /// What is to give the token, as people know it. Of a program only its name: arguments may be secret.
  private var source: Sentence {
    switch subject.settings.source {
    case .file(let path): "tokenFile \(gate.text(whole: path, limit: 160))"
    case .command(let words): "tokenCommand \(gate.text(whole: words.first ?? "", limit: 160))"
    case .issuer: "assertionFile \(gate.text(whole: subject.settings.assertionFile ?? "", limit: 160))"
    }
  }

  /// Why what was given is no token.
  private func flaw(_ text: [UInt8], _ line: String) -> Sentence {
    guard !line.isEmpty else {
      if case .command = subject.settings.source { return "\(source) printed nothing to standard output" }
      return "\(source) is empty; a token is to stand in its first line"
    }
    let start = trimmed(line[...]).first
    if let value = try? JSONValue.read(text), !value.members.isEmpty || start == "[" {
      return "\(source) gives JSON without access_token, and without headers, each a text"
    }
    if start == "{" || start == "[" { return "\(source) gives JSON that is cut off, or none" }
    if start == "<" { return "\(source) gives a document; its first line is to be the token alone" }
    return
      "\(source) gives a token with characters that none may hold; its first line is to be the token alone"
  }

  /// A token alone, or JSON with its life (`expires_in`, in seconds), or the headers that carry it.
  private func providedGrant(_ text: [UInt8], _ line: String, at now: WallTime) -> Grant? {
    if let value = try? JSONValue.read(text), !value.members.isEmpty {
      if let issued = IssuedToken(value) {
        return Grant(
          token: Secret(issued.access), kind: issued.kind, scopes: issued.scopes ?? [], obtained: now,
          expires: issued.ends(from: now))
      }
      let members = (value["headers"]?.members ?? value.members).sorted { $0.key < $1.key }
      let headers = members.compactMap { name, value in value.text.map { Header(name: name, value: $0) } }
      // Any other member makes it JSON of another kind, such as an error, of which nothing is to be sent.
      let isMeant = value["headers"] != nil || members.contains { isLikeHeader($0.key) }
      guard isMeant, !members.isEmpty, headers.count == members.count, members.count <= Self.mostHeaders
      else { return nil }
      guard members.count == 1, members[0].key.lowercased() == "authorization" else {
        return Grant(headers: headers, obtained: now)
      }
      let words = headers[0].value.revealed.split(separator: " ", maxSplits: 1)
      guard words.count == 2 else { return nil }
      return Grant(token: Secret(String(words[1])), kind: words[0].lowercased(), obtained: now)
    }
    return bareToken(line).map { Grant(token: $0, obtained: now) }
  }
}

/// The token in a line, without what people copy along: quotes around it, and the word before it. Absent for
/// what is none (RFC 6750 section 2.1); `|` and `:` are in those of some frameworks.
private func bareToken(_ line: String) -> Secret? {
  var rest = line[...]
  for _ in 0..<2 {
    if let quote = rest.first, "\"'".contains(quote), rest.count > 1, rest.last == quote {
      rest = rest.dropFirst().dropLast()
    }
    if rest.lowercased().hasPrefix("bearer ") { rest = rest.dropFirst(7).drop { $0.isWhitespace } }
  }
  let isToken = rest.utf8.allSatisfy {
    switch $0 {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-._~+/=|:".utf8.contains($0)
    }
  }
  return isToken && !rest.isEmpty && rest.lowercased() != "bearer" ? Secret(String(rest)) : nil
}

/// Whether nothing but a header is called so.
private func isLikeHeader(_ name: String) -> Bool {
  name.utf8.contains(UInt8(ascii: "-")) || ["authorization", "cookie"].contains(name.lowercased())
}

private func trimmed(_ line: Substring) -> String {
  var line = line.drop { $0.isWhitespace }
  while line.last?.isWhitespace == true { line.removeLast() }
  return String(line)
}
