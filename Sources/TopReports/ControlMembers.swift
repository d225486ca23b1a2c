import MCPWire
import MCPSessions

/// Why a line of a client is not obeyed.
package enum ControlSlip: Error, Hashable, Sendable, CustomStringConvertible {
  /// It is no JSON object, or none of this version or of a known type.
  case foreign
  /// Another version of the protocol is spoken, perhaps by another version of this program.
  case version(Int)
  /// A member is to be something else.
  case member(String, String)
  /// A member that nobody knows; it may be a slip in one that would have kept harm away.
  case unknown(String)

  package var description: String {
    switch self {
    case .foreign: "a line is none of protocol version \(ControlRequest.version)"
    case .version(let other):
      """
      a line is of protocol version \(other), and version \(ControlRequest.version) is spoken here, by \
      sessiontop \(Outgoing.clientVersion): use the same program on both sides
      """
    case .member(let name, let wanted): "\(name) is to be \(wanted)"
    case .unknown(let name): "no member is called \(PrintableText.line(name, limit: 40))"
    }
  }
}

/// The members of a line that have not been read. One of another type than its own is a slip, and so is one
/// that is left: what a client wrote to keep harm away (`read_only`, `dry_run`) must not be passed over.
struct ControlMembers {
  private var rest: [String: JSONValue]

  init(_ line: String) throws(ControlSlip) {
    guard case .object(let members)? = try? JSONValue.read(line.utf8) else { throw .foreign }
    rest = members
  }

  /// False where it lacks.
  mutating func flag(_ name: String) throws(ControlSlip) -> Bool {
    switch rest.removeValue(forKey: name) {
    case nil: false
    case .flag(let flag): flag
    default: throw .member(name, "true or false")
    }
  }

  mutating func text(_ name: String) throws(ControlSlip) -> String? {
    switch rest.removeValue(forKey: name) {
    case nil: nil
    case .text(let text): text
    default: throw .member(name, "a text")
    }
  }

  /// From 0 to 2^53 - 1, which every reader of JSON keeps exactly.
  mutating func whole(_ name: String) throws(ControlSlip) -> Int? {
    guard let value = rest.removeValue(forKey: name) else { return nil }
    guard let whole = value.whole, (0..<(1 << 53)).contains(whole) else {
      throw .member(name, "a whole number from 0 to 2^53 - 1")
    }
    return whole
  }

  mutating func states(_ name: String) throws(ControlSlip) -> FailingStates? {
    guard let value = rest.removeValue(forKey: name) else { return nil }
    guard case .list(let names) = value else { throw .member(name, "a list of states") }
    var states = FailingStates()
    for name in names {
      // One that is not known here would never be found.
      guard let word = name.text, states.add(word) else { throw .member("fail_on", "a list of states") }
    }
    return states
  }

  /// `filter` or `sessions`, and not both. One that is named twice is meant once.
  mutating func targets() throws(ControlSlip) -> ControlTargets {
    let filter = try text("filter")
    switch (filter, rest.removeValue(forKey: "sessions")) {
    case (let filter?, nil): return .filter(filter)
    case (nil, .list(let sessions)) where sessions.count <= ControlRequest.sessionLimit:
      let keys = sessions.compactMap(SessionKey.init)
      guard keys.count == sessions.count else {
        throw .member("sessions", "a list of objects with server and user")
      }
      var seen: Set<SessionKey> = []
      return .sessions(keys.filter { seen.insert($0).inserted })
    case (nil, nil): throw .member("filter or sessions", "there")
    case (.some, .some): throw .member("filter", "there without sessions")
    case (nil, .some):
      throw .member("sessions", "a list of at most \(ControlRequest.sessionLimit) sessions")
    }
  }

  /// To be called when all that is known was read.
  func finish() throws(ControlSlip) {
    if let name = rest.keys.min() { throw .unknown(name) }
  }
}
