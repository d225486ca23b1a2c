import MCPWire
package import MCPSessions

/// Who a running instance is.
package struct InstanceReport: Hashable, Sendable {
  package let version: String
  package let process: Int
  /// Under which name it is found.
  package let name: String
  /// What it was started as: `serve`, `dashboard`, `watch`.
  package let command: String
  /// The configuration files that it watches, as whole paths.
  package let files: [String]
  package let started: WallTime
  /// It takes no commands.
  package let isReadOnly: Bool
  /// The part of the servers that it keeps; absent when it keeps all.
  package let shard: Shard?

  package init(
    version: String, process: Int, name: String, command: String, files: [String], started: WallTime,
    isReadOnly: Bool, shard: Shard? = nil
  ) {
    self.shard = shard
    (self.version, self.process, self.name, self.command) = (version, process, name, command)
    (self.files, self.started, self.isReadOnly) = (files, started, isReadOnly)
  }
}

/// Tells a run of an instance from every other, also from one under the same number, which is the usual thing
/// for a service in a container: process 1 of each of its runs.
package struct InstanceRun: Hashable, Sendable {
  private let process: Int
  private let started: WallTime

  fileprivate init(_ instance: InstanceReport) {
    (process, started) = (instance.process, instance.started)
  }
}

extension InstanceReport {
  package var run: InstanceRun { InstanceRun(self) }
}

/// What became of one session that somebody acted on.
package struct ActionOutcome: Hashable, Sendable {
  package let key: SessionKey
  package let state: SessionState?
  /// Whether what was wanted is so; absent where nothing was done yet, or nothing was to be.
  package let isDone: Bool?
  package let why: String
  /// What would be started on that machine; absent where nothing is, and where something was done.
  package let command: CommandReport?

  package init(
    key: SessionKey, state: SessionState?, isDone: Bool?, why: String = "", command: CommandReport? = nil
  ) {
    (self.key, self.state, self.isDone, self.why, self.command) = (key, state, isDone, why, command)
  }
}

/// What a running instance answers, as a line of JSON (protocol version 1).
package enum ControlAnswer: Hashable, Sendable {
  case hello(InstanceReport)
  /// To a command: every session that was meant.
  case result(number: Int, OperatorAction, isDryRun: Bool, [ActionOutcome])
  /// To a status: what is to be printed, what is to be said beside it, and how the program is to end.
  case status(number: Int, text: String, note: String?, code: Int32)
  /// Why nothing was done; number 0 concerns no request.
  case refusal(number: Int, String)
}

extension ControlAnswer {
  /// Reads a line; absent when it is another one.
  package init?(_ line: String) {
    guard let value = try? JSONValue.read(line.utf8), value["v"]?.whole == ControlRequest.version else {
      return nil
    }
    let number = value["id"]?.whole ?? 0
    switch value["type"]?.text {
    case "hello":
      self = .hello(
        InstanceReport(
          version: value["version"]?.text ?? "", process: value["process"]?.whole ?? 0,
          name: value["name"]?.text ?? "", command: value["command"]?.text ?? "",
          files: value["files"]?.list.compactMap(\.text) ?? [],
          started: value["started"]?.text.flatMap(WallTime.init(rfc3339:)) ?? WallTime(milliseconds: 0),
          isReadOnly: value["read_only"]?.flag ?? false,
          shard: value["shard"]?.text.flatMap { Shard($0) }))
    case "result":
      if let why = value["refused"]?.text {
        self = .refusal(number: number, why)
      } else if let text = value["text"]?.text {
        self = .status(
          number: number, text: text, note: value["note"]?.text,
          code: Int32(clamping: value["code"]?.whole ?? 0))
      } else if let action = value["command"]?.text.flatMap({ OperatorAction(rawValue: $0) }) {
        self = .result(
          number: number, action, isDryRun: value["dry_run"]?.flag ?? false,
          value["sessions"]?.list.compactMap(ActionOutcome.init) ?? [])
      } else {
        return nil
      }
    default: return nil
    }
  }

  /// As a line without its end.
  package var line: String {
    var writer = JSONWriter()
    writer.object {
      $0.member("v", ControlRequest.version)
      switch self {
      case .hello(let instance):
        $0.member("type", "hello")
        $0.member("version", instance.version)
        $0.member("process", instance.process)
        $0.member("name", instance.name)
        $0.member("command", instance.command)
        $0.array("files") { list in for file in instance.files { list.element(file) } }
        $0.member("started", instance.started.rfc3339)
        $0.member("read_only", instance.isReadOnly)
        $0.member("shard", instance.shard?.description)
      case .result(let number, let action, let isDryRun, let outcomes):
        $0.member("type", "result")
        $0.member("id", number)
        $0.member("command", action.rawValue)
        $0.member("dry_run", isDryRun)
        $0.array("sessions") { list in for outcome in outcomes { list.outcome(outcome) } }
      case .status(let number, let text, let note, let code):
        $0.member("type", "result")
        $0.member("id", number)
        $0.member("text", text)
        $0.member("note", note)
        $0.member("code", code)
      case .refusal(let number, let why):
        $0.member("type", "result")
        $0.member("id", number)
        $0.member("refused", why)
      }
    }
    return writer.text
  }
}

extension ActionOutcome {
  fileprivate init?(_ value: JSONValue) {
    guard let key = SessionKey(value) else { return nil }
    self.init(
      key: key, state: value["state"]?.text.flatMap { SessionState(rawValue: $0) },
      isDone: value["done"]?.flag,
      why: value["why"]?.text ?? "", command: TopReports.command(value["command"]))
  }
}

extension JSONWriter {
  fileprivate mutating func outcome(_ outcome: ActionOutcome) {
    object {
      $0.member("server", outcome.key.server)
      $0.member("user", outcome.key.user)
      $0.member("state", outcome.state?.rawValue)
      if let isDone = outcome.isDone { $0.member("done", isDone) }
      if !outcome.why.isEmpty { $0.member("why", outcome.why) }
      $0.command(outcome.command)
    }
  }
}
