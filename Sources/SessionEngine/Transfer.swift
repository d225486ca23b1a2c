import CCurl
import Glibc
import MCPWire
import Sessions

/// One HTTP exchange: the easy handle, which it owns until it gives it back, and what it has received.
/// Callbacks only append; the loop reads what they left when libcurl is not on the stack.
final class Transfer {
  let request: TransferRequest
  /// The head, once it is complete.
  private(set) var head: ResponseHead?
  /// Why this side ended the transfer from within a callback.
  private(set) var overrun: SessionError?
  /// The answer is known; the transfer may end by itself within a moment, and nothing more of it is told.
  var isReleased = false
  /// Set when there is something new to tell, and back by whoever looks.
  private(set) var isNoted = false

  /// Absent once the transfer is over: what it heard may still be told, but nothing more can be asked of
  /// libcurl.
  private var handle: EasyHandle?
  private let limits: Limits
  private var headers: UnsafeMutablePointer<curl_slist>?
  private let errorBuffer: UnsafeMutablePointer<CChar>
  /// The number of the error that kept a socket from being opened; 0 while none did.
  private var openError: Int32 = 0
  private var headBytes = 0
  private var pendingHead = ResponseHead(status: 0)
  private var received: [UInt8] = []
  private var reader: ReplyReader?
  private var isHeadTold = false
  private var hasNewCookies = false
  private var url: String
  private var redirects = 0
  /// Where the answer sends us; known once the head is complete.
  private var target: String?
  private let noted: NewsList
  /// What the request was sent with.
  private let cookies: CookieJar

  /// Bytes that a stream is read in at a time; it waits nearly always, and libcurl's own 16 KiB would wait
  /// with it.
  private static let streamBuffer = 4_096
  /// Redirects that one request follows (the specification is silent, browsers follow 20).
  private static let redirectLimit = 3

  /// Prepares the request on a handle that is fresh or reset; what it hears of is noted in `noted`.
  init(
    _ request: TransferRequest, easy: EasyHandle, limits: Limits, cookies: CookieJar,
    noted: NewsList
  ) {
    self.request = request
    handle = easy
    self.limits = limits
    self.noted = noted
    self.cookies = cookies
    url = request.url.revealed
    cookies.fill(easy.pointer)
    errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    configure(easy.pointer)
  }

  /// Ends the use of the handle, which is still in its multi handle then.
  func giveBack() -> EasyHandle? {
    defer { handle = nil }
    return handle
  }

  deinit {
    curl_slist_free_all(headers)
    errorBuffer.deallocate()
  }

  private func configure(_ easy: UnsafeMutableRawPointer) {
    let me = Unmanaged.passUnretained(self).toOpaque()
    _ = ccurl_setopt_pointer(easy, CURLOPT_PRIVATE, me)
    _ = ccurl_setopt_pointer(easy, CURLOPT_ERRORBUFFER, errorBuffer)
    _ = ccurl_setopt_string(easy, CURLOPT_URL, url)
    _ = ccurl_setopt_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
    _ = ccurl_setopt_long(easy, CURLOPT_NOSIGNAL, 1)
    // A transfer that ends while its name is looked up would wait for the resolver, which may take half a
    // minute, and everything else with it.
    _ = ccurl_setopt_long(easy, CURLOPT_QUICK_EXIT, 1)
    _ = ccurl_setopt_long(easy, CURLOPT_FOLLOWLOCATION, 0)
    _ = ccurl_setopt_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
    _ = ccurl_setopt_long(easy, CURLOPT_CONNECTTIMEOUT_MS, 5_000)
    _ = ccurl_setopt_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    if let timeout = request.timeout {
      _ = ccurl_setopt_long(easy, CURLOPT_TIMEOUT_MS, Int(max(1, timeout.inMilliseconds)))
    }
    if let proxy = request.proxy { _ = ccurl_setopt_string(easy, CURLOPT_PROXY, proxy.revealed) }
    _ = ccurl_setopt_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    if let caFile = request.caFile {
      // Beside the system's authorities, which stand in a folder.
      _ = ccurl_setopt_string(easy, CURLOPT_CAINFO, caFile)
      _ = ccurl_setopt_string(easy, CURLOPT_CAPATH, "/etc/ssl/certs")
    }
    if request.isLasting { _ = ccurl_setopt_long(easy, CURLOPT_BUFFERSIZE, Self.streamBuffer) }
    if request.freshConnection { _ = ccurl_setopt_long(easy, CURLOPT_FRESH_CONNECT, 1) }
    switch request.method {
    case .post:
      _ = ccurl_setopt_long(easy, CURLOPT_POST, 1)
      _ = ccurl_setopt_long(easy, CURLOPT_POSTFIELDSIZE, request.body.utf8.count)
      _ = ccurl_setopt_string(easy, CURLOPT_COPYPOSTFIELDS, request.body)
    case .get:
      _ = ccurl_setopt_long(easy, CURLOPT_HTTPGET, 1)
    case .delete:
      _ = ccurl_setopt_string(easy, CURLOPT_CUSTOMREQUEST, "DELETE")
    }
    // A header without a value is written with a semicolon; no Expect header, which only adds a round trip.
    for header in request.headers {
      let value = header.value.revealed
      headers = curl_slist_append(headers, fieldLine(header.name, value))
    }
    headers = curl_slist_append(headers, "Expect:")
    // Compression is undone where a server uses it unasked, and counted after that; we do not ask for it,
    // because proxies hold compressed events back.
    _ = ccurl_setopt_string(easy, CURLOPT_ACCEPT_ENCODING, "")
    if !request.headers.contains(where: { $0.name.lowercased() == "accept-encoding" }) {
      headers = curl_slist_append(headers, "Accept-Encoding: identity")
    }
    _ = ccurl_setopt_list(easy, CURLOPT_HTTPHEADER, headers)
    _ = ccurl_setopt_pointer(easy, CURLOPT_HEADERDATA, me)
    _ = ccurl_setopt_pointer(easy, CURLOPT_WRITEDATA, me)
    _ = ccurl_on_open_socket(
      easy,
      { user, _, address in
        let socket = ccurl_open_socket(address)
        if socket < 0, let user {
          Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue().openError = errno
        }
        return socket
      }, me)
    _ = ccurl_setopt_bytes(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, user in
      guard let bytes, let user else { return 0 }
      let transfer = Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue()
      return transfer.headLine(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }
    _ = ccurl_setopt_bytes(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, user in
      guard let bytes, let user else { return 0 }
      let transfer = Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue()
      transfer.received.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: size * count))
      transfer.note()
      // Over this the loop would have looked in between; short counts end the transfer.
      return transfer.received.count <= transfer.limits.bodyBytes + transfer.limits.eventBytes
        ? size * count : 0
    }
  }

  // MARK: - From libcurl: only record

  private func headLine(_ bytes: UnsafeRawBufferPointer) -> Bool {
    headBytes += bytes.count
    guard headBytes <= limits.headBytes else {
      overrun = SessionError(
        .responseTooLarge, detail: "the head of the answer is over \(limits.headBytes) bytes")
      return false
    }
    let line = String(decoding: bytes, as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      // A new head: an interim answer or a proxy's came before.
      let words = line.split(separator: " ", maxSplits: 2)
      pendingHead = ResponseHead(status: words.count > 1 ? Int(words[1].prefix(3)) ?? 0 : 0)
    } else if line == "\r\n" || line == "\n" {
      if pendingHead.status >= 200 { head = pendingHead }
      note()
    } else {
      header(line)
    }
    return true
  }

  private func header(_ line: String) {
    guard let colon = line.firstIndex(of: ":") else { return }
    let spaces: Set<Character> = [" ", "\t", "\r", "\n", "\r\n"]
    var value = line[line.index(after: colon)...].drop { spaces.contains($0) }
    while let last = value.last, spaces.contains(last) { value.removeLast() }
    switch line[..<colon].lowercased() {
    case "content-type": pendingHead.contentType = String(value)
    case "mcp-session-id" where pendingHead.sessionIDs.count < 8: pendingHead.sessionIDs.append(String(value))
    case "retry-after": pendingHead.retryAfter = String(value)
    case "location": pendingHead.location = String(value.prefix(2_048))
    case "www-authenticate": pendingHead.hasChallenge = true
    case "set-cookie": hasNewCookies = true
    default: break
    }
  }

  private func note() {
    guard !isNoted else { return }
    isNoted = true
    noted.transfers.append(self)
  }

  // MARK: - From the loop: what came in since the last look

  /// What arrived since the last call, in order.
  func news() -> [TransferEvent] {
    isNoted = false
    var events: [TransferEvent] = []
    if let head, !isHeadTold {
      if redirects < Self.redirectLimit { target = redirectTarget(head, from: url) }
      // What is sent on is as if it had been sent there at once.
      guard target == nil else { return [] }
      isHeadTold = true
      reader = ReplyReader(
        contentType: head.contentType, bodyLimit: limits.bodyBytes, eventLimit: limits.eventBytes)
      events.append(.head(head))
    }
    if !received.isEmpty, reader != nil {
      events += (reader?.append(received) ?? []).map { .item($0) }
      received.removeAll(keepingCapacity: received.count <= 16_384)
    }
    return events
  }

  /// What the answer did to the cookies, once its head is complete; told once.
  func takeCookieChange() -> CookieJar.Change? {
    guard hasNewCookies, head != nil, let handle else { return nil }
    hasNewCookies = false
    return cookies.change(in: handle.pointer)
  }

  /// The handle, ready to send the request once more, where it is to go elsewhere at its origin.
  func redirect() -> EasyHandle? {
    guard let target, let handle else { return nil }
    redirects += 1
    url = target
    self.target = nil
    head = nil
    headBytes = 0
    received = []
    _ = ccurl_setopt_string(handle.pointer, CURLOPT_URL, target)
    return handle
  }

  /// The last word, after libcurl reported the end.
  func end(_ code: CURLcode) -> [TransferEvent] {
    var events = news()
    var end = TransferEnd(head: head, excerpt: reader?.excerpt ?? "", lastEventID: reader?.lastEventID ?? "")
    if code == CURLE_OK {
      events += (reader?.finish() ?? []).map { .item($0) }
    } else {
      end.failure = overrun ?? failure(code)
    }
    return events + [.ended(end)]
  }

  private func failure(_ code: CURLcode) -> SessionError {
    let connected = time(CURLINFO_PRETRANSFER_TIME_T)
    if connected == 0, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(openError) {
      let remedy = [EMFILE, ENFILE].contains(openError) ? "; raise the limit of open files (ulimit -n)" : ""
      return SessionError(
        .resourceError, curlCode: Int(code.rawValue),
        detail: "no socket for another connection: \(String(cString: strerror(openError)))\(remedy)")
    }
    if code == CURLE_WRITE_ERROR {
      return SessionError(.responseTooLarge, detail: "the answer is over \(limits.bodyBytes) bytes")
    }
    let words = String(cString: errorBuffer)
    // The limits for the name, the connection and the answer share one code.
    if code == CURLE_OPERATION_TIMEDOUT, words.hasPrefix("Resolving") {
      return SessionError(
        .dnsError, curlCode: Int(code.rawValue), detail: "the name servers do not answer: \(words)")
    }
    return sessionError(code, wasConnected: connected > 0, detail: words)
  }

  /// How long after the start a step was done, in microseconds; 0 while it is not.
  private func time(_ step: CURLINFO) -> curl_off_t {
    var time: curl_off_t = 0
    if let handle { _ = ccurl_getinfo_off_t(handle.pointer, step, &time) }
    return time
  }
}

/// Transfers with something to tell, in the order in which it came; one list for all of a multi handle.
final class NewsList {
  var transfers: [Transfer] = []
}

/// A header as its bytes: characters up to U+00FF are one each, as browsers and LibreChat send them (RFC 9110
/// section 5.5); what is beyond, which the configuration refuses, would go out as UTF-8.
private func fieldLine(_ name: String, _ value: String) -> [CChar] {
  let line = value.isEmpty ? "\(name);" : "\(name): \(value)"
  let isLatin = line.unicodeScalars.allSatisfy { $0.value <= 0xFF }
  let bytes = isLatin ? line.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } : Array(line.utf8)
  return bytes.map { CChar(bitPattern: $0) } + [0]
}
