/// One step of a look at a server: what was tried, what was seen, and what a person can do about it.
package struct ProbeStep: Hashable, Sendable {
  /// What is tried, in the order in which it usually is; raw values are the words of exports.
  package enum Name: String, CaseIterable, Sendable {
    // A process.
    case command, start
    case firstWords = "first_words"
    // The way.
    case name, tcp, tls, http, authorization
    // The session.
    case era, initialize, session, initialized, ping
    case list = "tools_list"
    case call = "tools_call"
    case stream
    /// A request with an id that the server never gave.
    case unknownID = "unknown_id"
    /// The session by new connections: where requests reach different replicas, it is not known to all.
    case freshConnections = "fresh_connections"
    case delete
    /// A request with the id that was ended.
    case afterDelete = "after_delete"
    /// Another session after the first.
    case recovery
    /// How a process ended.
    case end
  }

  /// What came of it; raw values are the words of exports.
  package enum Verdict: String, CaseIterable, Sendable {
    case ok
    /// It works, and there is something to know.
    case note
    case failed
    /// It was not tried; the finding says why.
    case skipped
  }

  package let name: Name
  package let verdict: Verdict
  package let finding: Sentence
  /// How long it took; absent for what took no time of its own.
  package let took: Duration?
  package let error: SessionError?
  /// What a person can do.
  package let remedy: Sentence?
}

extension ProbeStep.Name {
  /// How a person calls it.
  package var words: String {
    switch self {
    case .command, .start, .name, .http, .authorization, .era, .initialize, .session, .initialized, .ping,
      .stream, .recovery, .end:
      rawValue
    case .firstWords: "first words"
    case .tcp: "TCP"
    case .tls: "TLS"
    case .list: "tools/list"
    case .call: "tools/call"
    case .unknownID: "unknown id"
    case .freshConnections: "new connections"
    case .delete: "DELETE"
    case .afterDelete: "after DELETE"
    }
  }
}
