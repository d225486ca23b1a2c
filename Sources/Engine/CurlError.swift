import CCurl

/// What libcurl says of a transfer that failed.
public struct CurlError: Error, Hashable, Sendable, CustomStringConvertible {
  public let code: Int
  /// libcurl's own words, from its error buffer where it filled it.
  public let description: String

  init(_ code: CURLcode, detail: String = "") {
    self.code = Int(code.rawValue)
    description = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
  }
}
