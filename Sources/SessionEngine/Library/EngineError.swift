/// Why an engine, or a server that it is to watch, cannot be had as it was asked for.
///
/// What goes wrong with a server later is no error of the engine: it is the `cause` of a session's report and
/// an event.
public enum EngineError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A server cannot be watched as it is described: `field` is the argument or the setting, `problem` says
  /// what is wrong with it and never holds its value, which may be a secret.
  case invalidServer(name: String, field: String, problem: String)
  /// Two servers have the same name, byte for byte.
  case duplicateServer(name: String)
  /// The client's name or version cannot stand in a `User-Agent` header.
  case invalidClient(problem: String)
  /// A limit is below 1; `name` is its property.
  case invalidLimit(name: String)
  /// The system refused a descriptor or a thread: its error number (`errno`) and its words.
  case system(code: Int32, problem: String)

  /// What is wrong and what to do, in one sentence for a person.
  public var description: String {
    switch self {
    case .invalidServer(let name, let field, let problem): "server \(name), \(field): \(problem)"
    case .duplicateServer(let name): "two servers are called \(name); give each a name of its own"
    case .invalidClient(let problem): "the client's name or version \(problem)"
    case .invalidLimit(let name): "the limit \(name) is below 1; one of something is the least that works"
    case .system(_, let problem): "the system refuses what an engine needs: \(problem)"
    }
  }
}
