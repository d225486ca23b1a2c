import TopConfiguration
import Glibc
import MCPSessions
import TopPlatform
import TopReports
import Synchronization

// What the process finds around it, and how it speaks to it.

/// The environment, read once.
let environment = processEnvironment()

/// The home of this user: as the environment says, else as the system does. Never a folder that all share.
let homeFolder: String? = {
  if let home = environment["HOME"], home.hasPrefix("/") { return home }
  guard let home = getpwuid(getuid()).map({ String(cString: $0.pointee.pw_dir) }), home.hasPrefix("/"),
    home != "/"
  else {
    return nil
  }
  return home
}()

let currentDirectory: String = {
  guard let path = getcwd(nil, 0) else { return "." }
  defer { free(path) }
  return String(cString: path)
}()

/// The number of this process.
let processNumber = Int(getpid())

let hostName: String = {
  var name = [CChar](repeating: 0, count: 256)
  guard gethostname(&name, 255) == 0 else { return "localhost" }
  let bytes = name.prefix { $0 != 0 && $0 != CChar(UInt8(ascii: ".")) }.map { UInt8(bitPattern: $0) }
  return PrintableText.line(String(decoding: bytes, as: UTF8.self), limit: 32)
}()

/// Who sits at the keyboard: login name, terminal, and where they came from.
let operatorIdentity: Operator = {
  let user =
    getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? environment["USER"] ?? "unknown"
  let terminal = ttyname(0).map { String(cString: $0).replacing("/dev/", with: "") }
  let remote = environment["SSH_CLIENT"]?.split(separator: " ").first.map(String.init)
  let origin = [terminal, remote].compactMap { $0 }.joined(separator: " from ")
  return Operator(user: PrintableText.line(user, limit: 32), origin: PrintableText.line(origin, limit: 80))
}()

/// Seconds east of UTC of local time, at `now`.
func utcOffset(at now: WallTime) -> Int {
  var seconds = time_t(now.milliseconds / 1_000)
  var local = tm()
  localtime_r(&seconds, &local)
  return local.tm_gmtoff
}

/// One line to standard output; false when nobody reads it any more.
@discardableResult
func writeLine(_ line: String) -> Bool { write(line + "\n") }

/// A text to standard output, for which this is the only way beside `StandardOutput`: what is lost is noted.
@discardableResult
func write(_ text: String) -> Bool {
  let isWritten = writeAll(text, to: 1)
  if !isWritten { noteLostOutput(ErrorNumber.current) }
  return isWritten
}

/// Why standard output lost what was written to it; absent while it did not.
private let lostOutput = Mutex<ErrorNumber?>(nil)

/// What was to be read is lost. A reader who has left is none of that: it has read enough.
func noteLostOutput(_ why: ErrorNumber) {
  guard why.rawValue != EPIPE else { return }
  lostOutput.withLock { $0 = $0 ?? why }
}

/// The exit code that a run has: none is well that lost what it had to say.
func exitCode(_ code: Int32) -> Int32 {
  guard let why = lostOutput.withLock({ $0 }) else { return code }
  complain("standard output cannot be written: \(why)")
  if isPlugin { return PluginStatus.unknown.rawValue }
  return code == ExitCode.done ? ExitCode.notWell : code
}

/// Ends the program, whatever its threads do at that moment: what libraries clear away at its end may be what
/// a thread that renews tokens still uses, so either that thread has ended or they clear nothing.
func leave(_ code: Int32) -> Never {
  if waitForThreads(milliseconds: 300) { exit(code) }
  fflush(nil)
  _exit(code)
}

/// Whether a monitoring system asks, which understands a line and four exit codes of its own.
let isPlugin = CommandLine.arguments.contains("--plugin")

/// A sentence to standard error, which may hold what others wrote: printable, and each line of it of at most
/// 2 000 characters. A warning, where the system's journal reads it.
func complain(_ sentence: String) {
  let lines = sentence.split(separator: "\n", omittingEmptySubsequences: false).map {
    PrintableText.line(String($0), limit: 2_000)
  }
  _ = writeAll("\(complaintPriority)sessiontop: \(lines.joined(separator: "\n"))\n", to: 2)
}

private let complaintPriority = isJournal(2, environment: environment) ? "<4>" : ""
