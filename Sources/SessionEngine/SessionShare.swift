import MCPSessions

/// What all requests of one session have in common, so that nobody has to look it up for each of them.
final class SessionShare {
  /// What the session may still send without waiting.
  var budget: Budget
  /// The conversations that were used last, the last one at the end: requests that end what an earlier one
  /// made go out when others are long under way.
  private var conversations: [(id: TransferID, conversation: Conversation)] = []
  /// More are forgotten; so many handshakes in a row are not even answered.
  private static let conversationLimit = 16

  init(at now: Instant) {
    budget = Budget(at: now)
  }

  func conversation(_ id: TransferID) -> Conversation {
    let place = conversations.firstIndex { $0.id == id }
    let found = place.map { conversations.remove(at: $0).conversation } ?? Conversation()
    conversations.append((id, found))
    if conversations.count > Self.conversationLimit { conversations.removeFirst() }
    return found
  }
}

/// What the requests of one session share from its handshake on; a late answer of an earlier one keeps its
/// own.
final class Conversation {
  var cookies = CookieJar()
  /// Where the server has sent requests on to: the next one of the kind goes there at once, for each that is
  /// sent on is another request.
  private var moved: [Place: String] = [:]
  private static let moveLimit = 16

  private struct Place: Hashable {
    let method: TransferRequest.Method
    let url: Secret

    init(_ request: TransferRequest) {
      (method, url) = (request.method, request.url)
    }
  }

  func address(of request: TransferRequest) -> String { moved[Place(request)] ?? request.url.revealed }

  func note(_ request: TransferRequest, movedTo address: String) {
    guard moved.count < Self.moveLimit || moved[Place(request)] != nil else { return }
    moved[Place(request)] = address
  }

  /// Where nothing is served the server is to say again where it is; who is to show another credential is at
  /// the right place.
  func note(_ head: ResponseHead, of request: TransferRequest) {
    if head.isRefusal, ![401, 403].contains(head.status) { moved[Place(request)] = nil }
  }
}
