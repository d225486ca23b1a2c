import LoopbackServers
import MCPWire
import MCPSessions

// Redirects and credentials, statuses at initialize, in a session, on the stream, on DELETE.

/// What every request of these cases carries and no other origin may see.
private func withCredentials(_ fault: inout FaultCase) {
  fault.headers = [
    .init("Authorization", "Bearer s3cr3t-token-value"), .init("X-Api-Key", "s3cr3t-key-value"),
  ]
}

extension FaultCase {
  static let redirects: [FaultCase] = [
    FaultCase(
      "redir-307-same-origin", "307 to the same origin: followed by every request, method and body kept.",
      [.ready], [], [.initialized, .pinged, .sendsDelete], withCredentials,
      serve: { request, peer, _ in
        guard request.path == "/moved" else { return .status(307, [.init("Location", "/moved")]) }
        peer.behavior.path = "/moved"
        return peer.answer(request)
      }),
    FaultCase(
      "redir-307-other-host", "307 to another host name.", [.failed], [.redirectRefused],
      [.staysHere, .didNotGoOn], withCredentials,
      serve: { _, _, stage in
        .status(307, [.init("Location", "http://localhost:\(stage.otherPort)/redir-307-other-host")])
      }),
    FaultCase(
      "redir-308-other-port", "308 to another port.", [.failed], [.redirectRefused],
      [.staysHere, .didNotGoOn],
      withCredentials,
      serve: { _, _, stage in
        .status(308, [.init("Location", "http://127.0.0.1:\(stage.otherPort)/redir-308-other-port")])
      }),
    FaultCase(
      "redir-302", "302 to the same origin.", [.failed], [.redirectRefused],
      [.didNotGoOn, .atMost(4, "initialize")],
      serve: { _, _, _ in .status(302, [.init("Location", "/login")]) }),
    FaultCase(
      "redir-loop", "307 to itself without end.", [.failed], [.redirectRefused, .protocolError],
      [.didNotGoOn, .atMost(40, "initialize")],
      serve: { _, _, _ in .status(307, [.init("Location", "/mcp")]) }),
    FaultCase(
      "redir-to-link-local", "307 to the address of cloud metadata: must not be tried.", [.failed],
      [.redirectRefused], [.didNotGoOn],
      serve: { _, _, _ in .status(307, [.init("Location", "http://169.254.169.254/latest/meta-data/")]) }),
    FaultCase(
      "redir-no-location", "307 without a Location.", [.failed], [.redirectRefused, .protocolError],
      [.didNotGoOn], serve: { _, _, _ in .status(307) }),
    FaultCase(
      "redir-get-stream", "GET is answered with a 302 to another port.", [.ready], [.redirectRefused],
      Check.worksOn + [.staysHere]
    ) {
      withCredentials(&$0)
      $0.mayGoUnnoticed = true
    } serve: { request, peer, stage in
      request.method == "GET"
        ? .status(302, [.init("Location", "http://127.0.0.1:\(stage.otherPort)/redir-get-stream")])
        : peer.answer(request)
    },
  ]

  /// `initialize` is answered with this status, for good.
  private static func refused(
    _ status: Int, _ says: String, _ endings: Set<Ending>, _ errors: Set<ErrorType>, _ checks: [Check],
    _ headers: [Request.Header] = []
  ) -> FaultCase {
    FaultCase(
      "init-\(status)", says, endings, errors, checks,
      serve: fault(on: "initialize") { _, _ in Reply.text(status, "refused").with(headers) })
  }

  static let handshakeStatuses: [FaultCase] = [
    refused(
      400, "400 to initialize.", [.failed, .recovering], [.httpError, .protocolError],
      [.didNotGoOn, .atMost(6, "initialize")]),
    refused(
      401, "401 to initialize.", [.failed], [.authError], [.didNotGoOn, .atMost(2, "initialize")],
      [.init("WWW-Authenticate", "Bearer")]),
    refused(403, "403 to initialize.", [.failed], [.authError], [.didNotGoOn, .atMost(2, "initialize")]),
    refused(
      404, "404 to initialize, which carries no id: a wrong URL, not a lost session.",
      [.failed, .recovering],
      [.httpError], [.didNotGoOn, .atMost(6, "initialize"), .neverSays(.sessionTerminated)]),
    refused(410, "410 Gone.", [.failed, .recovering], [.httpError], Check.givesUpCalmly),
    refused(418, "A 4xx nobody plans for.", [.failed, .recovering], [.httpError], Check.givesUpCalmly),
    refused(500, "500 to initialize.", [.recovering], [.httpError], Check.givesUpCalmly),
    FaultCase(
      "init-429-retry-date", "429 with Retry-After as an HTTP date 3 s ahead.", [.recovering], [.rateLimited],
      [.didNotGoOn, .waited(.milliseconds(2_000))],
      // A date has whole seconds, so 3 s ahead may be little more than 2 s.
      serve: fault(on: "initialize") { _, _ in
        .status(429, [.init("Retry-After", httpDate(secondsAhead: 3))])
      }),
    FaultCase(
      "init-429-retry-seconds", "429 with Retry-After: 3.", [.recovering], [.rateLimited],
      [.didNotGoOn, .waited(.seconds(3))],
      serve: fault(on: "initialize") { _, _ in .status(429, [.init("Retry-After", "3")]) }),
    FaultCase(
      "init-429-retry-garbage", "Retry-After: soon.", [.recovering], [.rateLimited], Check.givesUpCalmly,
      serve: fault(on: "initialize") { _, _ in .status(429, [.init("Retry-After", "soon")]) }),
    FaultCase(
      "init-503-retry-after", "503 with Retry-After: 3.", [.recovering], [.httpError, .rateLimited],
      [.didNotGoOn, .waited(.seconds(3))],
      serve: fault(on: "initialize") { _, _ in .status(503, [.init("Retry-After", "3")]) }),
    FaultCase(
      "init-503-three-times", "503 three times, then well.", [.ready], [.httpError],
      Check.works + [.gapsGrow, .noImmediateRetry],
      serve: { request, peer, _ in
        request.kind == "initialize" && peer.count("initialize") <= 3
          ? .text(503, "starting") : peer.answer(request)
      }),
    FaultCase(
      "init-hang", "initialize is never answered.", [.recovering], [.sessionTimeout], [.didNotGoOn],
      serve: fault(on: "initialize") { _, _ in Reply([.silence]) }),
  ]

  static let sessionStatuses: [FaultCase] = [
    FaultCase(
      "ping-404", "The third ping is answered 404: the session is gone.", [.ready], [.sessionTerminated],
      Check.works + [.reinitializesSoon, .dropsDeadID],
      serve: fault(on: "ping", from: 3, only: true) { request, peer in
        peer.forgetAll()
        return peer.answer(request)
      }),
    FaultCase(
      "ping-404-expired-body", "404 whose error says 'session expired'.", [.ready],
      [.sessionExpired, .sessionTerminated], Check.works + [.reinitializesSoon, .dropsDeadID],
      serve: fault(on: "ping", from: 3, only: true) { request, peer in
        peer.forgetAll()
        return .failure(404, -32_001, "session expired", for: request.id)
      }),
    FaultCase(
      "ping-404-plain", "404 as a page of plain text.", [.ready], [.sessionTerminated],
      Check.works + [.reinitializesSoon, .dropsDeadID],
      serve: fault(on: "ping", from: 3, only: true) { _, peer in
        peer.forgetAll()
        return .text(404, "404 page not found")
      }),
    FaultCase(
      "ping-404-always", "Every ping is answered 404, in every session: its list tells of life.", [.ready],
      [.sessionTerminated], [.initialized, .gapsGrow, .atMost(2, "initialize")],
      serve: fault(on: "ping") { request, peer in
        if let id = request.sessionID { peer.forget(id) }
        return peer.answer(request)
      }),
    FaultCase(
      "ping-410", "410 in mid session.", [.ready], [.sessionExpired, .sessionTerminated],
      Check.works + [.reinitializesSoon, .dropsDeadID],
      serve: fault(on: "ping", from: 3, only: true) { _, peer in
        peer.forgetAll()
        return .text(410, "Gone")
      }),
    FaultCase(
      "ping-400-no-valid-session", "400 'No valid session ID provided', as old SDKs say it.", [.ready],
      [.sessionInvalid], Check.works + [.reinitializesSoon, .dropsDeadID],
      serve: fault(on: "ping", from: 3, only: true) { request, peer in
        peer.forgetAll()
        return .failure(400, -32_000, "Bad Request: No valid session ID provided", for: request.id)
      }),
    FaultCase(
      "ping-400-other", "400 for another reason.", [.ready, .recovering, .failed],
      [.httpError, .sessionInvalid, .protocolError], [.atMost(10, "initialize")],
      serve: fault(on: "ping", from: 3) { request, _ in
        .failure(400, -32_600, "Bad Request: Unsupported protocol version", for: request.id)
      }),
    FaultCase(
      "ping-401-mid", "401 in mid session: the token ran out.", [.failed], [.authError],
      [.atMost(4, "initialize")],
      serve: { request, peer, _ in
        peer.count("ping") > 2
          ? Reply.text(401, "token expired").with([
            .init("WWW-Authenticate", "Bearer error=\"invalid_token\"")
          ])
          : peer.answer(request)
      }),
    FaultCase(
      "ping-403-mid", "403 in mid session.", [.failed, .recovering], [.authError, .httpError],
      [.atMost(4, "initialize")],
      serve: { request, peer, _ in peer.count("ping") > 2 ? .text(403, "Forbidden") : peer.answer(request) }),
    FaultCase(
      "ping-500-once", "500 to one ping: the session lives.", [.ready], [.httpError], Check.worksOn,
      serve: fault(on: "ping", from: 3, only: true) { _, _ in .text(500, "oops") }),
    FaultCase(
      "ping-500-forever", "500 to every ping after the second.", [.recovering, .ready], [.httpError],
      [.atMost(8, "initialize")], serve: fault(on: "ping", from: 3) { _, _ in .text(500, "oops") }),
    FaultCase(
      "ping-429", "429 with Retry-After: 1 to one ping.", [.ready], [.rateLimited], Check.worksOn,
      serve: fault(on: "ping", from: 3, only: true) { _, _ in .status(429, [.init("Retry-After", "1")]) }),
    FaultCase(
      "ping-409", "409 in mid session: two of one.", [.ready], [.sessionConflict],
      Check.works + [.atMost(3, "initialize")],
      serve: fault(on: "ping", from: 3, only: true) { request, _ in
        .failure(409, -32_000, "Conflict", for: request.id)
      }),
    FaultCase(
      "ping-hang", "Pings are never answered, in every session.", [.recovering, .ready], [.sessionTimeout],
      [.atMost(8, "initialize")], serve: fault(on: "ping") { _, _ in Reply([.silence]) }),
    FaultCase(
      "ping-method-not-found", "200 with -32601 to ping: the session lives, ping is not spoken.", [.ready],
      [.rpcError, .protocolError], [.keepsSession, .initialized]
    ) {
      $0.mayGoUnnoticed = true
    } serve: { request, peer, _ in
      request.kind == "ping"
        ? .json(Reply.failureText(-32_601, "Method not found", for: request.id)) : peer.answer(request)
    },
    FaultCase(
      "initialized-400", "400 to notifications/initialized; pings with the id are answered.", [.ready],
      [.httpError, .sessionInvalid, .protocolError], [.atMost(1, "initialize")],
      serve: fault(on: "notifications/initialized") { _, _ in .text(400, "Bad Request") }),
    FaultCase(
      "initialized-hang", "notifications/initialized is never answered.", [.recovering, .ready],
      [.sessionTimeout],
      [], serve: fault(on: "notifications/initialized") { _, _ in Reply([.silence]) }),
  ]

  static let streams: [FaultCase] = [
    FaultCase(
      "get-405", "No stream is offered: not an error, and not asked again and again.", [.ready], [],
      Check.worksOn + [.atMost(2, "GET")]
    ) { $0.behavior.offersStream = false },
    FaultCase(
      "get-400", "400 to GET.", [.ready], [], Check.worksOn + [.atMost(5, "GET")],
      serve: fault(on: "GET") { _, _ in .text(400, "Bad Request") }),
    FaultCase(
      "get-404", "404 to GET while pings are answered: confirmed by a probe, no loss.", [.ready], [],
      Check.worksOn + [.atMost(5, "GET")], serve: fault(on: "GET") { _, _ in .text(404, "Not Found") }),
    FaultCase(
      "get-409-stuck", "409 to every GET of the first session, for good: the server leaked its stream.",
      [.ready],
      [.sessionConflict], Check.works + [.atMost(3, "initialize"), .atMost(12, "GET")],
      { $0.mayGoUnnoticed = true },
      serve: fault(on: "GET") { request, peer in
        peer.session(of: request)?.ordinal == 1 ? .text(409, "Conflict") : peer.answer(request)
      }),
    FaultCase(
      "get-200-json", "GET answered with a JSON document.", [.ready], [.protocolError],
      Check.worksOn + [.atMost(6, "GET")], serve: fault(on: "GET") { _, _ in .json("{}") }),
    FaultCase(
      "get-hang", "GET is never answered: it must not delay ready.", [.ready], [], Check.worksOn,
      serve: fault(on: "GET") { _, _ in Reply([.silence]) }),
    FaultCase(
      "get-idle-drop",
      "The stream is closed after a while each time: reopen quietly, same session, no alarm.",
      [.ready], [], Check.worksOn + [.usesFirstID, .reopensStream],
      serve: fault(on: "GET") { _, _ in Reply([.head(Reply.eventHead()), .pause(.seconds(2)), .finish]) }),
    FaultCase(
      "get-flap", "The stream is closed at once each time: no loop.", [.ready], [],
      Check.worksOn + [.atMost(12, "GET")],
      serve: fault(on: "GET") { _, _ in Reply([.head(Reply.eventHead()), .finish]) }),
  ]

  static let deletes: [FaultCase] = [
    FaultCase("delete-405", "DELETE is not allowed (legal).", [.ready], [], Check.deletedSession) {
      $0.behavior.allowsDelete = false
    },
    FaultCase(
      "delete-401", "401 to DELETE.", [.ready], [], Check.deletedSession,
      serve: fault(on: "DELETE") { _, _ in .text(401, "no") }),
    FaultCase(
      "delete-200-body", "DELETE answered with a large body.", [.ready], [], Check.deletedSession,
      serve: fault(on: "DELETE") { _, _ in .text(200, String(repeating: "bye ", count: 250_000)) }),
    FaultCase(
      "delete-hang", "DELETE is never answered: quitting takes no longer for it.", [.ready], [],
      Check.deletedSession,
      serve: fault(on: "DELETE") { _, _ in Reply([.silence]) }),
  ]
}

extension Check {
  static func neverSays(_ type: ErrorType) -> Check {
    Check("is-not-called-\(type.rawValue)") { $0.errors.contains(type) ? "it is" : nil }
  }
}
