import ArgumentParser
import Glibc
import MCPSessions
import MCPWire
import TopPlatform
import TopReports

// Wiring only: arguments to a command, and what it says to the exit code.

let programVersion = Outgoing.clientVersion

/// What a program that we start is to begin with, before we change our own.
let inheritance = Inheritance()

// Whoever looks at the processes of this machine is to read no secret in our words; we have read them.
coverOwnArguments(with: covered(CommandLine.arguments))
prepareProcess()

do {
  let command = try Sessiontop.parseAsRoot()
  if let command = command as? any ProgramCommand { leave(exitCode(run(command))) }
  // The parser's own commands, such as help, end by throwing what they print.
  var other = command
  try other.run()
  leave(exitCode(ExitCode.done))
} catch {
  answer(error)
}

/// Says in one line why a command cannot run.
@MainActor
func run(_ command: any ProgramCommand) -> Int32 {
  do {
    return try command.perform()
  } catch {
    complain(error.description)
    return isPlugin ? pluginUnknown(error.description) : error.exitCode
  }
}

/// Prints what the argument parser has to say: an answer that was asked for, or what is wrong with the words.
func answer(_ error: any Error) -> Never {
  let isAnswer = Sessiontop.exitCode(for: error) == .success
  let message = Sessiontop.fullMessage(for: error)
  if isAnswer {
    writeLine(message)
  } else {
    _ = message.split(separator: "\n").map { complain(String($0)) }
  }
  if !isAnswer, isPlugin { leave(pluginUnknown("the command line cannot be used: \(firstLine(message))")) }
  leave(exitCode(isAnswer ? ExitCode.done : ExitCode.usage))
}

/// Says in the form of a monitoring system that nothing is known, and why; returns its exit code for that.
func pluginUnknown(_ why: String) -> Int32 {
  let answer = pluginLine(unknown: why)
  writeLine(answer.line)
  return answer.status.rawValue
}

/// The first line of what the parser says, without its first word.
private func firstLine(_ text: String) -> Substring {
  let line = text.prefix { $0 != "\n" }
  return line.hasPrefix("Error: ") ? line.dropFirst(7) : line
}
