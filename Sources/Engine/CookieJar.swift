import CCurl
import Glibc

/// The cookies of one session, as libcurl writes them; they stick a session to its replica behind a balancer.
///
/// libcurl decides which of them a request carries. They go with their session: a new handshake starts with
/// none.
struct CookieJar {
  /// More cookies than this, or longer ones, are not kept (RFC 6265 section 6.1 asks for 50 of 4 096 bytes).
  private static let limit = 50
  private static let lengthLimit = 8_192
  private var lines: [String] = []

  /// Gives the cookies to a handle, in place of those of its last use.
  func fill(_ easy: UnsafeMutableRawPointer) {
    _ = ccurl_setopt_string(easy, CURLOPT_COOKIEFILE, "")
    _ = ccurl_setopt_string(easy, CURLOPT_COOKIELIST, "ALL")
    for line in lines { _ = ccurl_setopt_string(easy, CURLOPT_COOKIELIST, line) }
  }

  /// Takes over what a handle holds at the end of its transfer.
  mutating func take(_ easy: UnsafeMutableRawPointer) {
    var list: UnsafeMutablePointer<curl_slist>?
    guard ccurl_getinfo_list(easy, CURLINFO_COOKIELIST, &list) == CURLE_OK else { return }
    defer { curl_slist_free_all(list) }
    lines = []
    var next = list
    while let entry = next?.pointee, lines.count < Self.limit {
      if let data = entry.data, strlen(data) <= Self.lengthLimit { lines.append(String(cString: data)) }
      next = entry.next
    }
  }
}
