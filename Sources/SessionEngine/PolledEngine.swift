package import MCPSessions
package import TopPlatform

/// The engine for programs of this package, which poll descriptors: its reports wait in a mailbox.
///
/// It runs on a thread of its own and never waits for its reader: reports merge until they are taken.
package final class PolledEngine: Sendable {
  /// What the engine has to say; its descriptor is readable while there is something.
  package let output: Mailbox<EngineReport>
  private let thread: EngineThread
  private let plan: EnginePlan

  /// Throws when the process is out of descriptors.
  package init(_ plan: EnginePlan) throws(ErrorNumber) {
    output = try Mailbox()
    thread = try EngineThread(isAsked: false)
    self.plan = plan
  }

  /// Starts the engine's thread; to be called once. Throws the errno that kept it from starting.
  package func start() throws(ErrorNumber) { try thread.start(plan, tell: output.post) }

  /// When the engine's thread was seen at work last. It looks up every second whatever happens, so that one
  /// that stands still can be told from one that has nothing to say.
  package var lastTurn: Instant { thread.known.seen }

  /// Asks for something; the engine answers by its output. After `.stop` it ends every session, within five
  /// seconds, and says `stopped` as its last word.
  package func send(_ command: Command) { thread.send(command) }
}

extension EngineReport: Mail {}
