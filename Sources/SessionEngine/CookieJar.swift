import CTopCurl
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

  /// What one answer made of the cookies that its request had; requests overlap, so an answer must not undo
  /// what another one did.
  struct Change {
    fileprivate var set: [String] = []
    fileprivate var removed: Set<String> = []
  }

  /// Gives the cookies to a handle, in place of those of its last use.
  func fill(_ easy: UnsafeMutableRawPointer) {
    // A cookie that is none turns libcurl's cookies on. The usual way, a COOKIEFILE without a name, is
    // remembered until the handle is reset and then lost: 64 bytes with every request (seen in 7.88).
    _ = ccurl_setopt_string(easy, CURLOPT_COOKIELIST, "")
    _ = ccurl_setopt_string(easy, CURLOPT_COOKIELIST, "ALL")
    for line in lines { _ = ccurl_setopt_string(easy, CURLOPT_COOKIELIST, line) }
  }

  /// What is different in a handle that was filled from here.
  func change(in easy: UnsafeMutableRawPointer) -> Change {
    var list: UnsafeMutablePointer<curl_slist>?
    guard ccurl_getinfo_list(easy, CURLINFO_COOKIELIST, &list) == CURLE_OK else { return Change() }
    defer { curl_slist_free_all(list) }
    var now: [String] = []
    var next = list
    while let entry = next?.pointee, now.count < Self.limit {
      if let data = entry.data, strlen(data) <= Self.lengthLimit { now.append(String(cString: data)) }
      next = entry.next
    }
    return Change(
      set: now.filter { !lines.contains($0) },
      removed: Set(lines.map(Self.name)).subtracting(now.map(Self.name)))
  }

  mutating func apply(_ change: Change) {
    let replaced = change.removed.union(change.set.map(Self.name))
    lines = Array((lines.filter { !replaced.contains(Self.name($0)) } + change.set).suffix(Self.limit))
  }

  /// Domain, path and name, which tell a cookie from others: fields 0, 2 and 5 of a line.
  private static func name(_ line: String) -> String {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
    return fields.count > 5 ? [fields[0], fields[2], fields[5]].joined(separator: "\t") : line
  }
}
