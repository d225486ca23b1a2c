import CTopProcess
import Glibc
import Synchronization

/// Takes children away that have been let go before they ended, one place for the whole program: whoever ends
/// a child need not wait until the kernel has done it, and none is left a zombie.
package final class Reaper: Sendable {
  package static let shared = Reaper()

  private let state = Mutex(State())

  private struct State {
    var orders: Mailbox<Newcomers>?
  }

  private struct Newcomers: Mail {
    /// By number, with a descriptor that tells of the end.
    var children: [(id: Int32, end: Int32)] = []
    var isEmpty: Bool { children.isEmpty }

    mutating func merge(_ later: Newcomers) { children += later.children }
  }

  private init() {}

  /// Takes a child away when it has ended; that is this one's business alone from now on.
  package func take(_ id: Int32) {
    guard !Self.isGone(id) else { return }
    let end = cprocess_open(id)
    guard end >= 0, let orders = running() else {
      if end >= 0 { close(end) }
      return
    }
    var mail = Newcomers()
    mail.children = [(id, end)]
    orders.post(mail)
  }

  /// Whether it has ended and is taken away by that, or never was a child.
  private static func isGone(_ id: Int32) -> Bool {
    while true {
      let found = waitpid(id, nil, WNOHANG)
      if found < 0, errno == EINTR { continue }
      return found != 0
    }
  }

  /// The thread's mailbox; it is started when the first child comes. Absent while the process lacks what a
  /// thread takes.
  private func running() -> Mailbox<Newcomers>? {
    state.withLock { state in
      if let orders = state.orders { return orders }
      guard let orders = try? Mailbox<Newcomers>() else { return nil }
      do {
        try startThread(named: "reaper") { Reaper.run(orders) }
      } catch {
        return nil
      }
      state.orders = orders
      return orders
    }
  }

  private static func run(_ orders: Mailbox<Newcomers>) {
    var children: [(id: Int32, end: Int32)] = []
    while true {
      _ = wait(reading: [orders.descriptor] + children.map(\.end), milliseconds: -1)
      children += orders.drain().children
      children.removeAll { child in
        guard isGone(child.id) else { return false }
        close(child.end)
        return true
      }
    }
  }
}
