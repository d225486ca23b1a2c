import MCPSessions

// Servers whose url or headers hold values of a signed-in user: one session for each of our own `users:`.

extension ServerReader {
  /// An account for each user who has all the values that the server names; users who lack one are told.
  mutating func readAccounts() {
    guard !missing.isEmpty, transport == .streamableHTTP, !asksPerson else { return }
    var lacking: [String] = []
    var without: [String] = []
    for user in context.users {
      var values = user.variables.mapValues(\.revealed).filter { !$0.value.isEmpty }
      if values["LIBRECHAT_USER_ID"] == nil { values["LIBRECHAT_USER_ID"] = user.id }
      let lacks = missing.filter { values[$0] == nil }
      guard lacks.isEmpty else {
        lacking += lacks.filter { !lacking.contains($0) }
        without.append(user.id)
        continue
      }
      if let account = account(of: user.id, values) { accounts.append(account) }
    }
    if !without.isEmpty {
      let who =
        without.count == 1
        ? "the user \(without[0]) gets"
        : without.count <= 3
          ? "the users \(without.dropLast().joined(separator: ", ")) and \(without[without.count - 1]) get"
          : "\(without.count) of \(context.users.count) users get"
      findings.add(
        Diagnostic(
          file: section.file, mark: section.mapping.entries.first?.mark, .notice,
          path: joinedPath(section.keys), "\(who) no session, \(named(lacking)) missing",
          remedy: "add it to the variables of \(without.count == 1 ? "the user" : "each")"))
    }
    // With users, only what somebody lacks is worth naming.
    if accounts.isEmpty, !lacking.isEmpty { missing = lacking }
  }

  private mutating func account(of user: String, _ values: [String: String]) -> Account? {
    guard let template = addressTemplate else { return nil }
    let own = missing.compactMap { values[$0] }.filter { $0.utf8.count >= shortestSecret }
    let hidden = (template.secrets + own).sorted { $0.count > $1.count }
    let address: Endpoint
    do throws(Endpoint.Problem) {
      address = try Endpoint(fill(template.text, with: values), masking: hidden)
    } catch {
      let (problem, remedy) = explanation(of: error)
      findings.add(
        section.diagnostic(
          .error, "url", at: template.mark, "for the user \(user) it \(problem)", remedy: remedy))
      return nil
    }
    checkScheme(address.origin.scheme, "url", at: template.mark)
    var filled: [Header] = []
    for configured in headers {
      let value = fill(configured.header.value.revealed, with: values)
      if let problem = HeaderRules.problem(ofValue: value) {
        let place = Section(file: section.file, keys: section.keys + ["headers"], mapping: Mapping())
        findings.add(
          place.diagnostic(
            .error, configured.header.name, at: configured.mark, "for the user \(user) it \(problem)",
            remedy: "mend the user's variables"))
        return nil
      }
      filled.append(Header(name: configured.header.name, value: value))
    }
    // What is part of a host name is seen everywhere, so masking it would only confuse.
    let secrets = (self.secrets + own).filter { !"\(address.origin)".contains($0.lowercased()) }
    return Account(user: user, endpoint: address, headers: filled, secrets: secrets.map(Secret.init))
  }

  /// Warns of placeholders that LibreChat would send as they are.
  mutating func checkPlaceholders(_ text: String, _ key: String, in place: Section, at mark: Mark) {
    guard context.owner.followsLibreChat else {
      guard context.users.isEmpty, let name = placeholders(in: text).first else { return }
      findings.add(
        place.diagnostic(
          .warning, key, at: mark,
          "holds \(name == "(no name)" ? "a placeholder in {{...}}" : "{{\(name)}}"), which no client fills in",
          remedy: "write what it stands for"))
      return
    }
    var rest = text[...]
    while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
      let inner = String(rest[open.upperBound..<close.lowerBound])
      rest = rest[close.upperBound...]
      let name = trim(inner)
      guard isVariableName(name[...]) else { continue }
      if inner != name {
        findings.add(
          place.diagnostic(
            .warning, key, at: mark, "a placeholder has spaces in it, and LibreChat sends it as it is",
            remedy: "write {{\(name)}}"))
      } else if name.hasPrefix("LIBRECHAT_"), !knownPlaceholders.contains(name),
        let meant = suggestion(for: name, among: knownPlaceholders)
      {
        findings.add(
          place.diagnostic(
            .warning, key, at: mark, "\(name) is no placeholder, and LibreChat sends it as it is",
            remedy: "did you mean \(meant)?"))
      }
    }
  }
}

/// Puts a user's values into a text, each once and never into each other: no value can pull in another, and
/// none can pull in the environment, whose turn is over.
private func fill(_ text: String, with values: [String: String]) -> String {
  var result = ""
  var rest = text[...]
  while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
    result += rest[..<open.lowerBound]
    let name = trim(String(rest[open.upperBound..<close.lowerBound]))
    result += values[name].map { encoded($0, for: name) } ?? String(rest[open.lowerBound..<close.upperBound])
    rest = rest[close.upperBound...]
  }
  return result + rest
}

/// What no header can carry goes out as LibreChat sends it: `b64:` and the text in Base64.
private func encoded(_ value: String, for name: String) -> String {
  let isName = ["LIBRECHAT_USER_NAME", "LIBRECHAT_USER_USERNAME", "LIBRECHAT_USER_EMAIL"].contains(name)
  guard isName, value.unicodeScalars.contains(where: { $0.value > 0xFF }) else { return value }
  return "b64:" + base64(value.utf8)
}

private func named(_ names: [String]) -> String {
  names.count == 1
    ? "\(names[0]) is" : "\(names.dropLast().joined(separator: ", ")) and \(names[names.count - 1]) are"
}

private let knownPlaceholders =
  [
    "ID", "NAME", "USERNAME", "EMAIL", "PROVIDER", "ROLE", "GOOGLEID", "FACEBOOKID", "OPENIDID", "SAMLID",
    "LDAPID", "GITHUBID", "DISCORDID", "APPLEID", "EMAILVERIFIED", "TWOFACTORENABLED", "TERMSACCEPTED",
  ].map { "LIBRECHAT_USER_\($0)" }
  + ["CONVERSATIONID", "PARENTMESSAGEID", "MESSAGEID"].map { "LIBRECHAT_BODY_\($0)" }
