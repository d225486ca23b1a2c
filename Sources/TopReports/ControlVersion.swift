import MCPSessions
import MCPWire

/// That the other side of a socket speaks another version of the protocol, as far as its line tells: every
/// version begins each of its lines with its number, and a `hello` names the program.
package struct OtherVersion: Error, Hashable, Sendable, CustomStringConvertible {
  /// Of the protocol.
  package let number: Int
  /// Of the program that speaks it; absent where the line does not say.
  package let program: String?

  /// Absent when the line is one of our version, or none of any.
  package init?(_ line: String) {
    guard let value = try? JSONValue.read(line.utf8) else { return nil }
    self.init(value)
  }

  init?(_ value: JSONValue) {
    guard let number = value["v"]?.whole, number != ControlRequest.version, value["type"]?.text != nil else {
      return nil
    }
    (self.number, program) = (number, value["version"]?.text)
  }

  /// What they speak, and which of the two is to be changed.
  package var description: String {
    let theirs = program.map { " (sessiontop \(PrintableText.line($0, limit: 20)))" } ?? ""
    let ours = "\(ControlRequest.version) (sessiontop \(Outgoing.clientVersion))"
    let remedy =
      number > ControlRequest.version
      ? "update the program here" : "end it and start it anew with the program that is here"
    return "it speaks protocol version \(number)\(theirs), this program version \(ours): \(remedy)"
  }
}
