import Glibc
import TopPlatform
import TopReports

/// Which instance somebody wants to see: one of this machine, or one of another, through ssh.
struct LinkTarget: Hashable {
  /// Absent for this machine.
  let host: String?
  /// Absent for the only one.
  let name: String?

  /// `NAME`, `ssh:HOST` or `ssh:HOST/NAME`; absent when it is none of these.
  init?(_ text: String) {
    if text.hasPrefix("ssh:") {
      let parts = text.dropFirst(4).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      // What begins with a hyphen would be an option of ssh.
      guard let host = parts.first, !host.isEmpty, !host.hasPrefix("-"),
        host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
      else { return nil }
      self.host = String(host)
      name = parts.count > 1 ? String(parts[1]) : nil
    } else {
      (host, name) = (nil, text)
    }
    if let name, !Instances.isName(name) { return nil }
  }

  init(name: String) { (host, self.name) = (nil, name) }

  /// For people, and before the names of its servers where there are several.
  var label: String { host.map { name == nil ? $0 : "\($0)/\(name ?? "")" } ?? name ?? "" }

  /// As it is written on the command line.
  var spelling: String { (host == nil ? "" : "ssh:") + label }

  /// The same where others stand beside it: two services never have one name, and the name of none begins
  /// those of another's servers.
  func label(among all: [LinkTarget]) -> String {
    let others = all.filter { $0 != self }
    let isAmbiguous = others.contains { other in
      other.label == label || other.label.hasPrefix(label + "/")
        || other.host == nil && label.hasPrefix(other.label + "/")
    }
    return isAmbiguous ? spelling : label
  }

  func open() -> (client: LineClient?, problem: String) {
    if let host {
      let far = "sessiontop attach --pipe" + (name.map { " " + $0 } ?? "")
      let command = ChildCommand(
        program: "ssh",
        arguments: ["-T", "-o", "BatchMode=yes", "-o", "ServerAliveInterval=5", "--", host, far],
        environment: environment)
      do {
        return (try LineClient(through: command, inheritance), "")
      } catch {
        return (nil, "ssh does not start: \(error)")
      }
    }
    guard let name, let path = Instances.path(of: name) else { return (nil, "there is no such name") }
    do {
      return (try LineClient(path: path), "")
    } catch {
      return (nil, "no instance called \(name) is running")
    }
  }
}
