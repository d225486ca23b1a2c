import MCPSessions

// How we make ourselves known to a server: `sessionConfig.auth`, which is ours, and the blocks of other
// programs, which mean here what they mean there.

extension ServerReader {
  /// Our own block. What it says counts above all others.
  mutating func readCredentials(_ section: Section) {
    guard let auth = section.section("auth", &findings) else { return }
    auth.checkKeys(ownKeys, consequence: "nothing reads it", &findings)
    readSource(auth)
    var taken = policy.credentials
    take(auth, "clientID") { taken.clientID = $0 }
    take(auth, "clientSecret", isSecret: true) { taken.clientSecret = Secret($0) }
    takeFile(auth, "clientKeyFile") { taken.clientKeyFile = $0 }
    takeFile(auth, "assertionFile") { taken.assertionFile = $0 }
    take(auth, "exchangeURL") { taken.exchangeURL = $0 }
    take(auth, "exchangeClientID") { taken.exchangeClientID = $0 }
    take(auth, "exchangeClientSecret", isSecret: true) { taken.exchangeClientSecret = Secret($0) }
    take(auth, "clientMetadataURL") { taken.clientMetadataURL = $0 }
    take(auth, "issuer") { taken.issuer = $0 }
    take(auth, "authorizationURL") { taken.authorizationURL = $0 }
    take(auth, "tokenURL") { taken.tokenURL = $0 }
    take(auth, "revocationURL") { taken.revocationURL = $0 }
    take(auth, "issuerMetadataURL") { taken.issuerMetadataURL = $0 }
    take(auth, "refreshToken", isSecret: true) { taken.refreshToken = Secret($0) }
    take(auth, "audience") { taken.audience = $0 }
    if let scopes = scopes(auth, "scope") { taken.scopes = scopes }
    let grants = CredentialSettings.GrantType.allCases.map(\.rawValue)
    if let grant = auth.choice("grant", grants, &findings).flatMap({
      CredentialSettings.GrantType(rawValue: $0.value)
    }) {
      taken.grant = grant
    }
    let algorithms = CredentialSettings.Algorithm.allCases.map(\.rawValue)
    if let word = auth.choice("algorithm", algorithms, &findings) {
      taken.algorithm = CredentialSettings.Algorithm(rawValue: word.value) ?? taken.algorithm
    }
    if let port = auth.integer("callbackPort", in: 1...65_535, &findings) { taken.callbackPort = port.value }
    taken.source = policy.credentials.source
    policy.credentials = taken
    checkAddresses(auth)
    if taken.trustsServerWithIssuer {
      findings.add(
        auth.diagnostic(
          .notice, "issuer", at: nil,
          "is not set: what is secret here goes to the issuer that the server names",
          remedy: "write its address, as `sessiontop tokens` shows it"))
    }
  }

  private mutating func readSource(_ auth: Section) {
    if auth.mapping["tokenFile"] != nil, let command = auth.mapping.entry("tokenCommand") {
      findings.add(
        auth.diagnostic(
          .error, "tokenCommand", at: command.mark, "stands beside tokenFile", remedy: "keep one of the two"))
      return
    }
    var source = policy.credentials.source
    takeFile(auth, "tokenFile") { source = .file($0) }
    if let words = auth.texts("tokenCommand", &findings) {
      guard let first = words.first, !first.value.isEmpty else {
        findings.add(
          auth.diagnostic(
            .error, "tokenCommand", at: auth.mapping.entry("tokenCommand")?.mark, "names no program",
            remedy: "write [PROGRAM, ARGUMENT]"))
        return
      }
      source = .command(words.map { substituted($0.value).text })
    }
    policy.credentials.source = source
  }

  private mutating func take(
    _ section: Section, _ key: String, isSecret: Bool = false, _ set: (String) -> Void
  ) {
    guard let text = section.optionalText(key, context.environment, &findings), let value = text.value?.text,
      !value.isEmpty
    else { return }
    resolve("auth.\(key)", isSecret ? .masked : .text(PrintableText.line(value, limit: 400)), at: text.mark)
    if isSecret, value.utf8.count >= shortestSecret, !secrets.contains(value) { secrets.append(value) }
    set(value)
  }

  private mutating func takeFile(_ section: Section, _ key: String, _ set: (String) -> Void) {
    let file = section.file
    take(section, key) { set(relocated($0, beside: file)) }
  }

  /// A list, or words with spaces between them.
  private mutating func scopes(_ section: Section, _ key: String) -> [String]? {
    guard let node = section.mapping[key], !node.isNull else { return nil }
    if node.items != nil { return section.texts(key, &findings)?.map(\.value) }
    return section.text(key, &findings).map {
      $0.value.split(whereSeparator: { $0 == " " || $0 == "," }).map(String.init)
    }
  }

  /// What is secret goes over TLS, or stays on this machine.
  private mutating func checkAddresses(_ section: Section) {
    for key in [
      "issuer", "authorizationURL", "tokenURL", "revocationURL", "issuerMetadataURL", "exchangeURL",
    ] {
      guard let text = section.mapping[key]?.scalar?.text, !text.contains("${") else { continue }
      let origin = (try? Endpoint(text))?.origin
      guard origin?.scheme != "https", origin?.isLoopback != true else { continue }
      findings.add(
        section.diagnostic(
          .error, key, at: section.mapping.entry(key)?.mark, "must be an address with https",
          remedy: "write https://HOST/PATH"))
    }
  }

  /// LibreChat's block, with the environment in place.
  mutating func takeOAuth(_ oauth: Section) {
    var taken = policy.credentials
    func text(_ key: String) -> String? {
      guard let text = oauth.mapping[key]?.scalar?.text, !text.isEmpty else { return nil }
      let result = substitute(text, from: context.environment, syntax: context.owner.variables)
      return result.unresolved.isEmpty ? result.text : nil
    }
    if let secret = text("client_secret") {
      taken.clientSecret = Secret(secret)
      if secret.utf8.count >= shortestSecret, !secrets.contains(secret) { secrets.append(secret) }
    }
    taken.clientID = text("client_id") ?? taken.clientID
    taken.authorizationURL = text("authorization_url") ?? taken.authorizationURL
    taken.tokenURL = text("token_url") ?? taken.tokenURL
    taken.revocationURL = text("revocation_endpoint") ?? taken.revocationURL
    taken.audience = text("audience") ?? taken.audience
    if let scope = text("scope") { taken.scopes = scope.split(separator: " ").map(String.init) }
    switch text("token_exchange_method") {
    case "basic_auth_header": taken.clientMethod = .basic
    case "default_post": taken.clientMethod = .post
    default: break
    }
    taken.skipsChallengeCheck = oauth.mapping["skip_code_challenge_check"]?.scalar?.text == "true"
    policy.credentials = taken
  }

  /// The blocks of other programs, each with its own spelling of the same few things.
  mutating func takeForeignOAuth(_ oauth: Mapping) {
    var taken = policy.credentials
    for entry in oauth.entries {
      let name = entry.key.lowercased().filter { $0 != "_" && $0 != "-" }
      let texts = entry.value.items?.compactMap { $0.scalar?.text } ?? []
      let text = entry.value.scalar.map { substituted($0.text).text } ?? ""
      guard !text.isEmpty || !texts.isEmpty else { continue }
      switch name {
      case "clientid": taken.clientID = text
      case "clientsecret":
        taken.clientSecret = Secret(text)
        if text.utf8.count >= shortestSecret, !secrets.contains(text) { secrets.append(text) }
      case "scope", "scopes":
        taken.scopes =
          texts.isEmpty ? text.split(whereSeparator: { $0 == " " || $0 == "," }).map(String.init) : texts
      case "callbackport": taken.callbackPort = Int(text).flatMap { (1...65_535).contains($0) ? $0 : nil }
      case "authservermetadataurl": taken.issuerMetadataURL = text
      case "authorizationurl": taken.authorizationURL = text
      case "tokenurl": taken.tokenURL = text
      case "audience", "audiences": taken.audience = texts.first ?? text
      default: break
      }
    }
    policy.credentials = taken
  }
}

private let ownKeys = [
  "tokenFile", "tokenCommand", "grant", "clientID", "clientSecret", "clientKeyFile", "algorithm",
  "clientMetadataURL", "assertionFile", "scope", "authorizationURL", "tokenURL", "revocationURL",
  "issuer", "issuerMetadataURL", "refreshToken", "callbackPort", "audience", "exchangeURL",
  "exchangeClientID",
  "exchangeClientSecret",
]
