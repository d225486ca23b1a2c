import MCPWire

// Which part of a session hears of what happened to a transfer.

extension Session {
  private static let cookieLimit = 16

  mutating func transfer(_ id: TransferID, _ event: TransferEvent, _ turn: inout Turn) {
    if case .head(let head) = event {
      turn.actions.append(.wayAnswered)
      learn(head, &turn)
    }
    if case .item(let item) = event, item != .comment { noteTraffic(&turn) }
    if case .heldBack = event { return noteHeldBack(&turn) }
    if farewells[id] != nil { return farewell(id, event, &turn) }
    if abandoned[id] != nil { return abandonedAnswered(id, event, &turn) }
    if let exchange = exchange(of: id) { (turn.request, turn.sent) = (exchange.purpose, exchange.sent) }
    if replies.isInFlight(id) { return replyAnswered(id, event, &turn) }
    if let channel, channel.stream == id { return channelSpoke(channel, event, &turn) }
    if case .item(.message(let message)) = event, isShakingHands(id) { serverSpoke(message, &turn) }
    switch state {
    case .attaching(let attachment) where attachment.transfer == id:
      attaching(attachment, event, &turn)
    case .initializing(let handshake) where handshake.exchange.transfer == id:
      initializeAnswered(handshake, event, &turn)
    case .discovering(let exchange) where exchange.transfer == id:
      discoverAnswered(exchange, event, &turn)
    case .confirming(let confirmation) where confirmation.exchange.transfer == id:
      initializedAnswered(confirmation, event, &turn)
    case .resuming(let resumption) where resumption.exchange.transfer == id:
      resumeAnswered(resumption, event, &turn)
    case .live(let live):
      liveTransfer(live, id, event, &turn)
    default:
      break  // late news of a transfer that no longer matters
    }
  }

  /// Whether a transfer is one by which the session is made or found again: what the server says and asks
  /// beside its answer is heard as in a live one.
  private func isShakingHands(_ id: TransferID) -> Bool {
    switch state {
    case .initializing, .confirming, .resuming: exchange(of: id) != nil
    default: false
    }
  }

  /// The exchange of the present state that a transfer belongs to.
  private func exchange(of id: TransferID) -> Exchange? {
    let exchange: Exchange? =
      switch state {
      case .initializing(let handshake): handshake.exchange
      case .discovering(let exchange): exchange
      case .confirming(let confirmation): confirmation.exchange
      default: awaited
      }
    return exchange?.transfer == id ? exchange : nil
  }

  /// What a server gives us to send back is in no text from then on, whether it will be used or not.
  private mutating func learn(_ head: ResponseHead, _ turn: inout Turn) {
    for id in head.sessionIDs.prefix(8) { turn.known.see(id, of: key) }
    for cookie in head.cookies where !cookies.contains(cookie) {
      redactor.learn(cookie)
      cookies.append(cookie)
      if cookies.count > Self.cookieLimit { redactor.forget(cookies.removeFirst()) }
    }
  }
}
