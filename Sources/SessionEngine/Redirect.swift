import CTopCurl
import MCPSessions

/// Where a request that got 307 or 308 is to be sent again, with its method and body; absent when it must not
/// be: another origin would get headers that were not meant for it.
func redirectTarget(_ head: ResponseHead, from url: String) -> String? {
  guard head.status == 307 || head.status == 308, let location = head.location, !location.isEmpty,
    let parts = curl_url()
  else { return nil }
  defer { curl_url_cleanup(parts) }
  guard curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK else { return nil }
  let user = part(CURLUPART_USER, of: parts)
  let password = part(CURLUPART_PASSWORD, of: parts)
  // Set over a URL that is there, a relative one is resolved against it (RFC 3986 section 5).
  guard curl_url_set(parts, CURLUPART_URL, location, 0) == CURLUE_OK else { return nil }
  if let user { _ = curl_url_set(parts, CURLUPART_USER, user, 0) }
  if let password { _ = curl_url_set(parts, CURLUPART_PASSWORD, password, 0) }
  guard let target = part(CURLUPART_URL, of: parts), let old = try? Endpoint(url),
    let new = try? Endpoint(target), old.origin == new.origin
  else { return nil }
  return target
}

private func part(_ part: CURLUPart, of parts: OpaquePointer) -> String? {
  var text: UnsafeMutablePointer<CChar>?
  guard curl_url_get(parts, part, &text, 0) == CURLUE_OK, let text else { return nil }
  defer { curl_free(text) }
  return String(cString: text)
}
