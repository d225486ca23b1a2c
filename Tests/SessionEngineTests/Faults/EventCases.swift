import LoopbackServers
import MCPWire
import MCPSessions

// Event streams: how they are cut, what is in them, how much of it. Answers to POST come as streams in all of
// these; what is said of the stream is about GET.

extension FaultCase {
  /// A case whose answers to POST are event streams.
  private static func answers(
    _ name: String, _ says: String, _ endings: Set<Ending>, _ errors: Set<ErrorType>, _ checks: [Check],
    unnoticed: Bool = false,
    _ change: @escaping @Sendable (_ request: Request, _ reply: Reply, _ peer: inout Peer) -> Reply
  ) -> FaultCase {
    FaultCase(name, says, endings, errors, checks) {
      $0.behavior.answers = .events
      $0.mayGoUnnoticed = unnoticed
    } serve: { request, peer, _ in
      let reply = peer.answer(request)
      guard request.method == "POST", reply.head?.isChunked == true else { return reply }
      return change(request, reply, &peer)
    }
  }

  /// A case whose stream says this once and stays open.
  private static func stream(
    _ name: String, _ says: String, _ checks: [Check], errors: Set<ErrorType> = [], unnoticed: Bool = false,
    _ text: String
  ) -> FaultCase {
    FaultCase(
      name, says, [.ready], errors, checks, { $0.mayGoUnnoticed = unnoticed },
      serve: fault(on: "GET") { request, peer in openStream(text, from: request, &peer) })
  }

  static let events: [FaultCase] = [
    answers("sse-split-bytes", "Each byte in a packet of its own.", [.ready], [], Check.worksOn) {
      _, reply, _ in
      reply.inPieces(of: 1)
    },
    answers(
      "sse-crlf-split", "CRLF line ends with CR and LF in different packets.", [.ready], [], Check.worksOn
    ) { _, reply, _ in
      let lines = reply.body.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      let steps = lines.flatMap { line -> [Reply.Step] in
        [.body(bytes(line + "\r")), .pause(.milliseconds(3)), .body([0x0A]), .pause(.milliseconds(3))]
      }
      return Reply([reply.steps[0]] + steps + [.finish])
    },
    answers("sse-cr-only", "Lines end in CR.", [.ready], [], Check.worksOn) { _, reply, _ in
      Reply([reply.steps[0], .body(bytes(reply.body.replacing("\n", with: "\r"))), .finish])
    },
    answers("sse-bom", "A byte order mark before the first event.", [.ready], [], Check.worksOn) {
      _, reply, _ in
      Reply([reply.steps[0], .body([0xEF, 0xBB, 0xBF] + bytes(reply.body)), .finish])
    },
    answers(
      "sse-utf8-split", "A 4-byte character cut between packets.", [.ready], [],
      Check.worksOn + [.says("one 🦉 sits"), .neverSays("\u{FFFD}")]
    ) { request, reply, peer in
      guard request.kind == "ping", peer.count("ping") == 2 else { return reply }
      let message = event(logNotification(level: "info", logger: "owl", "one 🦉 sits"))
      return Reply([reply.steps[0], .body(bytes(message + reply.body)), .finish]).inPieces(of: 1)
    },
    answers(
      "sse-comments", "Comments, blank lines and unknown fields around the event.", [.ready], [],
      Check.worksOn
    ) {
      _, reply, _ in
      let text = ": hello\n\n\n\nx-unknown: 1\n: again\n\(reply.body): bye\n\nnonsense\n\n"
      return Reply([reply.steps[0], .body(bytes(text)), .finish])
    },
    answers(
      "sse-several-data-lines", "The message spread over several data lines.", [.ready], [], Check.worksOn
    ) {
      _, reply, _ in
      let text = reply.body.replacing(",\"id\"", with: ",\ndata: \"id\"")
      return Reply([reply.steps[0], .body(bytes(text)), .finish])
    },
    answers(
      "sse-notify-then-answer", "Notifications and a server request before the answer.", [.ready], [],
      Check.worksOn
    ) { request, reply, _ in
      guard request.kind == "ping" else { return reply }
      let before =
        event(logNotification(level: "info", logger: "a", "first"))
        + event(#"{"jsonrpc":"2.0","id":"server-1","method":"roots/list"}"#)
      return Reply([reply.steps[0], .body(bytes(before + reply.body)), .finish])
    },
    answers(
      "sse-answer-then-open", "The answer comes and the stream stays open.", [.ready], [], Check.worksOn
    ) {
      _, reply, _ in
      Reply([reply.steps[0], .body(bytes(reply.body)), .silence])
    },
    answers(
      "sse-other-event-name", "An event of another name before the answer.", [.ready], [], Check.worksOn
    ) {
      _, reply, _ in
      Reply([reply.steps[0], .body(bytes("event: tick\ndata: not json\n\n" + reply.body)), .finish])
    },
    answers(
      "sse-no-final-newline", "The stream ends before the blank line: the event is not dispatched.",
      [.recovering, .ready], [.protocolError, .connectionReset, .sessionTimeout], []
    ) { request, reply, _ in
      guard request.kind == "ping" else { return reply }
      return Reply([reply.steps[0], .body(bytes(String(reply.body.dropLast()))), .finish])
    },
    answers(
      "sse-truncated", "Half the answer to the third ping, then FIN.", [.recovering, .ready],
      [.protocolError, .connectionReset], Check.works
    ) { request, reply, peer in
      guard request.kind == "ping", peer.count("ping") == 3 else { return reply }
      return Reply([reply.steps[0], .body(bytes(String(reply.body.prefix(30)))), .close])
    },
    answers(
      "sse-bad-json", "An event that is not JSON, then the answer.", [.ready], [.protocolError], Check.works,
      unnoticed: true
    ) { request, reply, _ in
      guard request.kind == "ping" else { return reply }
      return Reply([reply.steps[0], .body(bytes(event("{oops") + reply.body)), .finish])
    },
    stream(
      "sse-retry-huge", "retry: 99999999999999999999, then the stream goes on.", Check.worksOn,
      "retry: 99999999999999999999\n\n"),
    FaultCase(
      "sse-id-unicode", "An id with characters beyond ASCII: resend its UTF-8 bytes or none.", [.ready], [],
      Check.worksOn + [.resumesWith("naïve-猫")],
      serve: fault(on: "GET") { _, _ in
        let text = "id: naïve-猫\n" + event(logNotification(level: "info", logger: "cat", "hello"))
        return Reply([.head(Reply.eventHead()), .body(bytes(text)), .pause(.seconds(1)), .finish])
      }),
    FaultCase(
      "sse-id-nul", "An id that holds NUL is ignored.", [.ready], [], Check.worksOn + [.resumesWith(nil)],
      serve: fault(on: "GET") { _, _ in
        let text = "id: a\u{0}b\n" + event(logNotification(level: "info", logger: "cat", "hello"))
        return Reply([.head(Reply.eventHead()), .body(bytes(text)), .pause(.seconds(1)), .finish])
      }),
    FaultCase(
      "sse-retry-honoured", "retry: 3000, then the stream ends: not reopened sooner.", [.ready], [],
      Check.worksOn + [.reopensAfter(.seconds(3))],
      serve: fault(on: "GET") { _, _ in eventStream("retry: 3000\n\n") }),
  ]

  /// Much of something; none of these shares a run with a case that measures time.
  static let floods: [FaultCase] = [
    FaultCase(
      "sse-huge-event",
      "One event of 256 MB without an end on the stream: dropped at a limit, the session lives.",
      [.ready], [.responseTooLarge, .protocolError], Check.worksOn + [.stopsReading, .atMost(10, "GET")],
      { $0.isHeavy = true },
      serve: fault(on: "GET") { _, _ in
        let part = [UInt8](repeating: 0x78, count: 65_536)
        return Reply([
          .head(Reply.eventHead()), .body(bytes("data: ")), .repeated(chunk(part), times: 4_096), .finish,
        ])
      }),
    FaultCase(
      "sse-comment-endless", "One comment line of 64 MB.", [.ready], [], Check.worksOn, { $0.isHeavy = true },
      serve: fault(on: "GET") { _, peer in
        guard peer.count("GET") == 1 else { return .stream() }
        let part = [UInt8](repeating: 0x78, count: 65_536)
        return Reply([
          .head(Reply.eventHead()), .body(bytes(": ")), .repeated(chunk(part), times: 1_024), .hold,
        ])
      }),
    FaultCase(
      "sse-flood-10k", "10 000 log notifications a second for 3 s.", [.ready], [], Check.worksOn,
      { $0.isHeavy = true },
      serve: fault(on: "GET") { _, peer in
        guard peer.count("GET") == 1 else { return .stream() }
        let part = Array(
          repeating: event(logNotification(level: "info", logger: "flood", "one of very many")), count: 500)
        return Reply([
          .head(Reply.eventHead()),
          .repeated(chunk(bytes(part.joined())), times: 60, every: .milliseconds(50)), .hold,
        ])
      }),
  ]
}

/// A chunk, for steps that repeat raw bytes.
private func chunk(_ bytes: [UInt8]) -> [UInt8] {
  Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + [0x0D, 0x0A]
}

extension Check {
  /// A log notification with this text reached the operator.
  static func says(_ text: String) -> Check {
    Check("tells '\(text)'") { evidence in
      let isTold = evidence.events.contains { $0.kind == .serverMessage && $0.message.text.contains(text) }
      return isTold ? nil : "nobody told it"
    }
  }

  static func neverSays(_ text: String) -> Check {
    Check("never tells '\(text)'") { evidence in
      evidence.texts.first { $0.contains(text) }.map { "it does: \($0)" }
    }
  }

  /// The second GET carries this Last-Event-ID, as UTF-8, or none at all.
  static func resumesWith(_ id: String?) -> Check {
    Check("resumes-with-\(id ?? "nothing")") { evidence in
      let streams = evidence.requests("GET")
      guard streams.count > 1 else { return "the stream was opened once" }
      let sent = streams[1].request["Last-Event-ID"]
      return sent == nil || sent == id ? nil : "it carries \(sent ?? "")"
    }
  }

  static func reopensAfter(_ time: Duration) -> Check {
    Check("reopens-the-stream-after-\(time)") { evidence in
      let streams = evidence.requests("GET")
      guard streams.count > 1 else { return "the stream was opened once" }
      let waited = streams[1].request.time - streams[0].request.time
      return waited < time ? "after \(waited)" : nil
    }
  }
}
