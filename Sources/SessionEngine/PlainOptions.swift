import CTopCurl
import MCPSessions

// What all requests have in common, those of sessions and those that belong to none.

/// The headers of a request, to be freed by who has it set. No Expect header, which only adds a round trip.
func headerList(_ headers: [Header]) -> UnsafeMutablePointer<curl_slist>? {
  headers.reduce(curl_slist_append(nil, "Expect:")) { list, header in
    let (name, value) = (header.name, header.value.revealed)
    // Nearly every header, with every request: it goes as it is.
    if value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }), name.utf8.allSatisfy({ $0 < 0x7F }) {
      return curl_slist_append(list, value.isEmpty ? name + ";" : name + ": " + value)
    }
    return curl_slist_append(list, fieldLine(name, value))
  }
}

/// A header as its bytes: characters up to U+00FF are one each, as browsers and LibreChat send them (RFC 9110
/// section 5.5); what is beyond, which the configuration refuses, would go out as UTF-8.
private func fieldLine(_ name: String, _ value: String) -> [CChar] {
  // Whoever gave a value may have put the end of a line into it, and another header behind that.
  let value = String(String.UnicodeScalarView(value.unicodeScalars.filter { $0 == "\t" || $0.value >= 0x20 }))
  let line = value.isEmpty ? "\(name);" : "\(name): \(value)"
  let isLatin = line.unicodeScalars.allSatisfy { $0.value <= 0xFF }
  let bytes = isLatin ? line.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } : Array(line.utf8)
  return bytes.map { CChar(bitPattern: $0) } + [0]
}

/// Sets what a request that belongs to no session begins with: no redirect is followed, its time has an end,
/// the proxy is the one that was chosen here, and nobody waits for a resolver. Times are in milliseconds.
func configurePlain(
  _ easy: UnsafeMutableRawPointer, url: String, timeLimit: Int, connectLimit: Int, proxy: Proxy?,
  trust: TrustFiles.Content
) {
  _ = ccurl_setopt_string(easy, CURLOPT_URL, url)
  _ = ccurl_setopt_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
  _ = ccurl_setopt_long(easy, CURLOPT_NOSIGNAL, 1)
  _ = ccurl_setopt_long(easy, CURLOPT_FOLLOWLOCATION, 0)
  _ = ccurl_setopt_long(easy, CURLOPT_TIMEOUT_MS, timeLimit)
  _ = ccurl_setopt_long(easy, CURLOPT_CONNECTTIMEOUT_MS, connectLimit)
  _ = ccurl_setopt_long(easy, CURLOPT_QUICK_EXIT, 1)
  _ = ccurl_setopt_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
  _ = ccurl_setopt_string(easy, CURLOPT_PROXY, proxy?.url.revealed ?? "")
  _ = ccurl_setopt_string(easy, CURLOPT_NOPROXY, "")
  _ = ccurl_setopt_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
  _ = ccurl_setopt_string(easy, CURLOPT_ACCEPT_ENCODING, "")
  use(trust, for: easy)
}

/// Makes it a POST of these bytes, which libcurl copies.
func configurePost(_ easy: UnsafeMutableRawPointer, _ bytes: [UInt8]) {
  _ = ccurl_setopt_long(easy, CURLOPT_POST, 1)
  _ = ccurl_setopt_long(easy, CURLOPT_POSTFIELDSIZE, bytes.count)
  bytes.withUnsafeBytes {
    // Without an address libcurl would ask for what is to be sent.
    _ = ccurl_setopt_bytes_in(easy, CURLOPT_COPYPOSTFIELDS, $0.baseAddress ?? UnsafeRawPointer(easy))
  }
}

/// Makes it a POST of a text.
func configurePost(_ easy: UnsafeMutableRawPointer, _ text: String) { configurePost(easy, Array(text.utf8)) }

/// Whether a line of libcurl's trace says that the server asked for a certificate of ours.
func isCertificateRequest(_ kind: curl_infotype, _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Bool
{
  guard kind == CURLINFO_TEXT, let bytes else { return false }
  let text = UnsafeRawBufferPointer(start: bytes, count: min(count, 128))
  return String(decoding: text, as: UTF8.self).contains("Request CERT")
}
