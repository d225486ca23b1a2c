import Glibc

/// The folder of Package.swift.
let packageRoot = String(
  #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/"))

/// Where programs under test keep their state.
let testFolder = packageRoot + "/.build/test-state"

/// The program under test: `SESSIONTOP_BINARY`, else what was built beside these tests.
let sessiontopBinary: String = {
  if let path = getenv("SESSIONTOP_BINARY") { return String(cString: path) }
  var buffer = [UInt8](repeating: 0, count: 4_096)
  let count = readlink("/proc/self/exe", &buffer, buffer.count)
  let tests = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  let beside = tests.prefix(through: tests.lastIndex(of: "/") ?? tests.startIndex) + "sessiontop"
  return access(String(beside), X_OK) == 0 ? String(beside) : packageRoot + "/.build/debug/sessiontop"
}()
