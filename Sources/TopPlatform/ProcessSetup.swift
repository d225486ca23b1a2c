import CTopLinux
import Glibc

/// Makes of this process what a program that holds tokens and thousands of connections wants to be: files are
/// its user's alone, no core file is written, all descriptors that the system allows may be used, one heap
/// serves all threads, and no signal of a closed pipe ends it. Called before the first thread starts.
package func prepareProcess() {
  // Where one of the three was closed, the next file that is opened would take its place and its words. What
  // stands there instead takes no words, so that who writes them learns that they are lost.
  for descriptor in 0...2 as ClosedRange<Int32> where fcntl(descriptor, F_GETFD) < 0 {
    _ = openFile("/dev/null", O_RDONLY, 0)
  }
  umask(0o077)
  clinux_use_one_heap()
  _ = clinux_forbid_core_file()
  clinux_raise_descriptor_limit()
  signal(SIGPIPE, SIG_IGN)
  // See `Writing`.
  signal(SIGIO, SIG_IGN)
}

/// The environment of this process as it is now; what is no pair is left out.
package func processEnvironment() -> [String: String] {
  var result: [String: String] = [:]
  var entry = clinux_environment()
  while let text = entry?.pointee {
    let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    if pair.count == 2 { result[String(pair[0])] = String(pair[1]) }
    entry = entry?.successor()
  }
  return result
}

/// Columns and rows of the terminal behind a descriptor; absent when it is none, or does not know.
package func terminalSize(of descriptor: Int32) -> (columns: Int, rows: Int)? {
  var columns: Int32 = 0
  var rows: Int32 = 0
  guard clinux_terminal_size(descriptor, &columns, &rows) == 0, columns > 0, rows > 0 else { return nil }
  return (Int(columns), Int(rows))
}
