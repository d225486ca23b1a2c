import LoopbackServers
import MCPSessions

// Baselines, TCP, names, HTTP framing and bodies.

extension FaultCase {
  static let baselines: [FaultCase] = [
    FaultCase(
      "ok", "A well-behaved server: JSON answers, a stream, DELETE.", [.ready], [],
      Check.worksOn + [.sendsDelete]),
    FaultCase("ok-sse", "Answers every POST as text/event-stream.", [.ready], [], Check.worksOn) {
      $0.behavior.answers = .events
    },
    FaultCase(
      "ok-no-session-id", "Assigns no session id: later requests carry none.", [.ready], [],
      Check.works + [.inventsNoID]
    ) { $0.behavior.isStateful = false },
    FaultCase(
      "ok-2025-06-18", "Speaks up to 2025-06-18.", [.ready], [], Check.worksOn + [.speaks("2025-06-18")]
    ) {
      $0.behavior.versions = ["2025-06-18", "2025-03-26"]
    },
    FaultCase(
      "ok-2025-03-26", "Speaks 2025-03-26 only.", [.ready], [], Check.worksOn + [.speaks("2025-03-26")]
    ) {
      $0.behavior.versions = ["2025-03-26"]
    },
  ]

  static let connections: [FaultCase] = [
    FaultCase(
      "tcp-refused", "Nothing listens on the port.", [.recovering], [.connectRefused], [.sendsNothing]
    ) {
      $0.behavior.door = .refusing
    },
    FaultCase(
      "tcp-accept-reset", "Every connection is reset at once.", [.recovering], [.connectionReset], [.gapsGrow]
    ) { $0.behavior.door = .resetting },
    FaultCase(
      "tcp-fin-after-request", "initialize is read, then FIN without an answer.", [.recovering],
      [.connectionReset, .emptyReply], Check.givesUpCalmly,
      serve: fault(on: "initialize") { _, _ in Reply([.close]) }),
    FaultCase(
      "tcp-rst-after-request", "initialize is read, then RST without an answer.", [.recovering],
      [.connectionReset],
      Check.givesUpCalmly, serve: fault(on: "initialize") { _, _ in Reply([.reset]) }),
    FaultCase(
      "tcp-rst-mid-body", "RST in the middle of the body.", [.recovering], [.connectionReset],
      Check.givesUpCalmly,
      serve: fault(on: "initialize") { request, peer in
        var reply = peer.answer(request)
        reply.steps = [
          reply.steps[0], .raw(bytes(String(reply.body.prefix(20)))), .pause(.milliseconds(50)), .reset,
        ]
        return reply
      }),
    FaultCase(
      "tcp-half-open",
      "From 2 s to 6 s nothing is answered and nothing closed; then the same sessions are known.",
      [.ready], [.sessionTimeout], Check.works + [.pingedAfter(.seconds(7))],
      serve: { request, peer, _ in
        let isSilent = request.time > .seconds(2) && request.time < .seconds(6)
        return isSilent ? Reply([.silence]) : peer.answer(request)
      }),
  ]

  static let addresses: [FaultCase] = [
    FaultCase(
      "dns-nxdomain",
      "The host name cannot be resolved: a label over 63 letters, so no packet leaves the machine.",
      [.recovering], [.dnsError], [.sendsNothing]
    ) { $0.url = "http://\(String(repeating: "x", count: 64)).invalid/mcp" },
    FaultCase(
      "url-file-scheme", "The URL is file:///etc/hostname.", [.failed], [.configError], [.sendsNothing]
    ) {
      $0.url = "file:///etc/hostname"
    },
    FaultCase(
      "tls-stall", "The TLS handshake never gets an answer.", [.recovering],
      [.connectTimeout, .sessionTimeout, .tlsError], [.sendsNothing]
    ) {
      $0.behavior.door = .silent
      $0.url = "https"
    },
    FaultCase(
      "tls-plain-http", "Plain HTTP where TLS is asked for.", [.recovering, .failed], [.tlsError],
      [.sendsNothing]
    ) { $0.url = "https" },
  ]

  static let bodies: [FaultCase] = [
    FaultCase(
      "http-bad-status-line", "The status line is words.", [.failed, .recovering], [.protocolError],
      Check.givesUpCalmly,
      serve: fault(on: "initialize") { _, _ in Reply([.raw(bytes("All is well, come in\r\n\r\n")), .close]) }),
    FaultCase(
      "http-header-no-colon", "A header line without a colon, else all is well.",
      [.ready, .recovering, .failed],
      [.protocolError]
    ) {
      $0.mayGoUnnoticed = true
      $0.behavior.isStateful = false
    } serve: { request, peer, _ in
      let reply = peer.answer(request)
      guard request.kind == "initialize" else { return reply }
      let head = [
        "HTTP/1.1 200 OK", "Content-Type: application/json", "there is no colon here",
        "Content-Length: \(reply.body.utf8.count)", "", "",
      ]
      return Reply([.raw(bytes(head.joined(separator: "\r\n") + reply.body))])
    },
    FaultCase(
      "http-headers-60000", "60 000 response headers, 700 KB.", [.failed, .recovering],
      [.responseTooLarge, .protocolError], [.didNotGoOn]
    ) {
      $0.isHeavy = true
    } serve: { request, peer, _ in
      peer.answer(request).with((0..<60_000).map { .init("X-\($0)", "v") })
    },
    FaultCase(
      "http-header-huge", "One header of 200 KB.", [.failed, .recovering],
      [.responseTooLarge, .protocolError],
      [.didNotGoOn],
      serve: fault(on: "initialize") { request, peer in
        peer.answer(request).with([.init("X-Huge", String(repeating: "x", count: 200_000))])
      }),
    FaultCase(
      "http-ping-body-slow", "The body of a ping's answer drips, a byte a second.", [.recovering, .ready],
      [.sessionTimeout], [],
      serve: fault(on: "ping", from: 3) { request, peer in
        peer.answer(request).inPieces(of: 1, every: .seconds(1))
      }),
    FaultCase(
      "http-chunk-bad-size", "Chunked with a size that is not hex.", [.failed, .recovering], [.protocolError],
      [.didNotGoOn],
      serve: fault(on: "initialize") { _, _ in
        unframed(
          200, [("Content-Type", "application/json"), ("Transfer-Encoding", "chunked")],
          "zz\r\n{}\r\n0\r\n\r\n")
      }),
    FaultCase(
      "http-length-negative", "Content-Length: -1.", [.failed, .recovering], [.protocolError], [.didNotGoOn],
      serve: fault(on: "initialize") { request, peer in
        peer.answer(request).withHeader("Content-Length", "-1")
      }),
    FaultCase(
      "http-length-too-long", "Content-Length says more than comes before FIN.", [.failed, .recovering],
      [.protocolError, .connectionReset], [.didNotGoOn],
      serve: fault(on: "initialize") { request, peer in
        var reply = peer.answer(request).withHeader("Content-Length", "5000")
        reply.steps.append(.close)
        return reply
      }),
    FaultCase(
      "http-no-length", "Neither length nor chunks: the body ends with the connection (legal).", [.ready], [],
      Check.works,
      serve: { request, peer, _ in
        var reply = peer.answer(request)
        guard request.method == "POST", case .head(var head)? = reply.steps.first else { return reply }
        head.headers.removeAll { $0.name == "Content-Length" }
        head.headers.append(.init("Connection", "close"))
        reply.steps[0] = .head(head)
        reply.steps.append(.close)
        return reply
      }),
    FaultCase(
      "http-204-initialize", "204 No Content to initialize.", [.failed, .recovering], [.protocolError],
      Check.givesUpCalmly, serve: fault(on: "initialize") { _, _ in Reply([.head(Reply.Head(204))]) }),
    FaultCase(
      "http-202-initialize", "202 Accepted to initialize.", [.failed, .recovering], [.protocolError],
      Check.givesUpCalmly, serve: fault(on: "initialize") { _, _ in .status(202) }),
    FaultCase(
      "http-empty-200", "200 with an empty body.", [.failed, .recovering], [.protocolError],
      Check.givesUpCalmly,
      serve: fault(on: "initialize") { _, _ in .json("") }),
    FaultCase(
      "http-ping-body-endless", "The body of a ping's answer never ends.", [.ready, .recovering],
      [.responseTooLarge, .protocolError], [.stopsReading]
    ) {
      $0.isHeavy = true
    } serve: { request, peer, _ in
      guard request.kind == "ping", peer.count("ping") > 2 else { return peer.answer(request) }
      let part = [UInt8](repeating: 0x20, count: 65_536)
      return Reply([
        .head(Reply.Head(200, [.init("Content-Type", "application/json")])), .repeated(part, times: .max),
      ])
    },
    FaultCase(
      "http-gzip-corrupt", "Content-Encoding: gzip, and noise.", [.failed, .recovering], [.protocolError],
      [.didNotGoOn],
      serve: fault(on: "initialize") { request, peer in
        peer.answer(request).withBody("\u{1F}not gzip at all").withHeader("Content-Encoding", "gzip")
      }),
    FaultCase(
      "http-content-type-params", "application/json; charset=utf-8, in odd case (legal).", [.ready], [],
      Check.works,
      serve: { request, peer, _ in
        let reply = peer.answer(request)
        return request.method == "POST" && reply.head?.status == 200
          ? reply.withHeader("Content-Type", "Application/JSON;  Charset=\"UTF-8\"") : reply
      }),
    FaultCase(
      "http-content-type-html", "A page instead of an answer.", [.failed, .recovering], [.protocolError],
      Check.givesUpCalmly,
      serve: fault(on: "initialize") { _, _ in
        .document(200, type: "text/html", bytes("<html><body>Please log in to the Wi-Fi</body></html>"))
      }),
  ]
}

extension Check {
  /// Every later request says the revision that was agreed on.
  static func speaks(_ version: String) -> Check {
    Check("speaks-\(version)") { evidence in
      evidence.requests.first {
        $0.request.kind != "initialize" && $0.request["MCP-Protocol-Version"] != version
      }
      .map { "\($0.request.kind) says \($0.request["MCP-Protocol-Version"] ?? "nothing")" }
    }
  }

  /// Probes go on after this time since the server's start.
  static func pingedAfter(_ time: Duration) -> Check {
    Check("pings-again-after-\(time)") { evidence in
      evidence.requests("ping").contains { $0.request.time > time && $0.status == 200 }
        ? nil : "no ping was answered"
    }
  }
}
