import CTopCurl
import MCPSessions

// What libcurl knows of the way that a transfer took.

extension Transfer {
  var route: Route {
    var route = Route()
    route.named = time(CURLINFO_NAMELOOKUP_TIME_T)
    route.connected = time(CURLINFO_CONNECT_TIME_T)
    route.secured = time(CURLINFO_APPCONNECT_TIME_T)
    route.answered = time(CURLINFO_STARTTRANSFER_TIME_T)
    route.address = text(CURLINFO_PRIMARY_IP)
    route.proxy = proxy?.words
    route.certificate = certificate
    return route
  }

  /// Absent for what was not reached.
  private func time(_ info: CURLINFO) -> Duration? {
    var microseconds: curl_off_t = 0
    guard ccurl_getinfo_off_t(easy, info, &microseconds) == CURLE_OK, microseconds > 0 else { return nil }
    return .microseconds(Int64(microseconds))
  }

  private func text(_ info: CURLINFO) -> String? {
    var pointer: UnsafeMutableRawPointer?
    guard ccurl_getinfo_pointer(easy, info, &pointer) == CURLE_OK, let pointer else { return nil }
    let text = String(cString: pointer.assumingMemoryBound(to: CChar.self))
    return text.isEmpty ? nil : text
  }

  /// The server's own certificate, the first of its chain.
  private var certificate: ServerCertificate? {
    var pointer: UnsafeMutableRawPointer?
    guard ccurl_getinfo_pointer(easy, CURLINFO_CERTINFO, &pointer) == CURLE_OK, let pointer else {
      return nil
    }
    let chain = pointer.assumingMemoryBound(to: curl_certinfo.self).pointee
    guard chain.num_of_certs > 0, var entry = chain.certinfo?.pointee else { return nil }
    var fields: [Substring: Substring] = [:]
    while true {
      if let data = entry.pointee.data {
        let line = String(cString: data)
        let name = line.prefix { $0 != ":" }
        if fields[name] == nil { fields[name] = line.dropFirst(name.count + 1) }
      }
      guard let next = entry.pointee.next else { break }
      entry = next
    }
    guard let subject = fields["Subject"], let issuer = fields["Issuer"] else { return nil }
    return ServerCertificate(
      subject: String(subject), issuer: String(issuer),
      begins: fields["Start date"].flatMap { ServerCertificate.time(String($0)) },
      ends: fields["Expire date"].flatMap { ServerCertificate.time(String($0)) })
  }
}
