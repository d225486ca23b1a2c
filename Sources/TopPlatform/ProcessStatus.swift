import Glibc

/// What the kernel tells of a process (proc(5), `/proc/PID/stat`).
package struct ProcessStatus: Hashable, Sendable {
  package let id: Int32
  package let parent: Int32
  /// When it started, in clock ticks since the machine did.
  package let started: UInt64
  /// Processor time so far, in clock ticks, of itself and of children that it has waited for.
  package let ticks: UInt64
  package let threads: Int
  /// Memory that is present, in bytes.
  package let memory: UInt64
  /// It has ended and waits to be taken away.
  package let isZombie: Bool

  /// Absent when there is no such process.
  package init?(_ id: Int32) {
    guard let text = contents(of: "/proc/\(id)/stat") else { return nil }
    self.init(line: text)
  }

  /// Reads one line of `/proc/PID/stat`. The name in it may hold anything, so its end is looked for from
  /// behind.
  init?(line: String) {
    guard let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")"), open < close,
      let id = Int32(line[..<open].split(separator: " ").first ?? "")
    else { return nil }
    let fields = line[line.index(after: close)...].split(separator: " ")
    guard fields.count > 21, let parent = Int32(fields[1]), let started = UInt64(fields[19]) else {
      return nil
    }
    func number(_ place: Int) -> UInt64 { UInt64(fields[place]) ?? 0 }
    self.id = id
    self.parent = parent
    self.started = started
    ticks = number(11) &+ number(12) &+ number(13) &+ number(14)
    threads = Int(clamping: number(17))
    memory = number(21).multipliedReportingOverflow(by: UInt64(sysconf(Int32(_SC_PAGESIZE)))).partialValue
    isZombie = fields[0] == "Z"
  }

  /// All processes, as they are now.
  package static func all() -> [ProcessStatus] {
    guard let folder = opendir("/proc") else { return [] }
    defer { closedir(folder) }
    var found: [ProcessStatus] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let id = Int32(name), let status = ProcessStatus(id) { found.append(status) }
    }
    return found
  }

  /// A process and all that descend from it, out of `all`; those first that are nearer to the root.
  package static func tree(of root: Int32, in all: [ProcessStatus]) -> [ProcessStatus] {
    let children = Dictionary(grouping: all, by: \.parent)
    var tree = all.filter { $0.id == root }
    var place = 0
    while place < tree.count {
      tree += children[tree[place].id] ?? []
      place += 1
    }
    return tree
  }
}

private func contents(of path: String) -> String? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  // A line of stat has less than a kilobyte.
  var bytes = [UInt8](repeating: 0, count: 4_096)
  let count = read(descriptor, &bytes, bytes.count)
  return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
}
