/// An address to which a person may be sent. Whoever opens, shows or copies one takes nothing else: what an
/// issuer sends could be an option of a browser, a file of this machine, or a sequence for the terminal.
package struct VisitAddress: Hashable, Sendable {
  /// Begins with http, and has neither spaces nor anything beyond printable ASCII.
  package let text: String

  /// Absent for what is no such text; whether it may be used for a server, signing in knows.
  init?(ofForm address: String) {
    guard address.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), address.prefix(4).lowercased() == "http"
    else { return nil }
    text = address
  }
}
