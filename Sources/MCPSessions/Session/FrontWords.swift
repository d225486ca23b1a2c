/// Words by which a reader is told what stands in front of a server. They are found as whole words, whatever
/// stands between them: `hostname` is no `host`, and `blog in` no `log in`.
struct FrontWords: Sendable {
  private let phrases: [String]

  private init(_ phrases: [String]) { self.phrases = phrases }

  /// Whether one of the texts says one of them.
  func isSaid(in texts: [String]) -> Bool {
    texts.contains { text in
      let line = Self.line(text)
      return phrases.contains { phrase in
        // Scripts without spaces have no whole words.
        phrase.utf8.allSatisfy { $0 < 0x80 } ? line.contains(" \(phrase) ") : line.contains(phrase)
      }
    }
  }

  /// The words of a text in small letters, with one space around each.
  private static func line(_ text: String) -> String {
    " " + text.lowercased().split { !$0.isLetter }.joined(separator: " ") + " "
  }
}

extension FrontWords {
  static let host = FrontWords([
    "host", "hosts", "hostname", "hostnames", "host name", "disallowedhost", "vhost", "domain name",
  ])
  static let header = FrontWords(["header", "headers"])
  /// How nginx, Go, Apache and Tomcat call a request without TLS at a port that wants it.
  static let tlsPort = FrontWords([
    "plain http request was sent to https port", "http request to an https server",
    "plain http to an ssl enabled server port", "combination of host and port requires tls",
  ])
  static let rebinding = FrontWords(["dns rebinding", "disallowedhost"])
  static let origin = FrontWords(["origin", "origins"])
  static let originServer = FrontWords(["origin server", "origin is", "origin host", "origin web"])
  /// Words of who keeps a list.
  static let listing = FrontWords([
    "not allowed", "isn t allowed", "allowed hosts", "allowed origins", "allowlist", "allow list",
    "whitelist",
    "not whitelisted", "not permitted", "isn t permitted", "permitted hosts", "untrusted", "not trusted",
    "trusted hosts", "disallowed", "disallowedhost",
  ])
  static let refusal = FrontWords([
    "forbidden", "blocked", "rejected", "refused", "denied", "not accepted", "not configured",
    "not recognized",
    "invalid", "bad", "unknown", "wrong", "illegal", "mismatch", "mismatched", "does not match", "unexpected",
    "unrecognized", "missing",
  ])
  static let revision = FrontWords([
    "protocol version", "protocol versions", "protocolversion", "mcp version", "mcp versions",
    "protocol revision",
  ])
  static let support = FrontWords([
    "supported", "unsupported", "support", "incompatible", "mismatch", "unknown",
  ])
  /// Of a server that takes no more.
  static let full = FrontWords([
    "too many sessions", "too many open sessions", "too many active sessions", "too many concurrent sessions",
    "session limit", "sessions limit", "limit of sessions", "maximum number of sessions", "max sessions",
    "maximum sessions", "no more sessions", "session quota",
  ])
  /// Of credentials that are none, or none any more.
  static let credentials = FrontWords([
    "unauthorized", "unauthenticated", "not authenticated", "authentication required",
    "authentication failed", "token expired", "expired token", "token has expired", "token is expired",
    "invalid access token", "invalid bearer token", "jwt expired", "invalid api key", "missing api key",
    "api key required", "api key is required", "api key missing", "api key is missing", "invalid credentials",
  ])
  /// What web applications say of a form that is not theirs.
  static let forgery = FrontWords(["csrf", "cross site request forgery", "request forgery"])
  /// Words that nobody says of anything else.
  static let checkpoint = FrontWords([
    "not a robot", "captcha", "recaptcha", "hcaptcha", "are you human", "bot check", "bot protection",
    "bot detected", "bot detection", "human verification", "enable javascript", "enable js",
    "ddos protection",
    "incapsula", "datadome", "perimeterx",
  ])
  /// Words that are telling on a page.
  static let robot = FrontWords([
    "just a moment", "attention required", "are human", "you are a human", "turnstile",
    "checking your browser",
    "verifying your browser", "not a bot", "were a bot", "a bot", "bots", "pardon our interruption",
    "security check", "security service", "web application firewall", "website firewall", "web firewall",
    "imperva", "sucuri", "akamai", "ddos guard", "wordfence",
    "unusual traffic", "automated requests", "request unsuccessful", "why have i been blocked",
    "request was blocked", "nur einen moment", "un instant", "un momento", "um momento", "вы не робот",
    "しばらくお待ちください", "请稍候", "잠시만",
  ])
  /// What only their pages hold, in addresses and scripts.
  static let marks = [
    "/cdn-cgi/challenge-platform", "challenges.cloudflare.com", "cf-chl", "_incapsula_resource",
    "awswafintegration",
    "awswaf.com", "captcha-delivery.com", "px-captcha", "hcaptcha.com", "/recaptcha/", "errors.edgesuite.net",
    "_sec/cp_challenge", "&#35;18&#46;", "ddos-guard", "/.within.website/x/cmd/anubis", "sgcaptcha",
    "kasada", "/149e9513-01fa-4fb0-aad4-566afd725d1b/",
  ]
  static let signIn = FrontWords([
    "sign in", "signin", "log in", "login", "logon", "log on", "single sign on",
    "anmelden", "anmeldung", "einloggen", "se connecter", "connexion", "identifiez vous", "iniciar sesi",
    "inicia sesi", "iniciar sesión", "inicia sesión", "inicio de sesión", "accedi", "iniciar sessão",
    "fazer login",
    "entrar", "inloggen", "aanmelden", "logga in", "log ind", "logg inn", "kirjaudu", "zaloguj", "logowanie",
    "přihlá", "prihlás", "bejelentkezés", "autentificare", "войти", "вход в", "увійти", "giriş yap",
    "oturum aç",
    "ログイン", "サインイン", "登录", "登入", "登錄", "로그인", "تسجيل الدخول", "đăng nhập", "เข้าสู่ระบบ",
  ])
  /// What stands in the address of a sign-in, within words too.
  static let signInPlaces = [
    "login", "log-in", "log_in", "signin", "sign-in", "sign_in", "signon", "sign-on", "logon", "oauth",
    "/auth",
    "auth.", "openid", "cdn-cgi/access", "session/new", "sessions/new", "session/start", "accounts.google.",
    "okta.com", "/authorize", "shibboleth", "simplesaml", "anmeld", "connexion",
  ]
  /// Whole words in the address of a sign-in.
  static let signInSegments: Set<String> = [
    "sso", "idp", "adfs", "saml", "oidc", "cas", "wayf", "keycloak", "kc", "iam", "authn", "authenticate",
  ]
}
