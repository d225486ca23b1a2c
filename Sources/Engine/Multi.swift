import CCurl
import CLinux
import Glibc
import Sessions

/// One libcurl multi handle and the epoll that watches its sockets; owned by one thread, never shared.
///
/// The shape is `curl_multi_socket_action`: a wake-up costs what happened, not how many transfers exist.
final class Multi {
  private let handle: UnsafeMutableRawPointer
  private let epoll: Int32
  /// What libcurl asked to be called at, in nanoseconds of the monotonic clock.
  private var timer: Int64?
  private var transfers: [TransferID: Transfer] = [:]
  private let noted = NewsList()
  private var jars: [SessionKey: CookieJar] = [:]
  /// Transfers whose answer is known, in the order in which their time is over.
  private var released: [(until: Instant, id: TransferID)] = []
  /// Easy handles that wait to be used again; they keep nothing of their last transfer.
  private var spare: [UnsafeMutableRawPointer] = []
  private static let spareLimit = 64

  @available(*, unavailable)
  private func isNeverShared() {}

  /// Watches the given descriptor beside the sockets. Absent when the process lacks descriptors or memory.
  init?(watching descriptor: Int32) {
    guard let handle = curl_multi_init() else { return nil }
    self.handle = handle
    epoll = clinux_epoll_create()
    guard epoll >= 0 else {
      curl_multi_cleanup(handle)
      return nil
    }
    _ = clinux_epoll_set(epoll, EPOLL_CTL_ADD, descriptor, EPOLLIN.rawValue)
    let me = Unmanaged.passUnretained(self).toOpaque()
    _ = ccurl_multi_setopt_pointer(handle, CURLMOPT_SOCKETDATA, me)
    _ = ccurl_multi_setopt_pointer(handle, CURLMOPT_TIMERDATA, me)
    _ = ccurl_multi_setopt_long(handle, CURLMOPT_MAXCONNECTS, 4_096)
    _ = ccurl_multi_on_socket(handle) { _, socket, what, user, known in
      guard let user else { return 0 }
      let multi = Unmanaged<Multi>.fromOpaque(user).takeUnretainedValue()
      multi.watch(socket, what, isKnown: known != nil)
      return 0
    }
    _ = ccurl_multi_on_timer(handle) { _, milliseconds, user in
      guard let user else { return 0 }
      let multi = Unmanaged<Multi>.fromOpaque(user).takeUnretainedValue()
      multi.timer = milliseconds < 0 ? nil : Multi.monotonic + Int64(milliseconds) * 1_000_000
      return 0
    }
  }

  deinit {
    for transfer in transfers.values {
      curl_multi_remove_handle(handle, transfer.easy)
      curl_easy_cleanup(transfer.easy)
    }
    for easy in spare { curl_easy_cleanup(easy) }
    curl_multi_cleanup(handle)
    close(epoll)
  }

  /// Starts a transfer; false when libcurl cannot take it.
  func add(_ request: TransferRequest, limits: Limits) -> Bool {
    guard let easy = spare.popLast() ?? curl_easy_init() else { return false }
    if request.purpose == .initialize { jars[request.session] = nil }
    let transfer = Transfer(
      request, easy: easy, limits: limits, cookies: jars[request.session] ?? CookieJar(), noted: noted)
    guard curl_multi_add_handle(handle, easy) == CURLM_OK else {
      curl_easy_cleanup(easy)
      return false
    }
    transfers[request.id] = transfer
    return true
  }

  /// Ends a transfer, wherever it is.
  func remove(_ id: TransferID) {
    guard let transfer = transfers.removeValue(forKey: id) else { return }
    curl_multi_remove_handle(handle, transfer.easy)
    if spare.count < Self.spareLimit {
      curl_easy_reset(transfer.easy)
      spare.append(transfer.easy)
    } else {
      curl_easy_cleanup(transfer.easy)
    }
  }

  /// Gives a transfer until `instant` to end by itself, so that its connection can be kept.
  func release(_ id: TransferID, until instant: Instant) {
    guard let transfer = transfers[id] else { return }
    transfer.isReleased = true
    released.append((instant, id))
  }

  /// Waits for sockets, timers or the watched descriptor, at most until `deadline`; runs libcurl as far as it
  /// goes. Returns how late the wait ended, in nanoseconds: much, if the process stood still.
  func run(until deadline: Instant?) -> Int64 {
    let due = [deadline?.nanoseconds, timer].compactMap { $0 }.min()
    let pause = due.map { max(0, $0 - Self.monotonic) }
    var events = [epoll_event](repeating: epoll_event(), count: 256)
    // Rounded up: waking a moment early would only mean to wait again.
    let milliseconds = pause.map { Int32(min(60_000, ($0 + 999_999) / 1_000_000)) } ?? 60_000
    let start = Self.monotonic
    let count = epoll_wait(epoll, &events, Int32(events.count), milliseconds)
    let late = Self.monotonic - start - Int64(milliseconds) * 1_000_000
    var running: Int32 = 0
    for index in 0..<max(0, Int(count)) {
      let descriptor = clinux_event_descriptor(&events[index])
      let mask = clinux_event_mask(&events[index])
      var what: Int32 = 0
      if mask & EPOLLIN.rawValue != 0 { what |= CURL_CSELECT_IN }
      if mask & EPOLLOUT.rawValue != 0 { what |= CURL_CSELECT_OUT }
      if mask & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { what |= CURL_CSELECT_ERR }
      curl_multi_socket_action(handle, descriptor, what, &running)
    }
    if let timer, timer <= Self.monotonic {
      self.timer = nil
      curl_multi_socket_action(handle, CURL_SOCKET_TIMEOUT, 0, &running)
    }
    return late
  }

  /// What transfers received or came to since the last call; those at their end are gone afterwards.
  func takeNews() -> [(TransferID, [TransferEvent])] {
    var news: [(TransferID, [TransferEvent])] = []
    let told = noted.transfers
    noted.transfers = []
    for transfer in told {
      let events = transfer.news()
      if !transfer.isReleased, !events.isEmpty { news.append((transfer.request.id, events)) }
    }
    var code = CURLE_OK
    while let easy = ccurl_next_done(handle, &code) {
      var user: UnsafeMutableRawPointer?
      _ = ccurl_getinfo_pointer(easy, CURLINFO_PRIVATE, &user)
      guard let user else { continue }
      let transfer = Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue()
      let session = transfer.request.session
      jars[session, default: CookieJar()].take(easy)
      if code == CURLE_OK, transfer.redirect() {
        // Taken out and put in again, libcurl starts it anew.
        curl_multi_remove_handle(handle, easy)
        if curl_multi_add_handle(handle, easy) == CURLM_OK { continue }
      }
      let events = transfer.end(code)
      if !transfer.isReleased { news.append((transfer.request.id, events)) }
      remove(transfer.request.id)
    }
    return news
  }

  /// When the first released transfer has had its moment.
  var releaseDeadline: Instant? { released.first?.until }

  /// Ends released transfers that did not end by themselves.
  func dropReleased(at now: Instant) {
    let over = released.prefix { $0.until <= now }
    for (_, id) in over { remove(id) }
    released.removeFirst(over.count)
  }

  private func watch(_ socket: Int32, _ what: Int32, isKnown: Bool) {
    guard what != CURL_POLL_REMOVE else {
      _ = clinux_epoll_set(epoll, EPOLL_CTL_DEL, socket, 0)
      return
    }
    var mask: UInt32 = 0
    if what & CURL_POLL_IN != 0 { mask |= EPOLLIN.rawValue }
    if what & CURL_POLL_OUT != 0 { mask |= EPOLLOUT.rawValue }
    if clinux_epoll_set(epoll, EPOLL_CTL_MOD, socket, mask) != 0 {
      _ = clinux_epoll_set(epoll, EPOLL_CTL_ADD, socket, mask)
    }
  }

  private static var monotonic: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
