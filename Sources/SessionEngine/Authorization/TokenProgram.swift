import Glibc
import TopPlatform
import MCPSessions

/// A program that prints a token: a list of words, no shell, and an end to its time and its output.
final class TokenProgram {
  private let child: ChildProcess
  /// As people know it. Arguments may be secret.
  private let name: String
  /// The end of what it wrote to standard error.
  private var errors: [UInt8] = []
  private var output: [UInt8] = []
  /// Of its two outputs, those that have not ended: one that has would be readable for ever.
  private var open: Set<Int32>
  let end: Instant

  private static let patience = Duration.seconds(10)
  private static let outputLimit = 64 * 1_024
  private static let errorLimit = 1_024

  /// Starts it with the environment of this process. Throws why it did not start, in words for people.
  init(_ words: [String], _ environment: [String: String], at now: Instant) throws(ChildProcess.Failure) {
    name = Self.name(of: words)
    child = try ChildProcess.start(
      ChildCommand(
        program: words.first ?? "", arguments: Array(words.dropFirst()), environment: environment),
      Inheritance())
    child.closeInput()
    open = [child.output, child.errors]
    end = now + Self.patience
  }

  static func name(of words: [String]) -> String { "tokenCommand \(words.first ?? "")" }

  deinit {
    // What it started in the background ends with it.
    child.signalGroup(SIGKILL)
    child.reap()
    child.closeAll(except: [child.input])
  }

  var descriptors: [Int32] { [child.end] + open }

  /// What came of it, once it has ended or its time is over.
  func act(at now: Instant) -> ProvidedToken? {
    // Asked before reading, so that all it said is read when it has ended.
    let ending = child.peekAtEnd()
    var buffer = [UInt8](repeating: 0, count: 4_096)
    readErrors(&buffer)
    while let part = take(from: child.output, &buffer) {
      output += part
      guard output.count <= Self.outputLimit else {
        return .failed("\(name) printed more than \(Self.outputLimit / 1_024) KiB: it is to print a token")
      }
    }
    if let ending {
      switch ending {
      case .exited(0): return .text(output)
      case .exited(let code): return .failed("\(name) ended with code \(code)\(lastWords)")
      case .killed(let signal): return .failed("\(name) was ended by signal \(signal)\(lastWords)")
      }
    }
    guard end > now else {
      return .failed("\(name) took longer than \(Self.patience.components.seconds) s\(lastWords)")
    }
    return nil
  }

  private func readErrors(_ buffer: inout [UInt8]) {
    // One that never ends its words keeps nobody else waiting.
    for _ in 0..<16 {
      guard let part = take(from: child.errors, &buffer) else { return }
      errors = Array((errors + part).suffix(Self.errorLimit))
    }
  }

  /// What a pipe holds; absent when it holds nothing now, or has ended.
  private func take(from descriptor: Int32, _ buffer: inout [UInt8]) -> ArraySlice<UInt8>? {
    guard open.contains(descriptor) else { return nil }
    let count = read(descriptor, &buffer, buffer.count)
    if count > 0 { return buffer.prefix(count) }
    if count == 0 || ![EAGAIN, EINTR].contains(errno) { open.remove(descriptor) }
    return nil
  }

  /// The last line that it wrote to standard error, without what it wrote to standard output: that may be the
  /// token, however it ended.
  private var lastWords: String {
    let lines = String(decoding: errors, as: UTF8.self).split(whereSeparator: \.isNewline)
    guard let last = lines.last(where: { $0.contains { !$0.isWhitespace } }) else { return "" }
    let printed = String(decoding: output, as: UTF8.self)
      .split { $0.isWhitespace || "\"'{}[],:=".contains($0) }.filter { $0.utf8.count >= 6 }
    return printed.prefix(64).reduce(": \(last)") { $0.replacing($1, with: "•••") }
  }
}

/// A file with a token in it, as far as a token can be long.
func readToken(_ path: String, _ setting: String) -> ProvidedToken {
  let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard file >= 0 else { return .failed("\(setting) \(path): \(ErrorNumber.current)") }
  defer { close(file) }
  guard let bytes = readAll(file, limit: 64 * 1_024) else {
    return .failed("\(setting) \(path) cannot be read: it is to be a file of at most 64 KiB")
  }
  return .text(bytes)
}

/// One thread has it.
@available(*, unavailable)
extension TokenProgram: Sendable {}
