package import MCPWire

/// Names one HTTP exchange for as long as the engine runs; never used twice.
package struct TransferID: Hashable, Sendable {
  package let number: UInt64

  package init(number: UInt64) {
    self.number = number
  }
}

/// One HTTP request, complete: the engine adds nothing to it.
package struct TransferRequest: Sendable {
  package enum Method: String, Sendable {
    case post = "POST"
    case get = "GET"
    case delete = "DELETE"
  }

  package let id: TransferID
  package let session: SessionKey
  package let purpose: Purpose
  package let method: Method
  package let url: Secret
  /// That of the url, where it is known already.
  package var origin: Origin?
  package var headers: [Header]
  package let body: String
  /// Limit of the whole exchange; absent for streams.
  package let timeout: Duration?
  /// How much longer an answer is awaited to a request that its sender gave up at its limit: what it made is
  /// to be ended.
  package var grace = Duration.zero
  /// Use no kept connection: the question is whether a new one works.
  package let freshConnection: Bool
  /// What it belongs to, named after the request that began it: whenever it goes out, it carries the cookies
  /// of this conversation and no other.
  package let conversation: TransferID
  /// The server's own proxy; absent means what the environment says.
  package let proxy: Secret?
  /// A file of further certificates to trust.
  package let caFile: String?
  /// A file with our own certificate (PEM), and one with its key where that stands elsewhere.
  package let clientCertificate: String?
  package let clientKey: String?

  /// The answer tells how it was reached: with which address, certificate and times.
  package var isMeasured = false
  /// Nothing is sent: it ends with the TLS handshake, whomever the other side turns out to be. So the
  /// certificate can be looked at that nobody trusts.
  package var isHandshakeOnly = false

  /// How long the body of an answer whose head refuses is awaited: it explains, and the head decides.
  package static let refusalLimit = Duration.seconds(1)

  /// Whether it is a stream, which lasts as long as it can.
  package var isLasting: Bool { timeout == nil }
}

/// The head of an answer: what of it matters to a session.
package struct ResponseHead: Hashable, Sendable {
  package var status: Int
  package var contentType: String
  /// Every `Mcp-Session-Id` header, in order, as raw text: it is not checked yet.
  package var sessionIDs: [String]
  package var retryAfter: String?
  package var location: String?
  /// Where a `Refresh` header sends a browser.
  package var refresh: String?
  /// What stands in front of the server, where a header of its own says so.
  package var doorkeeper: Doorkeeper?
  /// It sends a request that came over TLS on to an address without.
  package var isDowngrade = false
  /// What `WWW-Authenticate` says, header by header, as raw text.
  package var challenges: [String]
  /// What the server wants to read in the next proof that a token is ours (RFC 9449 section 8.2).
  package var proofNonce: String?
  /// The values of the cookies that it sets: from now on they go with requests and may be echoed.
  package var cookies: [String]
  /// How it was reached; only for a request that is measured.
  package var route: Route?

  package init(
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

  package var isSuccess: Bool { (200..<300).contains(status) }
  /// It says that what was asked is not done; that stands, whatever becomes of its body.
  package var isRefusal: Bool { !isSuccess }
  /// The same where its body cannot be used: of what kind that is says nothing then.
  package var withoutBody: ResponseHead {
    var head = self
    head.contentType = ""
    return head
  }
  package var hasChallenge: Bool { !challenges.isEmpty }
}

/// What happens to a transfer, as the engine tells it.
package enum TransferEvent: Sendable {
  /// Whether the request is with the server, which may do what it asks from here on; not any more when it was
  /// sent back for another credential. Told of those that have a grace.
  case sent(Bool)
  /// The head is complete; comes once, before any item.
  case head(ResponseHead)
  case item(ReplyReader.Item)
  /// What follows came in earlier than it is told: time that was ours, not the server's.
  case arrived(Instant)
  /// The session gets more than is read of it, which waits; told once a second while that is so.
  case heldBack
  /// The last word on a transfer.
  case ended(TransferEnd)
}

/// Why a transfer failed, as the engine saw it. The words are libcurl's and may hold what a server, a proxy
/// or a certificate says; nobody sees them before they passed the session's gate.
package struct TransferFailure: Hashable, Sendable {
  package let type: ErrorType
  package let status: Int?
  /// libcurl's code.
  package let curlCode: Int?
  package let words: String
  /// What that is, where it has a name and a remedy of its own.
  package var flaw: TransferFlaw?
  /// The `Retry-After` of a proxy that refused the way.
  package var retryAfter: String?

  package init(_ type: ErrorType, status: Int? = nil, curlCode: Int? = nil, words: String) {
    self.type = type
    self.status = status
    self.curlCode = curlCode
    self.words = words
  }
}

extension Gate {
  /// What the engine says of a transfer: libcurl's buffer of 256 bytes cuts what it holds.
  func text(of failure: TransferFailure) -> ForeignText {
    text(CutText(failure.words, wasCut: failure.words.utf8.count >= 255))
  }
}

/// How a transfer ended.
package struct TransferEnd: Hashable, Sendable {
  /// Absent when no head came.
  package var head: ResponseHead?
  /// The beginning of the body as text, for classification and for people.
  package var excerpt: CutText
  /// Why the transfer itself failed: no connection, cut, limit. Absent when HTTP went well, whatever the
  /// status, and when the head refuses: that is the answer, and its body would only have explained it.
  package private(set) var failure: TransferFailure?
  /// The id of the last event of a stream, for resumption.
  package var lastEventID: String
  /// A connection that was kept from earlier turned out closed as the request was sent: this says nothing of
  /// the server, and the same question may be asked on a new connection.
  package var lostKeptConnection = false
  /// How far it came; only for a request that is measured.
  package var route: Route?

  package init(
    head: ResponseHead? = nil, excerpt: CutText = "", failure: TransferFailure? = nil,
    lastEventID: String = ""
  ) {
    self.head = head
    self.excerpt = excerpt
    self.lastEventID = lastEventID
    if let failure { fail(failure) }
  }

  /// The transfer did not come to a good end.
  package mutating func fail(_ failure: TransferFailure) {
    // What there is of the body is its beginning.
    excerpt = CutText(excerpt.text, wasCut: true)
    guard let head, head.isRefusal else { return self.failure = failure }
    self.head = head.withoutBody
  }
}
