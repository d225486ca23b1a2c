import CTopProcess
import Glibc

/// Writes over the arguments that `ps` shows of this process: each is shown as the one of `words` in its
/// place, if that has as many bytes. Whoever wants them as they were has read them before.
///
/// Only where the kernel keeps the words that it shows: nothing is written to memory that holds anything
/// else.
package func coverOwnArguments(with words: [[UInt8]]) {
  var size: Int64 = 0
  guard let start = cprocess_own_arguments(&size), size <= 1 << 21 else { return }
  let memory = UnsafeMutableBufferPointer(start: start, count: Int(size))
  let told = bytes(of: "/proc/self/cmdline", upTo: memory.count)
  guard told.elementsEqual(memory) else { return }
  for (word, shown) in zip(told.split(separator: 0, omittingEmptySubsequences: false), words)
  where word.count == shown.count {
    for (place, byte) in zip(word.indices, shown) { memory[place] = byte }
  }
}

private func bytes(of path: String, upTo limit: Int) -> [UInt8] {
  let file = openFile(path, O_RDONLY | O_CLOEXEC, 0)
  guard file >= 0 else { return [] }
  defer { close(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while bytes.count <= limit {
    let count = read(file, &buffer, buffer.count)
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { break }
    bytes += buffer.prefix(count)
  }
  return bytes
}
