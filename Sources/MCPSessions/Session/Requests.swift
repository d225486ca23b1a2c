import MCPWire

// How the requests of a session look on the wire (specification 2025-11-25, "Streamable HTTP").

extension Session {
  /// Limits of each step, as long as the configuration says nothing shorter or, for connecting, else.
  enum StepLimit {
    static let initialize = Duration.seconds(15)
    static let exchange = Duration.seconds(10)
    static let delete = Duration.seconds(2)
  }

  mutating func newRequestID() -> Int64 {
    lastRequestID += 1
    return lastRequestID
  }

  /// Sends a POST and returns the exchange that waits for its answer.
  mutating func post(
    _ purpose: Purpose, _ body: String, requestID: Int64?, identity: Identity?, fresh: Bool = false,
    _ turn: inout Turn
  ) -> Exchange {
    let common = [
      Header(name: "Content-Type", value: "application/json"),
      Header(name: "Accept", value: "application/json, text/event-stream"),
    ]
    return send(
      purpose, .post, common, body: body, requestID: requestID, identity: identity, fresh: fresh, &turn)
  }

  mutating func openStream(_ identity: Identity, lastEventID: String, _ turn: inout Turn) -> TransferID {
    if identity.isModern {
      let requestID = newRequestID()
      return post(
        .stream, Outgoing.listen(id: requestID, client: server.client), requestID: requestID,
        identity: identity, &turn
      )
      .transfer
    }
    var common = [Header(name: "Accept", value: "text/event-stream")]
    if !lastEventID.isEmpty { common.append(Header(name: "Last-Event-ID", value: lastEventID)) }
    return send(.stream, .get, common, body: "", requestID: nil, identity: identity, fresh: false, &turn)
      .transfer
  }

  /// Asks for what follows an event of an answer.
  mutating func openPoll(_ identity: Identity?, lastEventID: String, _ turn: inout Turn) -> TransferID {
    let common = [
      Header(name: "Accept", value: "text/event-stream"), Header(name: "Last-Event-ID", value: lastEventID),
    ]
    return send(.poll, .get, common, body: "", requestID: nil, identity: identity, fresh: false, &turn)
      .transfer
  }

  /// Asks the server to end a session, with everything that the session's other requests carry.
  mutating func sayFarewell(_ identity: Identity, tries: Int = 0, _ turn: inout Turn) {
    guard let id = identity.id else { return }
    let exchange = send(
      .delete, .delete, [], body: "", requestID: nil, identity: identity, fresh: false, &turn)
    farewells[exchange.transfer] = Farewell(exchange: exchange, identity: identity, id: id, tries: tries)
  }

  /// The same at the address that the settings name beside the server's own, if it is of the same origin:
  /// what goes with it was configured for that.
  mutating func sayFarewellElsewhere(_ farewell: Farewell, _ first: Exchange.Outcome, _ turn: inout Turn)
    -> Bool
  {
    guard farewell.first == nil, let address = server.settings.terminateURL,
      address.origin == server.endpoint?.origin
    else { return false }
    let exchange = send(
      .delete, .delete, [], body: "", requestID: nil, identity: farewell.identity, fresh: false,
      url: address.url, &turn)
    farewells[exchange.transfer] = Farewell(
      exchange: exchange, identity: farewell.identity, id: farewell.id, first: first, tries: farewell.tries)
    return true
  }

  private mutating func send(
    _ purpose: Purpose, _ method: TransferRequest.Method, _ common: [Header], body: String,
    requestID: Int64?, identity: Identity?, fresh: Bool, url: Secret? = nil, _ turn: inout Turn
  ) -> Exchange {
    if let pipe { return write(body, to: pipe, purpose, requestID: requestID, &turn) }
    let headers = server.headers(of: purpose, common, identity)
    let transfer = turn.newTransferID()
    // The end of a session belongs to what it was part of, whatever has begun since; what an earlier run left
    // is a matter of its own.
    let isFarewell = purpose == .delete
    if channel == nil && [.initialize, .attach].contains(purpose) || conversation == nil && !isFarewell {
      conversation = transfer
    }
    let owner = identity?.conversation ?? (isFarewell ? nil : conversation) ?? transfer
    var request = TransferRequest(
      id: transfer, session: key, purpose: purpose, method: method,
      url: url ?? (channel?.endpoint ?? server.endpoint)?.url ?? Secret(""), headers: headers, body: body,
      timeout: timeout(of: purpose), freshConnection: fresh,
      conversation: owner, proxy: server.proxy,
      caFile: server.settings.caFile, clientCertificate: server.settings.clientCertificate,
      clientKey: server.settings.clientKey)
    request.origin = (channel?.endpoint ?? server.endpoint)?.origin
    // Beyond the end of what is awaited of a handshake that was given up.
    if purpose == .initialize { request.grace = Self.longestGrace + .seconds(1) }
    turn.actions.append(.send(request))
    let answerDue = channel == nil ? nil : timeout(of: purpose).map { turn.now.instant + $0 }
    return Exchange(
      transfer: transfer, purpose: purpose, requestID: requestID, sent: turn.now.instant,
      answerDue: requestID == nil ? nil : answerDue)
  }

  /// The same request as a line: the answer comes on the pipe that all answers come on, or not at all.
  private mutating func write(
    _ body: String, to pipe: Pipe, _ purpose: Purpose, requestID: Int64?, _ turn: inout Turn
  ) -> Exchange {
    turn.actions.append(.write(pipe.id, line: body))
    let due = timeout(of: purpose).map { turn.now.instant + $0 }
    return Exchange(
      transfer: turn.newTransferID(), purpose: purpose, requestID: requestID, sent: turn.now.instant,
      answerDue: requestID == nil ? nil : due)
  }

  private func timeout(of purpose: Purpose) -> Duration? {
    switch purpose {
    case .discover where pipe != nil && server.settings.wire == .automatic && !speaksModern:
      Self.discoveryLimit
    case .initialize, .discover: handshakeLimit
    case .initialized, .ping, .list, .call, .reply, .poll:
      // `timeout` of a file is made for tool calls and may be long; a probe must not wait for minutes.
      min(server.settings.requestTimeout ?? StepLimit.exchange, StepLimit.exchange)
    case .delete: StepLimit.delete
    case .attach, .stream: nil
    }
  }

  /// Opens the stream of HTTP+SSE.
  mutating func openChannel(_ turn: inout Turn) -> TransferID {
    send(
      .attach, .get, [Header(name: "Accept", value: "text/event-stream")], body: "", requestID: nil,
      identity: nil, fresh: false, &turn
    ).transfer
  }
}

extension Server {
  /// The headers of a request: `common` ones of its method, those of the session, and the server's own.
  func headers(of purpose: Purpose, _ common: [Header], _ identity: Identity?) -> [Header] {
    var headers = common
    if let identity {
      // HTTP+SSE is older than this header.
      if !identity.isOverStream {
        headers.append(Header(name: "MCP-Protocol-Version", value: identity.revision.rawValue))
      }
      if identity.isModern, let method = Session.methodHeader(purpose) { headers.append(method) }
      if let id = identity.id { headers.append(Header(name: "Mcp-Session-Id", value: id.revealed)) }
    }
    // Each header goes out once: the protocol's own are ours, all others are the configuration's.
    let ours = Set(headers.map { $0.name.lowercased() })
    headers += self.headers.filter { !ours.contains($0.name.lowercased()) }
    if !headers.contains(where: { $0.name.lowercased() == "user-agent" }) {
      headers.append(Header(name: "User-Agent", value: client.userAgent))
    }
    return headers
  }
}
