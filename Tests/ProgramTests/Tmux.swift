import Glibc
import TopTestFolders

/// A terminal multiplexer of our own, with one window in which a program runs; its screen is text.
///
/// Whatever the window prints also goes into a pipe: a test that waits for a screen sleeps on that pipe and
/// looks again when something was drawn.
final class Tmux {
  private let socket: String
  private let folder = TemporaryFolder()
  private let pipe: ChildProcess

  /// Opens a window of this size; the program starts with `run`, typed into its shell.
  init(columns: Int, rows: Int) throws {
    let folder = folder.path
    socket = folder + "/socket"
    guard mkfifo(folder + "/pipe", 0o600) == 0 else { throw ChildProcess.Failure(description: "no pipe") }
    pipe = try ChildProcess("/bin/cat", [folder + "/pipe"])
    // A plain shell, so that nobody's prompt or profile is part of a screen.
    try tmux([
      "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "env", "PS1=$ ", "ENV=",
      "LC_ALL=C.UTF-8", "XDG_STATE_HOME=\(folder)", "XDG_CONFIG_HOME=\(folder)", "/bin/sh",
    ])
    try tmux(["pipe-pane", "cat > \(folder)/pipe"])
  }

  deinit {
    _ = try? tmux(["kill-server"])
  }

  /// The text of the screen, spaces at the ends of lines cut.
  var screen: String {
    get throws { try tmux(["capture-pane", "-p"]) }
  }

  /// Types a command line into the shell.
  func run(_ command: String) throws {
    try tmux(["send-keys", "-l", command])
    try tmux(["send-keys", "Enter"])
  }

  /// Presses keys, in tmux's words: `j`, `Enter`, `Escape`, `C-c`.
  func press(_ keys: String...) throws {
    try tmux(["send-keys"] + keys)
  }

  func resize(columns: Int, rows: Int) throws {
    try tmux(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
  }

  /// Sets an option of the server.
  func set(_ option: String, _ value: String) throws {
    try tmux(["set-option", "-s", option, value])
  }

  /// What programs last put into the clipboard.
  var clipboard: String {
    get throws { try tmux(["show-buffer"]) }
  }

  /// What tmux knows of the window, such as `#{alternate_on}` or `#{pane_pid}`.
  func format(_ format: String) throws -> String {
    String(try tmux(["display-message", "-p", format]).prefix { $0 != "\n" })
  }

  /// The process that the shell waits for.
  var program: pid_t {
    get throws {
      let shell = try format("#{pane_pid}")
      let children = try String(contentsOf: "/proc/\(shell)/task/\(shell)/children")
      guard let pid = children.split(separator: " ").first.flatMap({ pid_t($0) }) else {
        throw ChildProcess.Failure(description: "the shell runs nothing")
      }
      return pid
    }
  }

  /// Waits until the screen is as wanted, and gives it.
  @discardableResult
  func wait(for what: String, until condition: (String) -> Bool) throws -> String {
    var last = ""
    do {
      try pipe.wait(for: what) { _ in
        last = (try? screen) ?? ""
        return condition(last)
      }
    } catch {
      throw ChildProcess.Failure(description: "no screen with \(what); the last one was:\n\(last)")
    }
    return last
  }

  @discardableResult
  private func tmux(_ arguments: [String]) throws -> String {
    let child = try ChildProcess(
      "/usr/bin/env", ["-u", "TMUX", "-u", "NO_COLOR", "tmux", "-S", socket] + arguments,
      environment: ["LC_ALL": "C.UTF-8"])
    guard try child.end() == 0 else {
      throw ChildProcess.Failure(description: "tmux \(arguments.joined(separator: " ")): \(child.output)")
    }
    return child.output
  }
}
