package import MCPWire

/// What happens to a server that is a process, as the engine tells it.
package enum ProcessEvent: Hashable, Sendable {
  /// It runs.
  case started(process: Int32)
  /// A message on its standard output.
  case message(Message)
  /// A line of JSON on its standard output that is no message.
  case malformed(MessageError)
  /// A line on its standard output that is no JSON, raw: a log that went to the wrong place.
  case noise(CutText)
  /// A line on its standard output was over the limit and is dropped.
  case tooLong
  /// A line on its standard error, raw.
  case said(CutText)
  /// It writes more than it may take of a turn, and waits; told once a second while that is so.
  case heldBack
  /// It does not read what it is sent: so many bytes wait, and no more are taken.
  case notReading(bytes: Int)
  /// What it and all that it started use now.
  case measured(ServerUsage)
  /// It closed its standard output and lives on, which was waited for: nothing more can come from it.
  case closedOutput
  /// The last word: how it ended, or why it did not start.
  case ended(ProcessEnding)
}

/// How a process ended.
package enum ProcessEnding: Hashable, Sendable {
  case exited(code: Int32)
  /// By a signal that we did not send.
  case killed(signal: Int32)
  /// No such program; `path` is the PATH that was searched, absent where a path was given.
  case notFound(path: String?)
  /// The file is there and cannot be executed; the text says why.
  case notExecutable(String)
  /// It could not be started in its folder; the text says why.
  case badFolder(String)
  /// The system could not start it; the text says why.
  case notStarted(String)
}

/// A process that is to be started and spoken with over its pipes.
package struct ProcessRequest: Hashable, Sendable {
  package let id: TransferID
  package let session: SessionKey
  /// A path, or a name to be found in the `PATH` of `environment`.
  package let program: String
  package let arguments: [Secret]
  package let environment: [String: Secret]
  /// Where it starts; absent means where this program was started.
  package let folder: String?

  package init(
    id: TransferID, session: SessionKey, program: String, arguments: [Secret], environment: [String: Secret],
    folder: String?
  ) {
    self.id = id
    self.session = session
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.folder = folder
  }
}

/// How a process is ended (specification 2025-11-25, "stdio", Shutdown): its input is closed; then its group
/// is asked by SIGTERM; then it is ended by SIGKILL.
package struct ProcessFarewell: Hashable, Sendable {
  /// What is to be done now.
  package enum Step: Hashable, Sendable {
    case closeInput
    case terminate
    case kill
  }

  /// How long each step may take before the next.
  package static let patience = Duration.seconds(2)

  private var next: Step? = .closeInput
  /// When `step(at:)` is due; absent when all is done that can be.
  package private(set) var deadline: Instant?

  package init(at now: Instant) {
    deadline = now
  }

  /// What is due by now; to be asked again at `deadline`.
  package mutating func step(at now: Instant) -> Step? {
    guard let due = deadline, due <= now, let step = next else { return nil }
    switch step {
    case .closeInput: next = .terminate
    case .terminate: next = .kill
    case .kill: next = nil
    }
    deadline = next == nil ? nil : now + Self.patience
    return step
  }
}
