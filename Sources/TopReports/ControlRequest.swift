import MCPWire
package import MCPSessions

/// What somebody asks of a running instance, as a line of JSON (protocol version 1).
package enum ControlRequest: Hashable, Sendable {
  /// The first line of every client. Who follows gets a snapshot, and then what changes.
  case hello(version: String, isReadOnly: Bool, follows: Bool)
  /// Do something to sessions; with `isDryRun` only tell which are meant.
  case command(number: Int, OperatorAction, ControlTargets, isDryRun: Bool)
  case status(number: Int, StatusQuery)
}

/// Which sessions are meant.
package enum ControlTargets: Hashable, Sendable {
  /// Those that the words of a filter choose now.
  case filter(String)
  case sessions([SessionKey])
}

/// How somebody wants to read how everything is.
package struct StatusQuery: Hashable, Sendable {
  /// Raw values are the words of the command line and of the protocol.
  package enum Format: String, CaseIterable, Sendable {
    case table, tsv, json, plugin
  }

  package var format: Format
  package var filter: String?
  /// The states that are not well; absent means all but `ready`, `idle` and `unmonitored`.
  package var failing: FailingStates?
  /// Characters of a line of a table.
  package var width: Int

  package init(format: Format, filter: String? = nil, failing: FailingStates? = nil, width: Int) {
    (self.format, self.filter, self.failing, self.width) = (format, filter, failing, width)
  }
}

extension ControlRequest {
  /// The version that this program speaks.
  package static let version = 1
  /// Sessions that one command may name.
  static let sessionLimit = 100_000

  /// Reads a line. Throws what is wrong with it: whoever asks gets what was meant, or nothing at all.
  package init(reading line: String) throws(ControlSlip) {
    var members = try ControlMembers(line)
    guard let version = try members.whole("v") else { throw .foreign }
    guard version == Self.version else { throw .version(version) }
    let type = try members.text("type")
    switch type {
    case "hello":
      self = .hello(
        version: try members.text("version") ?? "", isReadOnly: try members.flag("read_only"),
        follows: try members.flag("follow"))
    case "command":
      let number = try members.whole("id") ?? 0
      guard let action = OperatorAction(rawValue: try members.text("command") ?? "") else {
        throw .member("command", listed(OperatorAction.self, "or"))
      }
      self = .command(
        number: number, action, try members.targets(), isDryRun: try members.flag("dry_run"))
    case "status":
      let number = try members.whole("id") ?? 0
      guard let format = StatusQuery.Format(rawValue: try members.text("format") ?? "") else {
        throw .member("format", listed(StatusQuery.Format.self, "or"))
      }
      let filter = try members.text("filter")
      let failing = try members.states("fail_on")
      let width = max(20, min(10_000, try members.whole("width") ?? 120))
      self = .status(
        number: number, StatusQuery(format: format, filter: filter, failing: failing, width: width))
    default: throw .foreign
    }
    try members.finish()
  }

  /// Absent when the line is none of ours.
  package init?(_ line: String) {
    do {
      try self.init(reading: line)
    } catch {
      return nil
    }
  }

  /// As a line without its end.
  package var line: String {
    var writer = JSONWriter()
    writer.object {
      $0.member("v", Self.version)
      switch self {
      case .hello(let version, let isReadOnly, let follows):
        $0.member("type", "hello")
        $0.member("version", version)
        $0.member("read_only", isReadOnly)
        $0.member("follow", follows)
      case .command(let number, let action, let targets, let isDryRun):
        $0.member("type", "command")
        $0.member("id", number)
        $0.member("command", action.rawValue)
        $0.member("dry_run", isDryRun)
        switch targets {
        case .filter(let text): $0.member("filter", text)
        case .sessions(let keys): $0.keys("sessions", keys)
        }
      case .status(let number, let query):
        $0.member("type", "status")
        $0.member("id", number)
        $0.member("format", query.format.rawValue)
        $0.member("filter", query.filter)
        if let failing = query.failing {
          $0.array("fail_on") { list in
            for word in failing.words { list.element(word) }
          }
        }
        $0.member("width", query.width)
      }
    }
    return writer.text
  }
}

extension SessionKey {
  init?(_ value: JSONValue) {
    guard let server = value["server"]?.text, let user = value["user"]?.text else { return nil }
    self.init(server: server, user: user)
  }
}

extension JSONValue {
  var flag: Bool? { if case .flag(let flag) = self { flag } else { nil } }
}

extension JSONWriter {
  mutating func keys(_ name: String, _ keys: [SessionKey]) {
    array(name) { list in
      for key in keys {
        list.object {
          $0.member("server", key.server)
          $0.member("user", key.user)
        }
      }
    }
  }
}
