import MCPWire

// What a server wants to be shown, who gives it, and whether what we have is taken.

/// A search for who gives tokens, after a server refused us.
struct IssuerSearch: Sendable {
  let error: SessionError
  let demand: Sentence
  let isScopeTold: Bool
  /// Where its metadata may stand, the first first.
  var places: [String]
  var number = 0
}

extension ServerProbe {
  /// The server was reached: what goes with our requests is taken.
  mutating func tellAccess() {
    begin(.authorization)
    if let issuer = authorization?.issuer {
      let ends =
        authorization?.expires.map { Sentence(", until \(ForeignText(local: $0.rfc3339))") } ?? .empty
      report.issuers = [issuer]
      report.scopes = authorization?.scopes
      return record(.authorization, .ok, "the token of \(issuer) is taken\(ends)")
    }
    let isSent = server.headers.contains { $0.name.lowercased() == "authorization" }
    record(
      .authorization, .ok, isSent ? "the credential in its headers is taken" : "no token is asked for")
  }

  /// An answer was put aside because another credential may be had: what it tells of the way is told.
  package mutating func putAside(_ head: ResponseHead, at now: Moment) {
    self.now = now
    noteWay(.head(head))
    begin(.authorization)
  }

  mutating func unauthorized(_ error: SessionError, _ head: ResponseHead?) {
    begin(.authorization)
    let challenges = (head?.challenges ?? []).flatMap(Challenge.read)
    let told = challenges.first { $0.scheme == "bearer" || $0.scheme == "dpop" } ?? challenges.first
    let scheme = told.map { Sentence(" (\(gate.text(whole: $0.scheme, limit: 20)))") } ?? .empty
    let scope = told?.told("scope").map { gate.text($0, limit: 160) }
    report.scopes = scope
    let scopes = scope.map { Sentence(" with the scope \($0)") } ?? .empty
    let demand: Sentence = "it wants a credential\(scheme)\(scopes)"
    var places: [String] = []
    if let endpoint = server.endpoint {
      if let named = told?.parameters["resource_metadata"], IssuerPlaces.mayBeUsed(named, for: endpoint) {
        places.append(named)
      }
      places += IssuerPlaces.ofResource(endpoint).filter { !places.contains($0) }
    }
    seek(IssuerSearch(error: error, demand: demand, isScopeTold: scope != nil, places: places))
  }

  private mutating func seek(_ search: IssuerSearch) {
    var search = search
    guard !search.places.isEmpty, stopLimit == nil else { return tellDemand(search) }
    search.number += 1
    let place = search.places.removeFirst()
    orders.append(
      .ask(IssuerRequest(number: search.number, url: place, body: .none, authorization: nil, assertion: nil)))
    state = .seekingIssuer(search)
  }

  /// A document about signing in came, or did not.
  package mutating func answer(_ number: Int, _ answer: IssuerAnswer, at now: Moment) -> [Order] {
    self.now = now
    guard case .seekingIssuer(let search) = state, search.number == number else { return [] }
    if let resource = answer.document.flatMap(ProtectedResource.init), !resource.issuers.isEmpty {
      report.issuers = resource.issuers.prefix(4).map { gate.reference($0, limit: 200) }
      if !search.isScopeTold {
        report.scopes = resource.scopes.map { gate.text(whole: $0.joined(separator: " "), limit: 160) }
      }
      tellDemand(search)
    } else {
      seek(search)
    }
    defer { orders = [] }
    return orders
  }

  private mutating func tellDemand(_ search: IssuerSearch) {
    let error = search.error
    let issuers = Sentence.joined(report.issuers.map { Sentence($0) }, separator: ", ")
    let from: Sentence =
      issuers.isEmpty ? "; who gives it the server does not say" : ", which \(issuers) gives"
    record(
      .authorization, .failed, "\(error); \(search.demand)\(from)", error: error,
      remedy: Remedies.ofAccess(error, server, hasIssuer: !report.issuers.isEmpty))
    advance()
  }
}
