import CTopCurl
import CTopLinux
import Glibc

/// One libcurl multi handle with its connections, for one kind of transfer; part of a `Transfers`.
///
/// The shape is `curl_multi_socket_action`: a wake-up costs what happened, not how many transfers exist.
final class Multi {
  /// What libcurl asked to be called at, in nanoseconds of the monotonic clock.
  private(set) var timer: Int64?
  private let handle: UnsafeMutableRawPointer
  private let epoll: Int32
  private let tag: UInt32
  /// Where transfers of this pool get their handles.
  let handles: SpareHandles

  /// Watches its sockets with `epoll`, marked with `tag`. Keeps up to `spareLimit` handles for the next
  /// transfer. Over `connectionLimit` transfers wait until a connection is free. Absent when the process
  /// lacks memory.
  init?(epoll: Int32, tag: UInt32, spareLimit: Int, connectionLimit: Int) {
    guard let handle = curl_multi_init() else { return nil }
    self.handle = handle
    self.epoll = epoll
    self.tag = tag
    handles = SpareHandles(limit: spareLimit)
    let me = Unmanaged.passUnretained(self).toOpaque()
    _ = ccurl_multi_setopt_pointer(handle, CURLMOPT_SOCKETDATA, me)
    _ = ccurl_multi_setopt_pointer(handle, CURLMOPT_TIMERDATA, me)
    _ = ccurl_multi_setopt_long(handle, CURLMOPT_MAXCONNECTS, min(4_096, connectionLimit))
    _ = ccurl_multi_setopt_long(handle, CURLMOPT_MAX_TOTAL_CONNECTIONS, connectionLimit)
    _ = ccurl_multi_on_socket(handle) { _, socket, what, user, mark in
      guard let user else { return 0 }
      let multi = Unmanaged<Multi>.fromOpaque(user).takeUnretainedValue()
      return multi.watch(socket, what, isWatched: mark != nil) ? 0 : -1
    }
    _ = ccurl_multi_on_timer(handle) { _, milliseconds, user in
      guard let user else { return 0 }
      let pool = Unmanaged<Multi>.fromOpaque(user).takeUnretainedValue()
      pool.timer = milliseconds < 0 ? nil : monotonic() + Int64(milliseconds) * 1_000_000
      return 0
    }
  }

  deinit {
    curl_multi_cleanup(handle)
  }

  /// Starts a transfer; false when libcurl cannot take it. It must live until it is stopped.
  func start(_ transfer: Transfer) -> Bool {
    curl_multi_add_handle(handle, transfer.easy) == CURLM_OK
  }

  /// Stops a transfer, wherever it is; it can be started again.
  func stop(_ transfer: Transfer) {
    curl_multi_remove_handle(handle, transfer.easy)
  }

  /// Tells libcurl that a socket of this pool is ready.
  func act(on socket: Int32, mask: UInt32) {
    var what: Int32 = 0
    if mask & EPOLLIN.rawValue != 0 { what |= CURL_CSELECT_IN }
    if mask & EPOLLOUT.rawValue != 0 { what |= CURL_CSELECT_OUT }
    if mask & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { what |= CURL_CSELECT_ERR }
    var running: Int32 = 0
    curl_multi_socket_action(handle, socket, what, &running)
  }

  /// Runs what libcurl wanted to do by now.
  func actOnTime() {
    guard let timer, timer <= monotonic() else { return }
    self.timer = nil
    var running: Int32 = 0
    curl_multi_socket_action(handle, CURL_SOCKET_TIMEOUT, 0, &running)
  }

  /// The next transfer that is over, with how it went.
  func nextDone(_ code: inout CURLcode) -> Transfer? {
    while let easy = ccurl_next_done(handle, &code) {
      var user: UnsafeMutableRawPointer?
      _ = ccurl_getinfo_pointer(easy, CURLINFO_PRIVATE, &user)
      if let user { return Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue() }
    }
    return nil
  }

  /// Fails when the system lacks what epoll needs: libcurl then gives the connection up, where an unwatched
  /// one would only be silent.
  private func watch(_ socket: Int32, _ what: Int32, isWatched: Bool) -> Bool {
    guard what != CURL_POLL_REMOVE else {
      _ = clinux_epoll_set(epoll, EPOLL_CTL_DEL, socket, 0, tag)
      return true
    }
    var mask: UInt32 = 0
    if what & CURL_POLL_IN != 0 { mask |= EPOLLIN.rawValue }
    if what & CURL_POLL_OUT != 0 { mask |= EPOLLOUT.rawValue }
    if isWatched, clinux_epoll_set(epoll, EPOLL_CTL_MOD, socket, mask, tag) == 0 { return true }
    // libcurl forgets the mark when it takes the socket away.
    curl_multi_assign(handle, socket, UnsafeMutableRawPointer(bitPattern: 1))
    return clinux_epoll_set(epoll, EPOLL_CTL_ADD, socket, mask, tag) == 0
      || clinux_epoll_set(epoll, EPOLL_CTL_MOD, socket, mask, tag) == 0
  }
}

/// One thread has it.
@available(*, unavailable)
extension Multi: Sendable {}
