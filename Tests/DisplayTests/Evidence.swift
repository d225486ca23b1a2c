import MCPWire
import MCPSessions

@testable import TopDisplay

/// Situations in which a monitor is easily wrong about what is the matter, each from the answers on the wire.
enum Evidence {
  private typealias Answer = ScriptedFleet.Answer

  private static let gateway: KeyValuePairs = [
    "crm": "https://tools.example.org/crm", "ledger": "https://tools.example.org/ledger",
    "wiki": "https://wiki.example.org/mcp", "search": "https://search.example.org/mcp",
  ]

  private static func story(
    _ name: String, age: Double = 900, _ script: @escaping ScriptedFleet.Script
  ) -> Store {
    let fleet = try? ScriptedFleet(gateway, age: age, scripts: [name: script])
    return fleet?.store ?? store([], [])
  }

  private static func html(_ title: String) -> String {
    "<!doctype html><html><head><title>\(title)</title><style>b{}</style></head>"
      + "<body><h1>\(title)</h1></body></html>"
  }

  /// One server behind a gateway fails; another of the same host works.
  static let neighbour = story("crm") { _, seconds in
    seconds < -80 ? nil : .status(502, type: "text/html", html("502 Bad Gateway"))
  }

  /// The port that two servers share refuses: one of them lost its session, the other's waits unasked.
  static let closedWay = story("crm") { request, seconds in
    seconds < -80
      ? nil : .failure(.connectRefused, curlCode: 7, "Failed to connect to tools.example.org port 443")
  }

  /// One way to a family of servers is closed: the first of them found it out, and nobody can ask the others.
  static let unverifiedFamily: Store = {
    let family: KeyValuePairs = [
      "jira-cloud": "https://tools.example.org/cloud", "jira-desk": "https://tools.example.org/desk",
      "jira-eu": "https://tools.example.org/eu", "jira-us": "https://tools.example.org/us",
      "jira-old": "https://tools.example.org/old", "wiki": "https://wiki.example.org/mcp",
    ]
    let script: ScriptedFleet.Script = { _, seconds in
      seconds < -80
        ? nil : .failure(.connectRefused, curlCode: 7, "Failed to connect to tools.example.org port 443")
    }
    return (try? ScriptedFleet(family, age: 900, scripts: ["jira-cloud": script]))?.store ?? store([], [])
  }()

  /// The router knows no application while the new one is not up.
  static let redeploy = story("crm") { _, seconds in
    seconds < -40 ? nil : .status(404, type: "text/html", html("Application not found"))
  }

  /// Pings are answered, the list is not.
  static let hangingList = story("crm") { request, seconds in
    request.purpose == .list && seconds > -800 ? .silence : nil
  }

  /// The list is answered, but most of it is gone.
  static let vanishedTools = story("crm") { request, seconds in
    request.purpose == .list && seconds > -800 ? .tools(["tool-1", "tool-2"]) : nil
  }

  /// Somebody put single sign-on in front of the server.
  static let signInPage = story("crm") { _, _ in
    .status(302, "", location: "https://login.example.org/sso?next=/crm&state=af0ifjsldkj")
  }

  /// The server does not trust who issued our certificate.
  static let refusedCertificate = story("crm") { _, _ in
    .refusedCertificate(
      "the server refuses our client certificate: OpenSSL SSL_read: OpenSSL/3.0.15: error:0A000418:SSL routines"
        + "::tlsv1 alert unknown ca, errno 0")
  }

  /// The proxy of the environment is not there.
  static let deadProxy = story("crm") { _, seconds in
    .failure(
      .proxyError, curlCode: 7,
      "the proxy http://proxy.example.org:3128 (https_proxy) cannot be used: Failed to connect to proxy.example.org"
        + " port 3128 after 1 ms: Couldn't connect to server")
  }

  /// Nothing of what a gateway says to a dead id tells that it is dead.
  static func staleID(age: Double, since: Double) -> Store {
    story("crm", age: age) { request, seconds in
      guard seconds > -since, request.purpose != .initialize else { return nil }
      let id = request.headers.first { $0.name == "Mcp-Session-Id" }?.value.revealed
      return id?.hasPrefix("1f0c77aa") == true
        ? .status(503, type: "text/html", html("Service Temporarily Unavailable")) : nil
    }
  }

  static let screens: [`Golden frames`.Screen] = {
    func screen(_ name: String, _ store: Store, keys: [Key] = []) -> `Golden frames`.Screen {
      `Golden frames`.Screen(name: "cause-\(name)", columns: 120, rows: 40, store: store, keys: keys)
    }
    return [
      screen("neighbour", neighbour), screen("closed-way", closedWay, keys: ["j"]),
      screen("redeploy", redeploy), screen("hanging-list", hangingList),
      screen("vanished-tools", vanishedTools), screen("sign-in-page", signInPage),
      screen("refused-certificate", refusedCertificate), screen("dead-proxy", deadProxy),
      `Golden frames`.Screen(
        name: "cause-closed-way-80x24", columns: 80, rows: 24, store: closedWay, keys: ["j"]),
      screen("unverified-family", unverifiedFamily),
      `Golden frames`.Screen(
        name: "cause-unverified-family-80x24", columns: 80, rows: 24, store: unverifiedFamily),
      screen("stale-id", staleID(age: 723.2, since: 20)),
      screen("stale-id-replaced", staleID(age: 900, since: 180), keys: [.enter]),
    ]
  }()
}
