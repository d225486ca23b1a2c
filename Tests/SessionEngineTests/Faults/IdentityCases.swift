import LoopbackServers
import MCPWire
import MCPSessions

// Session ids, text that reaches a terminal, outages.

/// The id that `initialize` gives, whatever it is.
private func gives(_ id: String) -> FaultCase.Serve {
  fault(on: "initialize") { request, peer in
    let good = peer.answer(request)
    if let given = good.head?.headers.first(where: { $0.name == "Mcp-Session-Id" }) {
      peer.forget(given.value)
    }
    peer.open(id: id, version: "2025-11-25")
    return good.withHeader("Mcp-Session-Id", id)
  }
}

/// A log notification on the stream.
private func logs(_ text: @escaping @Sendable (_ request: Request) -> String) -> FaultCase.Serve {
  fault(on: "GET") { request, peer in
    openStream(event(logNotification(level: "warning", logger: "log", text(request))), from: request, &peer)
  }
}

private let escapes = "\u{1B}]0;pwned\u{7}\u{1B}[2J\u{9B}31m\u{1B}[?1049h\r\n\t\u{8}"

extension FaultCase {
  static let sessionIDs: [FaultCase] = [
    FaultCase(
      "sid-empty", "An empty Mcp-Session-Id.", [.failed, .recovering, .ready],
      [.sessionInvalid, .protocolError],
      [.neverSends("")], { $0.mayGoUnnoticed = true }, serve: gives("")),
    FaultCase(
      "sid-tab", "A session id with a tab inside.", [.failed, .recovering],
      [.sessionInvalid, .protocolError],
      [.neverSends("a\tb"), .atMost(6, "initialize")], serve: gives("a\tb")),
    FaultCase(
      "sid-escape", "A session id with a terminal title.", [.failed, .recovering],
      [.sessionInvalid, .protocolError],
      [.neverSends("\u{1B}]0;x"), .atMost(6, "initialize")], serve: gives("\u{1B}]0;x")),
    FaultCase(
      "sid-unicode", "A session id beyond ASCII.", [.failed, .recovering], [.sessionInvalid, .protocolError],
      [.neverSends("sitzung-ü"), .atMost(6, "initialize")], serve: gives("sitzung-ü")),
    FaultCase(
      "sid-20k", "A session id of 20 000 letters: refused, or carried.", [.failed, .recovering, .ready],
      [.sessionInvalid], [], { $0.mayGoUnnoticed = true }, serve: gives(String(repeating: "a", count: 20_000))
    ),
    FaultCase(
      "sid-markup", "A session id that is markup and a format string.", [.ready], [],
      Check.worksOn + [.usesFirstID], serve: gives("%s%n%x[red]${x}<b>")),
    FaultCase(
      "sid-two", "Two different ids in one answer.", [.failed, .recovering, .ready],
      [.sessionConflict, .sessionInvalid],
      [.atMost(6, "initialize")],
      serve: fault(on: "initialize") { request, peer in
        let second = peer.open(id: "the-other-id-\(peer.opened + 1)", version: "2025-11-25")
        return peer.answer(request).with([.init("Mcp-Session-Id", second.id)])
      }),
    FaultCase(
      "sid-changed", "A ping's answer carries another session id: report, keep ours.", [.ready],
      [.sessionConflict, .sessionInvalid, .protocolError],
      Check.works + [.usesFirstID, .atMost(3, "initialize")],
      serve: fault(on: "ping") { request, peer in
        peer.answer(request).withHeader("Mcp-Session-Id", "somebody-elses-id")
      }),
    FaultCase(
      "sid-on-error", "A 500 to the first initialize carries a session id: it must not be used.",
      [.recovering, .ready], [.httpError], [.idFromErrorUnused],
      serve: fault(on: "initialize", from: 1, only: true) { _, _ in
        Reply.text(500, "oops").with([.init("Mcp-Session-Id", "from-an-error")])
      }),
  ]

  static let texts: [FaultCase] = [
    FaultCase(
      "esc-server-name", "Escape sequences in serverInfo.", [.ready], [],
      Check.works + [.name(contains: "]0;pwned")],
      serve: fault(on: "initialize") { request, peer in
        let quoted = JSONWriter.quoted("evil\(escapes)server").dropFirst().dropLast()
        return peer.answer(request).replacing("loopback", with: String(quoted))
      }),
    FaultCase(
      "esc-error-message", "Escape sequences in the message of an error.", [.failed, .recovering],
      [.rpcError],
      [.didNotGoOn],
      serve: fault(on: "initialize") { request, _ in
        .json(Reply.failureText(-32_603, "evil\(escapes)error", for: request.id))
      }),
    FaultCase(
      "esc-error-page", "Escape sequences in a page of plain text.", [.recovering], [.httpError],
      [.didNotGoOn],
      serve: fault(on: "initialize") { _, _ in .text(500, "evil\(escapes)page") }),
    FaultCase(
      "esc-redirect-location", "Escape sequences in a Location.", [.failed],
      [.redirectRefused, .protocolError],
      [.didNotGoOn],
      serve: { _, _, _ in .status(307, [.init("Location", "http://127.0.0.2/\u{1B}]0;pwned\u{7}")]) }),
    FaultCase(
      "esc-log-message", "Escape sequences in a log notification.", [.ready], [],
      Check.worksOn + [.says("]0;pwned")],
      serve: logs { _ in "evil\(escapes)line" }),
    FaultCase(
      "bidi-override", "Characters that turn the direction of text.", [.ready], [],
      Check.worksOn + [.says("evil")],
      serve: logs { _ in "evil \u{202E}txt.exe\u{2066}\u{200F} line\u{2028}two" }),
    FaultCase(
      "wide-and-emoji", "Double width, emoji families, flags, Hangul, variation selectors.", [.ready], [],
      Check.works + [.name(contains: "猫")],
      serve: fault(on: "initialize") { request, peer in
        peer.answer(request).replacing("loopback", with: "猫👨‍👩‍👧‍👦🇩🇪한글☎️e\u{301}")
      }),
    FaultCase(
      "secret-in-log", "A log message that repeats our token and our session id.", [.ready], [],
      Check.works + [.says("you sent")]
    ) {
      $0.headers = [
        .init("Authorization", "Bearer s3cr3t-token-value"), .init("X-Api-Key", "s3cr3t-key-value"),
      ]
    } serve: { request, peer, _ in
      guard request.kind == "GET" else { return peer.answer(request) }
      let seen = [request["Authorization"], request["X-Api-Key"], request.sessionID].compactMap { $0 }
      let text = "you sent " + seen.joined(separator: " and ")
      return openStream(event(logNotification(level: "warning", logger: "log", text)), from: request, &peer)
    },
  ]

  /// An outage of 3 s, 1 s after the first session.
  private static func outage(
    _ name: String, _ says: String, _ door: Door, _ errors: Set<ErrorType>, _ checks: [Check]
  ) -> FaultCase {
    FaultCase(name, says, [.ready], errors, checks) {
      $0.behavior.restart = Restart(.afterFirstSession(.seconds(1)), lasts: .seconds(3), door: door)
      // How often is asked while it lasts is judged at a pace that people may have.
      $0.settings = {
        $0.retryDelay = .seconds(1)
        $0.pingInterval = .seconds(1)
      }
    }
  }

  static let outages: [FaultCase] = [
    outage(
      "restart-refused", "Every connection reset, the port refuses for 3 s, then no session is known.",
      .refusing,
      [.connectRefused, .connectionReset, .sessionTerminated], [.fewAttemptsWhileDown, .cameBack]),
    outage(
      "restart-reset", "The same, but connections are accepted and reset.", .resetting,
      [.connectionReset, .sessionTerminated], [.fewAttemptsWhileDown, .cameBack]),
    outage(
      "restart-503", "The same behind a gateway: every request gets 503.", .answering(503),
      [.httpError, .sessionTerminated], [.fewAttemptsWhileDown, .cameBack]),
    outage(
      "restart-hang", "The same, but nothing is answered and nothing closed.", .silent,
      [.sessionTimeout, .sessionTerminated], []),
    FaultCase(
      "degraded-slow", "Every answer takes 700 ms: slow, not down.", [.ready], [], Check.worksOn
    ) { $0.behavior.latency = .milliseconds(700) },
  ]
}
