import Glibc
import TopPlatform
import MCPSessions

/// A program that prints a token: a list of words, no shell, and an end to its time and its output.
final class TokenProgram {
  private let child: ChildProcess
  private var output: [UInt8] = []
  private var isOver = false
  let end: Instant

  private static let patience = Duration.seconds(10)
  private static let outputLimit = 64 * 1_024

  /// Starts it with the environment of this process. Throws why it did not start, in words for people.
  init(_ words: [String], _ environment: [String: String], at now: Instant) throws(ChildProcess.Failure) {
    child = try ChildProcess.start(
      ChildCommand(
        program: words.first ?? "", arguments: Array(words.dropFirst()), environment: environment),
      Inheritance())
    child.closeInput()
    end = now + Self.patience
  }

  deinit {
    // What it started in the background ends with it.
    child.signalGroup(SIGKILL)
    child.reap()
    child.closeAll(except: [child.input])
  }

  var descriptors: [Int32] { isOver ? [child.end] : [child.output, child.errors] }

  /// What came of it, once it has ended or its time is over.
  func act(at now: Instant) -> ProvidedToken? {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    // What it says of its troubles may hold anything, and its owner can run it by hand.
    while read(child.errors, &buffer, buffer.count) > 0 {}
    while !isOver {
      let count = read(child.output, &buffer, buffer.count)
      if count < 0, errno == EAGAIN { break }
      if count <= 0 { isOver = true } else { output += buffer.prefix(count) }
      guard output.count <= Self.outputLimit else { return .failed("tokenCommand printed too much") }
    }
    if let ending = child.peekAtEnd() {
      switch ending {
      case .exited(0): return .text(output)
      case .exited(let code): return .failed("tokenCommand ended with code \(code)")
      case .killed(let signal): return .failed("tokenCommand was ended by signal \(signal)")
      }
    }
    guard end > now else {
      return .failed("tokenCommand took longer than \(Self.patience.components.seconds) s")
    }
    return nil
  }
}

/// A file with a token in it, as far as a token can be long.
func readToken(_ path: String) -> ProvidedToken {
  let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard file >= 0 else { return .failed("\(path): \(ErrorNumber.current)") }
  defer { close(file) }
  guard let bytes = readAll(file, limit: 64 * 1_024) else {
    return .failed("\(path) cannot be read, or is no token")
  }
  return .text(bytes)
}

/// One thread has it.
@available(*, unavailable)
extension TokenProgram: Sendable {}
