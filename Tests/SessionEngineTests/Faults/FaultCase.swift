import LoopbackServers
import MCPSessions
import Testing

/// One way in which a server can be odd, and what an engine must make of it.
struct FaultCase: Sendable, CustomTestStringConvertible {
  /// How a run may end; `failed` covers `unauthorized`, and `recovering` all that still tries by itself.
  enum Ending: String, Sendable {
    case ready, recovering, failed
  }

  /// What a script may know beside the request and the peer.
  struct Stage: Sendable {
    /// A server at another origin that must never hear of us.
    let otherPort: Int
  }

  typealias Serve = @Sendable (_ request: Request, _ peer: inout Peer, _ stage: Stage) -> Reply

  let name: String
  /// What the server does.
  let says: String
  let endings: Set<Ending>
  /// One of them must be reported, unless the run ended `ready` and `mayGoUnnoticed`. Empty: a run that ends
  /// `ready` must report none.
  let errors: Set<ErrorType>
  let checks: [Check]
  var behavior = Behavior()
  /// Whether an engine may take it in its stride and say nothing.
  var mayGoUnnoticed = false
  /// Whether it costs so much that it must not share a run with cases that measure time.
  var isHeavy = false
  /// What the engine is told instead of the server's own URL.
  var url: String?
  var headers: [Request.Header] = []
  /// Adjusts what every run is given.
  var settings: @Sendable (inout SessionSettings) -> Void = { _ in }
  let serve: Serve

  init(
    _ name: String, _ says: String, _ endings: Set<Ending>, _ errors: Set<ErrorType> = [],
    _ checks: [Check] = [],
    _ change: (inout FaultCase) -> Void = { _ in },
    serve: @escaping Serve = { request, peer, _ in peer.answer(request) }
  ) {
    self.name = name
    self.says = says
    self.endings = endings
    self.errors = errors
    self.checks = checks
    self.serve = serve
    change(&self)
  }

  var testDescription: String { name }
}

extension FaultCase {
  /// Every case that is served here, in the groups of the catalogue.
  ///
  /// Not here: certificates (need a TLS server), proxies (the proxy comes from the environment of the
  /// process), and what is done to the client itself (clock, descriptors, disk, terminal), which are tests of
  /// their own.
  static let all =
    baselines + connections + addresses + bodies + redirects + handshakeStatuses + sessionStatuses + refusals
    + streams
    + deletes + json + rpc + handshakes + events + floods + sessionIDs + texts + outages
}

/// Serves one kind of request in another way; the rest is answered well.
func fault(
  on kind: String, _ reply: @escaping @Sendable (_ request: Request, _ peer: inout Peer) -> Reply
) -> FaultCase.Serve {
  { request, peer, _ in request.kind == kind ? reply(request, &peer) : peer.answer(request) }
}

/// The same from the n-th request of that kind on; `only` serves the n-th alone.
func fault(
  on kind: String, from number: Int, only: Bool = false,
  _ reply: @escaping @Sendable (_ request: Request, _ peer: inout Peer) -> Reply
) -> FaultCase.Serve {
  { request, peer, _ in
    let count = peer.count(kind)
    let isDue = request.kind == kind && (only ? count == number : count >= number)
    return isDue ? reply(request, &peer) : peer.answer(request)
  }
}
