import CTopLinux
import Glibc

/// Who is at the other end of a socket of this machine, as the kernel knows it.
package struct SocketPeer: Hashable, Sendable {
  package let process: Int32
  package let user: UInt32

  package init(process: Int32, user: UInt32) {
    (self.process, self.user) = (process, user)
  }
}

/// Listens at a Unix socket for this user alone and speaks in lines; owned by one thread, which never waits
/// for anybody: what a client does not take is kept within a bound.
package final class LineServer {
  /// Names a client for as long as the server lives.
  package typealias ClientID = Int

  package enum News: Hashable, Sendable {
    case joined(ClientID, SocketPeer)
    /// A line without its end, not yet looked at.
    case line(ClientID, String)
    /// All that was kept for it has been taken.
    case drained(ClientID)
    case left(ClientID)
  }

  /// Readable when `takeNews` has something.
  package var descriptor: Int32 { epoll.number }
  package let path: String
  private let epoll = Descriptor(clinux_epoll_create())
  private let listener: Listener
  /// The path, held as long as the server lives: a socket that stands there is dead. Declared last of what
  /// ends by itself, so that nobody takes the path before it is gone.
  private let claim: PathClaim
  private var clients: [ClientID: Client] = [:]
  private var numbers: [Int32: ClientID] = [:]
  private var nextNumber = 0

  /// Clients at once; more are turned away.
  package static let clientLimit = 64
  /// Bytes that are kept for a client.
  package static let queueLimit = 4 * 1_024 * 1_024
  /// Bytes of a line of a client.
  private static let lineLimit = 1_024 * 1_024

  private struct Client {
    let descriptor: Int32
    var incoming: [UInt8] = []
    var outgoing: [UInt8] = []
    /// It is told nothing more once it has taken what is kept for it.
    var isEnding = false
  }

  /// Listens at `path`, in a folder that is this user's alone; what a dead server left there is removed.
  /// Throws EADDRINUSE when a living one has the path, else the errno of the step that failed.
  package init(path: String) throws(ErrorNumber) {
    let (address, length) = try Self.address(path)
    self.path = path
    claim = try PathClaim(path)
    let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let socket = Glibc.socket(AF_UNIX, Int32(kind), 0)
    guard socket >= 0 else { throw ErrorNumber.current }
    listener = Listener(socket)
    var copy = address
    let isBound = withUnsafePointer(to: &copy) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, length) == 0 }
    }
    // Nothing is cleared away here: whatever there is by now ends by itself.
    guard epoll.number >= 0, isBound, chmod(path, 0o600) == 0, listen(socket, 16) == 0,
      clinux_epoll_set(epoll.number, EPOLL_CTL_ADD, socket, EPOLLIN.rawValue, 0) == 0
    else { throw ErrorNumber.current }
  }

  deinit {
    for client in clients.values { close(client.descriptor) }
  }

  /// What came since the last call.
  package func takeNews() -> [News] {
    var events = [epoll_event](repeating: epoll_event(), count: 64)
    let count = epoll_wait(descriptor, &events, Int32(events.count), 0)
    var news: [News] = []
    for index in 0..<max(0, Int(count)) {
      let file = clinux_event_descriptor(&events[index])
      let mask = clinux_event_mask(&events[index])
      if file == listener.descriptor {
        accept(&news)
      } else if let id = numbers[file] {
        if mask & (EPOLLIN.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 { read(id, &news) }
        if mask & EPOLLOUT.rawValue != 0 { flush(id, &news) }
      }
    }
    return news
  }

  /// Sends a line, or keeps it until the client takes it. False, and nothing of it is sent, when more is kept
  /// for the client than the limit allows.
  package func send(_ line: String, to id: ClientID) -> Bool {
    guard let client = clients[id], !client.isEnding else { return true }
    guard client.outgoing.isEmpty || client.outgoing.count + line.utf8.count < Self.queueLimit else {
      return false
    }
    clients[id]?.outgoing += Array(line.utf8) + [0x0A]
    var ignored: [News] = []
    flush(id, &ignored)
    return true
  }

  /// Whether a client has not taken all that was sent.
  package func isBehind(_ id: ClientID) -> Bool { clients[id]?.outgoing.isEmpty == false }

  /// Ends a client once it has taken what is kept for it.
  package func end(_ id: ClientID) {
    clients[id]?.isEnding = true
    if clients[id]?.outgoing.isEmpty == true { drop(id) }
  }

  private func accept(_ news: inout [News]) {
    while let file = listener.next() {
      var (process, user): (Int32, UInt32) = (0, 0)
      guard clients.count < Self.clientLimit, clinux_peer(file, &process, &user) == 0,
        clinux_epoll_set(descriptor, EPOLL_CTL_ADD, file, EPOLLIN.rawValue, 0) == 0
      else {
        close(file)
        continue
      }
      nextNumber += 1
      clients[nextNumber] = Client(descriptor: file)
      numbers[file] = nextNumber
      news.append(.joined(nextNumber, SocketPeer(process: process, user: user)))
    }
  }

  private func read(_ id: ClientID, _ news: inout [News]) {
    guard let file = clients[id]?.descriptor else { return }
    var buffer = [UInt8](repeating: 0, count: 16_384)
    // One turn each: who talks without end does not keep the others from being heard.
    let count = recv(file, &buffer, buffer.count, 0)
    guard count > 0 else {
      if count < 0, [EAGAIN, EINTR].contains(errno) { return }
      news.append(.left(id))
      return drop(id)
    }
    // The rest of a line is held without its end, so only what has just come is looked through.
    var rest = buffer.prefix(count)
    while let end = rest.firstIndex(of: 0x0A) {
      let line = (clients[id]?.incoming ?? []) + rest[..<end]
      clients[id]?.incoming = []
      news.append(.line(id, String(decoding: line, as: UTF8.self)))
      rest = rest[rest.index(after: end)...]
    }
    clients[id]?.incoming += rest
    if clients[id]?.incoming.count ?? 0 > Self.lineLimit {
      news.append(.left(id))
      drop(id)
    }
  }

  private func flush(_ id: ClientID, _ news: inout [News]) {
    guard let client = clients[id], !client.outgoing.isEmpty else { return }
    let count = client.outgoing.withUnsafeBytes { bytes in
      Glibc.send(client.descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
    }
    if count < 0, ![EAGAIN, EINTR].contains(errno) { return }  // it hung up; reading tells so
    clients[id]?.outgoing.removeFirst(max(0, count))
    let isDrained = clients[id]?.outgoing.isEmpty ?? true
    if isDrained { news.append(.drained(id)) }
    if isDrained, client.isEnding { return drop(id) }
    let mask = isDrained ? EPOLLIN.rawValue : EPOLLIN.rawValue | EPOLLOUT.rawValue
    _ = clinux_epoll_set(descriptor, EPOLL_CTL_MOD, client.descriptor, mask, 0)
  }

  private func drop(_ id: ClientID) {
    guard let client = clients.removeValue(forKey: id) else { return }
    numbers[client.descriptor] = nil
    close(client.descriptor)
  }

  /// The address of a socket; throws ENAMETOOLONG, for a path has 107 bytes at most.
  static func address(_ path: String) throws(ErrorNumber) -> (sockaddr_un, socklen_t) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
      guard bytes.count < room.count else { return false }
      room.copyBytes(from: bytes)
      return true
    }
    guard fits else { throw ErrorNumber(ENAMETOOLONG) }
    return (address, socklen_t(MemoryLayout<sockaddr_un>.size))
  }
}

/// One thread has it.
@available(*, unavailable)
extension LineServer: Sendable {}
