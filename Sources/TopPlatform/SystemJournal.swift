import CTopLinux
import Glibc

/// Whether what is written to a descriptor goes to the system's journal: the variable `JOURNAL_STREAM` names
/// its device and inode then, and lines may begin with their priority, `<3>` (systemd.exec(5), sd-daemon(3)).
package func isJournal(_ descriptor: Int32, environment: [String: String]) -> Bool {
  let parts = (environment["JOURNAL_STREAM"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
  var status = stat()
  guard parts.count == 2, let device = UInt64(parts[0]), let inode = UInt64(parts[1]),
    fstat(descriptor, &status) == 0
  else { return false }
  return UInt64(status.st_dev) == device && UInt64(status.st_ino) == inode
}
