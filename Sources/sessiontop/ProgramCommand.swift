import ArgumentParser
import Glibc
import TopPlatform

/// A command of the program: its words as values, and what it does. One file each in Commands, and a line in
/// `Sessiontop.configuration`.
protocol ProgramCommand: ParsableCommand {
  /// Does it; returns the exit code (see `ExitCode`). Before it starts a thread it takes over its signals.
  @MainActor func perform() throws(CannotRun) -> Int32
}

/// Why a command cannot do anything, in a sentence, and how the program ends for that.
struct CannotRun: Error {
  let description: String
  let exitCode: Int32
}

/// Exit codes (see README).
enum ExitCode {
  static let done: Int32 = 0
  static let notWell: Int32 = 1
  static let usage: Int32 = 2
  static let configuration: Int32 = 3
  static let terminal: Int32 = 4
  static let internalError: Int32 = 70
}

extension Signals {
  /// For a command without a screen. There is nothing to give back before a stop: Ctrl-Z does what it always
  /// does.
  static func screenless() throws(CannotRun) -> Signals {
    try taken([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2])
  }

  /// For a command that owns the terminal.
  static func ofScreen() throws(CannotRun) -> Signals {
    try taken([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT])
  }

  /// Before the first thread starts: every thread inherits the mask.
  private static func taken(_ numbers: [Int32]) throws(CannotRun) -> Signals {
    do {
      return try Signals(numbers)
    } catch {
      throw CannotRun(description: "signals cannot be read: \(error)", exitCode: ExitCode.internalError)
    }
  }
}
