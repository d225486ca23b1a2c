import MCPSessions

/// Reads the heads of one answer, line by line: interim ones, a proxy's, and the one that counts.
struct HeadReader {
  /// Why a head cannot be used.
  enum Flaw: Error, Hashable {
    case tooLarge(limit: Int)
    case twoLengths
    case onlyInterim

    var error: TransferFailure {
      switch self {
      case .tooLarge(let limit):
        TransferFailure(.responseTooLarge, words: "the head of the answer is over \(limit) bytes")
      case .twoLengths: TransferFailure(.protocolError, words: "the head of the answer has two lengths")
      case .onlyInterim:
        TransferFailure(
          .emptyReply, words: "over \(HeadReader.interimLimit) interim answers (1xx) and no answer")
      }
    }
  }

  /// The head, once it is complete.
  private(set) var head: ResponseHead?
  /// Whether a complete head brought cookies that nobody has asked for yet.
  private(set) var hasNewCookies = false
  private let limit: Int
  private var bytes = 0
  private var heads = 0
  private var lengths = 0
  private var isInSessionID = false
  private var pending = ResponseHead(status: 0)

  /// Interim answers that are read before one answer; RFC 9110 section 15.2 sets no bound.
  private static let interimLimit = 16
  private static let sessionIDLimit = 8
  private static let locationLimit = 2_048
  private static let cookieLimit = 16
  private static let challengeLimit = 8

  /// `limit` bounds all heads of the answer together, in bytes.
  init(limit: Int) {
    self.limit = limit
  }

  /// Whether the line of `bytes` completed a head, the final one or an interim one.
  mutating func take(_ bytes: some Collection<UInt8>) throws(Flaw) -> Bool {
    self.bytes += bytes.count
    guard self.bytes <= limit else { throw .tooLarge(limit: limit) }
    let line = String(decoding: bytes, as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      try begin(line)
    } else if line == "\r\n" || line == "\n" {
      if pending.status >= 200 { head = pending }
      return true
    } else if line.hasPrefix(" ") || line.hasPrefix("\t") {
      // A folded line (RFC 9112 section 5.2) belongs to the one before; no id may hold a line break.
      if isInSessionID, let last = pending.sessionIDs.indices.last {
        pending.sessionIDs[last] += "\n" + line.prefix(256)
      }
    } else {
      try header(line)
    }
    return false
  }

  /// No more of it will come, or be read: what it began to say counts, for its status says most of it; that
  /// of a success only where that may count without the rest.
  mutating func close(unlessSuccess: Bool) {
    guard head == nil, pending.status >= 200, !(unlessSuccess && pending.isSuccess) else { return }
    head = pending
  }

  /// The cookies have been looked at.
  mutating func forgetCookies() { hasNewCookies = false }

  private mutating func begin(_ line: String) throws(Flaw) {
    let words = line.split(separator: " ", maxSplits: 2)
    pending = ResponseHead(status: words.count > 1 ? Int(words[1].prefix(3)) ?? 0 : 0)
    (lengths, isInSessionID) = (0, false)
    heads += 1
    guard heads <= Self.interimLimit else { throw .onlyInterim }
  }

  private mutating func header(_ line: String) throws(Flaw) {
    isInSessionID = false
    guard let colon = line.firstIndex(of: ":") else { return }
    let spaces: Set<Character> = [" ", "\t", "\r", "\n", "\r\n"]
    var value = line[line.index(after: colon)...].drop { spaces.contains($0) }
    while let last = value.last, spaces.contains(last) { value.removeLast() }
    switch line[..<colon].lowercased() {
    case "content-type": pending.contentType = String(value)
    case "content-length":
      lengths += 1
      guard lengths == 1 else { throw .twoLengths }
    case "mcp-session-id" where pending.sessionIDs.count < Self.sessionIDLimit:
      pending.sessionIDs.append(String(value))
      isInSessionID = true
    // Of two the longer one; a proxy may have added its own.
    case "retry-after" where (Double(value) ?? 0) >= (pending.retryAfter.flatMap(Double.init) ?? 0):
      pending.retryAfter = String(value)
    case "location": pending.location = String(value.prefix(Self.locationLimit))
    case "refresh": pending.refresh = refreshTarget(String(value.prefix(Self.locationLimit)))
    case "www-authenticate" where pending.challenges.count < Self.challengeLimit:
      pending.challenges.append(String(value.prefix(Self.locationLimit)))
    case "dpop-nonce": pending.proofNonce = String(value.prefix(Self.locationLimit))
    case "set-cookie":
      hasNewCookies = true
      let cookie = value.prefix { $0 != ";" }.drop { $0 != "=" }.dropFirst()
      if pending.cookies.count < Self.cookieLimit, !cookie.isEmpty { pending.cookies.append(String(cookie)) }
    case let name: note(Self.doorkeeper(name, value))
    }
  }

  /// Who says that it turned the request away is told before who only stands there.
  private mutating func note(_ doorkeeper: Doorkeeper?) {
    guard let doorkeeper, pending.doorkeeper?.hasActed != true else { return }
    if pending.doorkeeper == nil || doorkeeper.hasActed { pending.doorkeeper = doorkeeper }
  }

  /// Who stands in front of a server, by a header that only it sends.
  private static func doorkeeper(_ name: String, _ value: Substring) -> Doorkeeper? {
    switch name {
    case "cf-mitigated": Doorkeeper(name: "Cloudflare", hasActed: true)
    case "x-amzn-waf-action": Doorkeeper(name: "AWS WAF", hasActed: true)
    case "x-dd-b": Doorkeeper(name: "DataDome", hasActed: true)
    case "x-datadome": Doorkeeper(name: "DataDome", hasActed: false)
    case "x-vercel-mitigated", "x-vercel-challenge-token": Doorkeeper(name: "Vercel", hasActed: true)
    case "x-sucuri-block": Doorkeeper(name: "Sucuri", hasActed: true)
    case "x-sucuri-id": Doorkeeper(name: "Sucuri", hasActed: false)
    case "x-iinfo": Doorkeeper(name: "Imperva", hasActed: false)
    case "x-cdn" where value.lowercased() == "imperva": Doorkeeper(name: "Imperva", hasActed: false)
    case "x-kpsdk-ct": Doorkeeper(name: "Kasada", hasActed: true)
    case "x-px-block", "x-px-blocked": Doorkeeper(name: "HUMAN", hasActed: true)
    case "server" where value.lowercased() == "akamaighost": Doorkeeper(name: "Akamai", hasActed: false)
    case "server" where value.lowercased() == "ddos-guard": Doorkeeper(name: "DDoS-Guard", hasActed: false)
    default: nil
    }
  }
}
