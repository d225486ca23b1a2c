import MCPWire
import MCPSessions

// What requests and the engine are told of credentials, and what is remembered of requests meanwhile.

extension Credentials {
  /// What is to be done with a request.
  enum Passage {
    case send(TransferRequest)
    /// It waits; it comes back in `takeNews`.
    case wait
    case fail(TransferFailure)
  }

  /// What came of waiting, and what the fleet is to know.
  struct News {
    var ready: [(request: TransferRequest, passage: Passage)] = []
    var changed: [SessionKey] = []
    var reports: [(keys: [SessionKey], report: AuthorizationReport?)] = []
    var happenings: [(key: SessionKey, what: DeskNews.Happening)] = []
    var secrets: [Secret] = []
  }

  struct Waiting {
    let request: TransferRequest
    let number: Int
    let since: Instant
    var until: Instant
    /// The token that the server has refused: only a later one helps. Absent when the request was not sent
    /// yet.
    let refused: UInt64?
    /// What is kept of sign-ins was not read yet.
    var isForStore: Bool
    /// The desk was asked for one.
    var hasAsked = false
    /// It is sent no sooner, whatever comes.
    var notBefore: Instant?
    /// It is sent again for the sake of its proof.
    var isSecond = false
  }

  struct Sent {
    let number: Int
    let credential: Credential
    let purpose: Purpose
    /// It was refused for the sake of its proof before.
    let isSecond: Bool
  }

  /// What a token was good for: told once, not with every ping.
  struct Accepted {
    var version: UInt64
    var purposes: Set<Purpose> = []

    mutating func note(_ version: UInt64, _ purpose: Purpose) -> Bool {
      if version != self.version { self = Accepted(version: version) }
      return purposes.insert(purpose).inserted
    }
  }
}

extension Credential {
  func isGood(at now: WallTime) -> Bool { expires.map { $0 > now } ?? true }
}

extension TransferRequest {
  /// The same with a credential, in place of any other, and with a proof where it is bound to a key.
  func carrying(_ credential: Credential, _ possession: Possession?) -> TransferRequest {
    var request = withoutCredential
    guard credential.headers.isEmpty else {
      let names = Set(credential.headers.map { $0.name.lowercased() })
      request.headers.removeAll { names.contains($0.name.lowercased()) }
      request.headers += credential.headers
      return request
    }
    let scheme = credential.kind == "dpop" ? "DPoP" : credential.kind == "bearer" ? "Bearer" : credential.kind
    request.headers.append(Header(name: "Authorization", value: "\(scheme) \(credential.token.revealed)"))
    if credential.boundBy != nil,
      let proof = possession?.proof(of: credential.token, for: self, at: Moment.now.wall)
    {
      request.headers.append(Header(name: "DPoP", value: proof))
    }
    return request
  }

  var withoutCredential: TransferRequest {
    var request = self
    request.headers.removeAll { ["authorization", "dpop"].contains($0.name.lowercased()) }
    return request
  }
}
