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

private let oauthTexts = [
  "authorization_url", "token_url", "redirect_uri", "revocation_endpoint", "client_id", "client_secret",
  "scope", "audience",
]
private let oauthLists = [
  "grant_types_supported", "token_endpoint_auth_methods_supported", "response_types_supported",
  "code_challenge_methods_supported", "revocation_endpoint_auth_methods_supported",
]
private let oauthFlags = ["skip_code_challenge_check", "forward_audience_on_refresh"]
