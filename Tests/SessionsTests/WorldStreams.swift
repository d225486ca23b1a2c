import MCPWire
import Testing

@testable import MCPSessions

// What simulated servers answer on a stream.

extension World {
  /// HTTP+SSE: the GET names an address, answers come on it.
  mutating func answerOnStream(
    _ request: TransferRequest, _ machine: inout Machine, after delay: Double
  ) {
    if request.purpose == .attach {
      let new = "\(machine.nextID)"
      machine.nextID += 1
      machine.sessions.insert(new)
      channels[request.session.server + new] = request.id
      tell(request.id, .head(ResponseHead(status: 200, contentType: "text/event-stream")), after: delay)
      return tell(
        request.id, .item(.endpoint(machine.reference ?? "/messages/?session_id=\(new)")), after: delay)
    }
    guard let query = request.url.revealed.firstRange(of: "?session_id=") else {
      return answer(
        request.id, ResponseHead(status: machine.refusal.status, contentType: "text/plain"), nil,
        machine.refusal.words, after: delay)
    }
    let id = String(request.url.revealed[query.upperBound...])
    guard machine.sessions.contains(id), let channel = channels[request.session.server + id] else {
      return answer(request.id, ResponseHead(status: 404), nil, "Could not find session", after: delay)
    }
    answer(request.id, ResponseHead(status: 202), nil, "Accepted", after: delay)
    guard let number = number(request) else { return }
    var result = Result()
    if request.purpose == .initialize {
      result.protocolVersion = "2024-11-05"
      result.offersTools = true
    }
    if request.purpose == .list { result.tools = Self.tools(3) }
    // The answer may overtake the 202.
    let later = Double.random(in: 0.001...0.08, using: &random)
    tell(channel, .item(.message(Message(id: number, content: .result(result)))), after: later)
  }

  /// An answer on the GET stream of the same session, beside a 202; false where there is no stream.
  mutating func sayOnStream(
    _ message: Message, insteadOf request: TransferRequest, after delay: Double
  ) -> Bool {
    guard [.ping, .list].contains(request.purpose),
      let stream = openOf[request.session]?.first(where: { $0.value == .stream })?.key
    else { return false }
    answer(request.id, ResponseHead(status: 202), nil, "", after: delay)
    // The answer may overtake the 202.
    tell(stream, .item(.message(message)), after: Double.random(in: 0.001...0.5, using: &random))
    return true
  }
}
