/// What may be a header of a request, whoever asks for it.
package enum HeaderRules {
  /// No server takes more bytes in one line.
  package static let longestValue = 65_536

  /// Headers that the HTTP client or the protocol writes itself; twice on the wire they break the request.
  package static let owned: Set<String> = [
    "mcp-session-id", "mcp-protocol-version", "mcp-method", "mcp-name", "last-event-id", "content-type",
    "accept", "accept-encoding", "host", "content-length", "connection", "transfer-encoding", "te",
    "trailer", "upgrade", "keep-alive", "proxy-connection", "expect",
  ]

  /// Whether a text can be a header's name: a token of RFC 9110 section 5.6.2.
  package static func isToken(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }

  /// Why a text can be no header's value: a line break would start a header of its own. Absent when it can.
  package static func problem(ofValue value: String) -> String? {
    if value.utf8.count > longestValue { return "is longer than \(longestValue) bytes" }
    for scalar in value.unicodeScalars {
      switch scalar.value {
      case 0x0A, 0x0D: return "holds a line break"
      case 0x09: continue
      case 0x00...0x1F, 0x7F: return "holds a control character"
      case 0x100...: return "holds a character beyond U+00FF, which no header can carry"
      default: continue
      }
    }
    return nil
  }
}
