import CTopCurl

/// One libcurl easy handle and the only reference to it: whoever holds this may use it, and nobody else can.
///
/// libcurl's handle ends with this value, so that no list of anything can speak to a handle that is gone or
/// is lent to somebody else.
final class EasyHandle {
  let pointer: UnsafeMutableRawPointer

  /// Absent when the process lacks memory.
  init?() {
    guard let pointer = curl_easy_init() else { return nil }
    self.pointer = pointer
  }

  deinit {
    curl_easy_cleanup(pointer)
  }

  /// Forgets everything of its last transfer.
  func reset() {
    curl_easy_reset(pointer)
  }
}

/// One thread has it.
@available(*, unavailable)
extension EasyHandle: Sendable {}
