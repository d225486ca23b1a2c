public import MCPWire

/// Names one HTTP exchange for as long as the engine runs; never used twice.
public struct TransferID: Hashable, Sendable {
  public let number: UInt64

  public init(number: UInt64) {
    self.number = number
  }
}

/// One HTTP request, complete: the engine adds nothing to it.
public struct TransferRequest: Sendable {
  public enum Method: String, Sendable {
    case post = "POST"
    case get = "GET"
    case delete = "DELETE"
  }

  public let id: TransferID
  public let session: SessionKey
  public let purpose: Purpose
  public let method: Method
  public let url: Secret
  public var headers: [Header]
  public let body: String
  /// Limit of the whole exchange; absent for streams.
  public let timeout: Duration?
  /// Use no kept connection: the question is whether a new one works.
  public let freshConnection: Bool
  /// Begins a conversation: cookies of an earlier one do not go with it.
  public let isFirst: Bool
  /// The server's own proxy; absent means what the environment says.
  public let proxy: Secret?
  /// A file of further certificates to trust.
  public let caFile: String?
  /// A file with our own certificate (PEM), and one with its key where that stands elsewhere.
  public let clientCertificate: String?
  public let clientKey: String?

  /// The answer tells how it was reached: with which address, certificate and times.
  public var isMeasured = false
  /// Nothing is sent: it ends with the TLS handshake, whomever the other side turns out to be. So the
  /// certificate can be looked at that nobody trusts.
  public var isHandshakeOnly = false

  /// Whether it is a stream, which lasts as long as it can.
  public var isLasting: Bool { timeout == nil }
}

/// The head of an answer: what of it matters to a session.
public struct ResponseHead: Hashable, Sendable {
  public var status: Int
  public var contentType: String
  /// Every `Mcp-Session-Id` header, in order, as raw text: it is not checked yet.
  public var sessionIDs: [String]
  public var retryAfter: String?
  public var location: String?
  /// It sends a request that came over TLS on to an address without.
  public var isDowngrade = false
  /// What `WWW-Authenticate` says, header by header, as raw text.
  public var challenges: [String]
  /// The values of the cookies that it sets: from now on they go with requests and may be echoed.
  public var cookies: [String]
  /// How it was reached; only for a request that is measured.
  public var route: Route?

  public init(
    status: Int, contentType: String = "", sessionIDs: [String] = [], retryAfter: String? = nil,
    location: String? = nil, challenges: [String] = [], cookies: [String] = []
  ) {
    self.status = status
    self.contentType = contentType
    self.sessionIDs = sessionIDs
    self.retryAfter = retryAfter
    self.location = location
    self.challenges = challenges
    self.cookies = cookies
  }

  public var isSuccess: Bool { (200..<300).contains(status) }
  public var hasChallenge: Bool { !challenges.isEmpty }
}

/// What happens to a transfer, as the engine tells it.
public enum TransferEvent: Sendable {
  /// The head is complete; comes once, before any item.
  case head(ResponseHead)
  case item(ReplyReader.Item)
  /// What follows came in earlier than it is told: time that was ours, not the server's.
  case arrived(Instant)
  /// The last word on a transfer.
  case ended(TransferEnd)
}

/// Why a transfer failed, as the engine saw it. The words are libcurl's and may hold what a server, a proxy
/// or a certificate says; nobody sees them before they passed the session's gate.
public struct TransferFailure: Hashable, Sendable {
  public let type: ErrorType
  public let status: Int?
  /// libcurl's code.
  public let curlCode: Int?
  public let words: String
  /// The server wants a certificate of ours, or does not trust the one it got.
  public var isAboutOurCertificate = false

  public init(_ type: ErrorType, status: Int? = nil, curlCode: Int? = nil, words: String) {
    self.type = type
    self.status = status
    self.curlCode = curlCode
    self.words = words
  }
}

/// How a transfer ended.
public struct TransferEnd: Hashable, Sendable {
  /// Absent when no head came.
  public var head: ResponseHead?
  /// The beginning of the body as text, for classification and for people.
  public var excerpt: String
  /// Why the transfer itself failed: no connection, cut, limit. Absent when HTTP went well, whatever the
  /// status.
  public var failure: TransferFailure?
  /// The id of the last event of a stream, for resumption.
  public var lastEventID: String
  /// A connection that was kept from earlier turned out closed as the request was sent: this says nothing of
  /// the server, and the same question may be asked on a new connection.
  public var lostKeptConnection = false
  /// How far it came; only for a request that is measured.
  public var route: Route?

  public init(
    head: ResponseHead? = nil, excerpt: String = "", failure: TransferFailure? = nil, lastEventID: String = ""
  ) {
    self.head = head
    self.excerpt = excerpt
    self.failure = failure
    self.lastEventID = lastEventID
  }
}
