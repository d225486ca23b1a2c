import MCPWire
import Testing

@testable import MCPSessions

/// One kind of server, and what a person reads of it.
struct ProbeCase: Sendable, CustomTestStringConvertible {
  let name: String
  var change: @Sendable (inout ProbeWorld.Kind) -> Void = { _ in }
  /// Steps that failed, and what is to be known.
  var failed: [ProbeStep.Name] = []
  var noted: [ProbeStep.Name] = []
  /// Words of a finding or a remedy.
  var says: [String] = []
  /// To the questions in their order: that it is found, that it is not, that this look cannot tell.
  var answers: [Bool?] = [false, false, false]

  var testDescription: String { name }
}

let probeCases = [
  ProbeCase(name: "a good one", says: ["https", "2 tools: add, now", "4 of 4", "refused with 404"]),
  ProbeCase(
    name: "one without sessions", change: { $0.isStateful = false },
    says: ["has no Mcp-Session-Id header"], answers: [true, nil, nil]),
  ProbeCase(
    name: "one of revision 2026-07-28", change: { $0.isModern = true },
    says: ["every request stands for itself"], answers: [true, nil, nil]),
  ProbeCase(
    name: "one of HTTP+SSE", change: { $0.isOld = true }, noted: [.http],
    says: ["HTTP+SSE, revision 2024-11-05"], answers: [false, nil, nil]),
  ProbeCase(
    name: "one of an older revision", change: { $0.versions = ["2025-06-18"] },
    says: ["2025-11-25 was refused, streamable HTTP, revision 2025-06-18"]),
  ProbeCase(
    name: "two replicas", change: { $0.replicas = 2 }, failed: [.freshConnections],
    says: ["2 of 4 new connections reach the session", "sticky routing"], answers: [false, true, false]),
  ProbeCase(
    name: "three replicas that take turns", change: { ($0.replicas, $0.isRandom) = (3, true) },
    failed: [.initialized, .freshConnections],
    says: ["not known a moment after its handshake"], answers: [false, true, nil]),
  ProbeCase(
    name: "one that forgets at once", change: { $0.drops = true },
    failed: [.initialized, .freshConnections], says: ["0 of 4"], answers: [false, true, nil]),
  ProbeCase(
    name: "one that fails at every ping and list", change: { $0.refusesUse = 500 },
    failed: [.ping, .list], noted: [.freshConnections],
    says: ["which says nothing of routing", "the server fails: read its log"], answers: [false, true, false]),
  ProbeCase(
    name: "one that asks to wait at every ping and list", change: { $0.refusesUse = 429 },
    failed: [.ping, .list], noted: [.freshConnections],
    says: ["the server asks to wait"], answers: [false, true, false]),
  ProbeCase(
    name: "one whose handshake comes in two parts", change: { $0.resumes = true }, says: ["4 of 4"]),
  ProbeCase(
    name: "one of HTTP+SSE that names another origin",
    change: { ($0.isOld, $0.endpoint) = (true, "http://other/m") },
    failed: [.initialize], noted: [.http],
    says: ["the endpoint event names another origin", "an address of its own"], answers: [true, nil, nil]),
  ProbeCase(
    name: "one that answers 400 to unknown ids", change: { $0.unknown = 400 },
    noted: [.unknownID, .afterDelete], says: ["let the server answer 404"], answers: [false, false, true]),
  ProbeCase(
    name: "one that answers 500 to unknown ids", change: { $0.unknown = 500 }, failed: [.unknownID],
    noted: [.afterDelete], says: ["take a 5xx for an outage"], answers: [false, false, true]),
  ProbeCase(
    name: "one that takes every id", change: { $0.unknown = 200 }, noted: [.unknownID, .afterDelete],
    says: ["accepted, as any id is: whether the session ended cannot be seen"], answers: [false, false, true]),
  ProbeCase(
    name: "one that only says that it ends sessions", change: { $0.keepsEnded = true },
    failed: [.afterDelete], says: ["only says that it ends sessions"]),
  ProbeCase(
    name: "one that lets nobody end a session", change: { $0.delete = 405 }, noted: [.delete],
    says: ["until it idles out"]),
  ProbeCase(
    name: "one that does not know DELETE", change: { $0.delete = 404 }, noted: [.delete, .afterDelete],
    says: ["404 was the answer to DELETE, not about the session", "or answer 405"]),
  ProbeCase(
    name: "one that refuses the revision that it lists, once",
    change: { ($0.isModern, $0.refusals) = (true, 1) },
    says: ["2026-07-28 was refused, the sessionless era, revision 2026-07-28"], answers: [true, nil, nil]),
  ProbeCase(
    name: "one that always refuses the revision that it lists",
    change: { ($0.isModern, $0.refusals) = (true, .max) }, failed: [.initialize],
    says: ["server/discover brought no answer of revision 2026-07-28"], answers: [true, nil, nil]),
  ProbeCase(
    name: "one that refuses whatever it lists",
    change: { ($0.versions, $0.refusals) = (["2025-11-25", "2025-06-18"], .max) }, failed: [.initialize],
    answers: [true, nil, nil]),
  ProbeCase(
    name: "one that fails to end a session", change: { $0.delete = 500 }, failed: [.delete],
    says: ["the session is left behind"]),
  ProbeCase(
    name: "one that is full", change: { $0.sessionLimit = 1 }, failed: [.recovery],
    says: ["its limit of sessions"], answers: [false, false, true]),
  ProbeCase(
    name: "one without ping", change: { $0.knowsPing = false }, noted: [.ping], says: ["does not know ping"]),
  ProbeCase(
    name: "one whose list fails", change: { $0.failsLists = true }, failed: [.list],
    says: ["pings alone are answered"]),
  ProbeCase(name: "one without a stream", change: { $0.stream = 405 }, says: ["not offered (405)"]),
  ProbeCase(
    name: "one that refuses its stream", change: { $0.stream = 404 }, noted: [.stream],
    says: ["the stream may reach another replica", "a server without a stream answers 405"]),
  ProbeCase(
    name: "one that wants a token",
    change: {
      $0.refusal = ResponseHead(
        status: 401, challenges: [#"Bearer error="invalid_token", scope="files:read""#])
    }, failed: [.authorization],
    says: ["(bearer) with the scope files:read, which https://login.example gives", "sessiontop login"],
    answers: [true, nil, nil]),
  ProbeCase(
    name: "a wrong path", change: { $0.refusal = ResponseHead(status: 404, contentType: "text/plain") },
    failed: [.initialize], noted: [.http], says: ["ask for the path of its MCP endpoint"],
    answers: [true, nil, nil]),
  ProbeCase(
    name: "a name that nobody knows",
    change: { $0.failure = TransferFailure(.dnsError, words: "Could not resolve host") }, failed: [.name],
    says: ["name servers"], answers: [true, nil, nil]),
  ProbeCase(
    name: "a closed port",
    change: { $0.failure = TransferFailure(.connectRefused, words: "refused") }, failed: [.tcp],
    says: ["nothing listens at this port"], answers: [true, nil, nil]),
  ProbeCase(
    name: "a certificate that has ended",
    change: {
      $0.failure = TransferFailure(.tlsError, words: "certificate has expired")
      $0.route = route(ends: "2026-11-11T12:00:00Z")
    }, failed: [.tls],
    says: ["CN = ledger.example, by CN = authority, ended 2026-11-11, 6 days ago", "renew the server"],
    answers: [true, nil, nil]),
  ProbeCase(
    name: "a certificate that ends soon", change: { $0.route = route(ends: "2026-11-25T12:00:00Z") },
    noted: [.tls], says: ["ends 2026-11-25, in 7 days"]),
]

private func route(ends: String) -> Route {
  var route = Route()
  (route.named, route.connected) = (.milliseconds(1), .milliseconds(3))
  (route.secured, route.answered) = (.milliseconds(8), .milliseconds(20))
  route.address = "192.0.2.1"
  route.certificate = ServerCertificate(
    subject: "CN = ledger.example", issuer: "CN = authority",
    begins: WallTime(rfc3339: "2026-01-01T00:00:00Z"),
    ends: WallTime(rfc3339: ends))
  return route
}
