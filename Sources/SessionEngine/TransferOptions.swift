import CTopCurl
import Glibc
import MCPWire
import MCPSessions

// How a request becomes the options of its easy handle.

extension Transfer {
  /// Bytes that a stream is read in at a time; it waits nearly always, and libcurl's own 16 KiB would wait
  /// with it.
  private static let streamBuffer = 4_096
  private static let connectTimeout = 5_000

  func configure(cookies: CookieJar, trust: TrustFiles.Content) {
    cookies.fill(easy)
    let me = Unmanaged.passUnretained(self).toOpaque()
    _ = ccurl_setopt_pointer(easy, CURLOPT_PRIVATE, me)
    _ = ccurl_setopt_pointer(easy, CURLOPT_ERRORBUFFER, errorBuffer)
    _ = ccurl_setopt_string(easy, CURLOPT_URL, url)
    _ = ccurl_setopt_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
    _ = ccurl_setopt_long(easy, CURLOPT_NOSIGNAL, 1)
    _ = ccurl_setopt_long(easy, CURLOPT_FOLLOWLOCATION, 0)
    _ = ccurl_setopt_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
    let patience = request.grace > .zero ? request.timeout.map { Int($0.inMilliseconds) } : nil
    let connectTimeout = max(1, min(Self.connectTimeout, patience ?? Self.connectTimeout))
    _ = ccurl_setopt_long(easy, CURLOPT_CONNECTTIMEOUT_MS, connectTimeout)
    // Without it the end of a transfer waits for its resolver, which waits for a silent name server.
    _ = ccurl_setopt_long(easy, CURLOPT_QUICK_EXIT, 1)
    _ = ccurl_setopt_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    if let timeout = request.timeout {
      _ = ccurl_setopt_long(easy, CURLOPT_TIMEOUT_MS, Int(max(1, (timeout + request.grace).inMilliseconds)))
    }
    // Which proxy it is was decided here, so that what is told of it is what libcurl does.
    _ = ccurl_setopt_string(easy, CURLOPT_PROXY, proxy?.url.revealed ?? "")
    _ = ccurl_setopt_string(easy, CURLOPT_NOPROXY, "")
    configureTrust(trust)
    if request.isLasting {
      _ = ccurl_setopt_long(easy, CURLOPT_BUFFERSIZE, Self.streamBuffer)
      // A stream never finds a connection that is free, and libcurl would look at those of all streams for
      // one.
      _ = ccurl_setopt_long(easy, CURLOPT_FORBID_REUSE, 1)
    }
    if request.freshConnection || request.isLasting { _ = ccurl_setopt_long(easy, CURLOPT_FRESH_CONNECT, 1) }
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
    configureHeaders()
    configureCallbacks(me)
    if url.lowercased().hasPrefix("https:") {
      noteCertificateRequests(me)
    }
  }

  private func configureTrust(_ trust: TrustFiles.Content) {
    if request.isMeasured { _ = ccurl_setopt_long(easy, CURLOPT_CERTINFO, 1) }
    if request.isHandshakeOnly {
      // Nothing is sent, so nobody has to be trusted.
      _ = ccurl_setopt_long(easy, CURLOPT_CONNECT_ONLY, 1)
      _ = ccurl_setopt_long(easy, CURLOPT_SSL_VERIFYPEER, 0)
      _ = ccurl_setopt_long(easy, CURLOPT_SSL_VERIFYHOST, 0)
      return
    }
    use(trust, for: easy)
  }

  /// A server that wants a certificate, and gets none or one that it does not trust, may cut the connection
  /// so that its alert is lost; that it asked stands in libcurl's trace of the handshake and nowhere else.
  private func noteCertificateRequests(_ me: UnsafeMutableRawPointer) {
    _ = ccurl_on_trace(
      easy,
      { _, kind, bytes, count, user in
        if let user, isCertificateRequest(kind, bytes, count) {
          Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue().wasAskedForCertificate = true
        }
        return 0
      }, me)
  }

  private func configureHeaders() {
    headers = headerList(request.headers)
    // Compression is undone where a server uses it unasked, and counted after that; we do not ask for it,
    // because proxies hold compressed events back.
    _ = ccurl_setopt_string(easy, CURLOPT_ACCEPT_ENCODING, "")
    if !request.headers.contains(where: { $0.name.lowercased() == "accept-encoding" }) {
      headers = curl_slist_append(headers, "Accept-Encoding: identity")
    }
    _ = ccurl_setopt_list(easy, CURLOPT_HTTPHEADER, headers)
  }

  private func configureCallbacks(_ me: UnsafeMutableRawPointer) {
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
    _ = ccurl_on_resolve(
      easy,
      { _, _, user in
        guard let user else { return 0 }
        return Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue().mayResolve() ? 0 : 1
      }, me)
    _ = ccurl_on_request(
      easy,
      { user, _, _, _, _ in
        guard let user else { return CURL_PREREQFUNC_OK }
        return Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue().maySend()
          ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
      }, me)
    _ = ccurl_setopt_bytes(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, user in
      guard let bytes, let user else { return 0 }
      let transfer = Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue()
      return transfer.headLine(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }
    _ = ccurl_setopt_bytes(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, user in
      guard let bytes, let user else { return 0 }
      let transfer = Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue()
      return transfer.body(UnsafeRawBufferPointer(start: bytes, count: size * count))
        ? size * count : Int(CURL_WRITEFUNC_PAUSE)
    }
  }
}

/// Lets a handle trust certain authorities, beside the system's, where they stand in a folder, and show our
/// own certificate. It gets copies of the bytes: a file of somebody's it never opens.
func use(_ trust: TrustFiles.Content, for easy: UnsafeMutableRawPointer) {
  if let authorities = trust.authorities {
    _ = ccurl_setopt_blob(easy, CURLOPT_CAINFO_BLOB, authorities, authorities.count)
    if let folder = SystemAuthorities.folder { _ = ccurl_setopt_string(easy, CURLOPT_CAPATH, folder) }
  } else if SystemAuthorities.areInBundle(at: Moment.now.instant) {
    // Beside a folder libcurl would read the bundle anew for each connection, and keep it as often.
    _ = ccurl_keep_authorities(easy, SystemAuthorities.freshness.components.seconds)
    _ = ccurl_setopt_string(easy, CURLOPT_CAPATH, nil)
    _ = ccurl_setopt_string(easy, CURLOPT_PROXY_CAPATH, nil)
  }
  if let certificate = trust.certificate, let key = trust.key {
    _ = ccurl_setopt_blob(easy, CURLOPT_SSLCERT_BLOB, certificate, certificate.count)
    _ = ccurl_setopt_blob(easy, CURLOPT_SSLKEY_BLOB, key, key.count)
  }
}
