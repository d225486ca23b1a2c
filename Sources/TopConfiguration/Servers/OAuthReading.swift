import MCPSessions

// How LibreChat signs users in. It means the same here, for the one user who sits at this terminal.

extension ServerReader {
  mutating func readOAuth() {
    guard let oauth = section.section("oauth", &findings) else { return }
    oauth.checkKeys(
      oauthTexts + oauthLists + oauthFlags + ["token_exchange_method"],
      consequence: "LibreChat drops it unread", &findings)
    for key in oauthTexts {
      guard let text = oauth.text(key, &findings) else { continue }
      checkVariables(text, "oauth.\(key)")
      if oauthAddresses.contains(key) { checkAddress(text, key, oauth) }
      if text.value.isEmpty, key == "audience" {
        findings.add(
          oauth.diagnostic(
            .error, key, at: text.mark, "is empty",
            remedy: "write it or remove the line\(section.consequence)"))
      }
    }
    for key in oauthLists { _ = oauth.texts(key, &findings) }
    for key in oauthFlags { _ = oauth.flag(key, &findings) }
    _ = oauth.choice("token_exchange_method", ["default_post", "basic_auth_header"], &findings)
    if let secret = oauth.mapping.entry("client_secret") {
      let lacks = ["client_id", "authorization_url", "token_url"].filter { oauth.mapping[$0] == nil }
      if !lacks.isEmpty {
        findings.add(
          oauth.diagnostic(
            .error, "client_secret", at: secret.mark, "stands without \(lacks.joined(separator: ", "))",
            remedy: "add what is missing\(section.consequence)"))
      }
    }
    takeOAuth(oauth)
  }
}

extension ServerReader {
  /// LibreChat takes nothing but addresses there; a token goes to none that is not encrypted.
  private mutating func checkAddress(_ text: Located<String>, _ key: String, _ oauth: Section) {
    guard !text.value.contains("${") else { return }
    do throws(Endpoint.Problem) {
      let origin = try Endpoint(text.value).origin
      guard key != "redirect_uri", origin.scheme != "https", !origin.isLoopback else { return }
      findings.add(
        oauth.diagnostic(
          .warning, key, at: text.mark, "is not encrypted, and no token is asked for there",
          remedy: "write https://HOST/PATH"))
    } catch {
      let isRefused = isRefusedByLibreChat(error, text.value)
      // A program may come back to an address of its own kind.
      guard isRefused || key != "redirect_uri" else { return }
      let (problem, remedy) = explanation(of: error)
      findings.add(
        oauth.diagnostic(
          .error, key, at: text.mark, problem, remedy: remedy + (isRefused ? section.consequence : "")))
    }
  }
}

private let oauthAddresses = ["authorization_url", "token_url", "redirect_uri", "revocation_endpoint"]
private let oauthTexts = [
  "authorization_url", "token_url", "redirect_uri", "revocation_endpoint", "client_id", "client_secret",
  "scope", "audience",
]
private let oauthLists = [
  "grant_types_supported", "token_endpoint_auth_methods_supported", "response_types_supported",
  "code_challenge_methods_supported", "revocation_endpoint_auth_methods_supported",
]
private let oauthFlags = ["skip_code_challenge_check", "forward_audience_on_refresh"]
