/// The files in which values arrive that somebody else chose: a server, a file, a clock, a command line.
let borders: Set<String> = [
  "Sources/MCPWire/AuthorizationDocuments.swift", "Sources/MCPWire/Challenge.swift",
  "Sources/MCPWire/JSONReader.swift", "Sources/MCPWire/JSONValue.swift", "Sources/MCPWire/MessageLines.swift",
  "Sources/MCPWire/MessageReading.swift", "Sources/MCPWire/ReplyReader.swift",
  "Sources/MCPWire/ProtobufMessage.swift", "Sources/MCPSessions/Export/CollectorWords.swift",
  "Sources/MCPWire/ServerSentEvents.swift", "Sources/MCPWire/SessionID.swift",
  "Sources/MCPWire/WebForm.swift", "Sources/SessionEngine/HeadReader.swift",
  "Sources/MCPSessions/Server/Endpoint.swift", "Sources/MCPSessions/Session/Page.swift",
  "Sources/MCPSessions/Session/ServerWords.swift", "Sources/MCPSessions/Text/AddressMask.swift",
  "Sources/MCPSessions/Text/PrintableText.swift", "Sources/MCPSessions/Text/Spelled.swift",
  "Sources/MCPSessions/Time/SpanText.swift", "Sources/TopReports/ControlAnswer.swift",
  "Sources/MCPSessions/Authorization/BrowserVisit.swift", "Sources/MCPSessions/Authorization/Grant.swift",
  "Sources/MCPSessions/Authorization/IssuerPlaces.swift",
  "Sources/MCPSessions/Authorization/ProvidedTokens.swift", "Sources/MCPSessions/Authorization/Scopes.swift",
  "Sources/MCPSessions/Authorization/SignInDiscovery.swift",
  "Sources/MCPSessions/Authorization/SignInFarewell.swift",
  "Sources/MCPSessions/Authorization/SignInPerson.swift",
  "Sources/MCPSessions/Authorization/SignInTokens.swift",
  "Sources/MCPSessions/Authorization/TokenRequest.swift",
  "Sources/SessionEngine/Authorization/CredentialStore.swift",
  "Sources/TopReports/ControlRequest.swift", "Sources/TopReports/LineReading.swift",
  "Sources/TopReports/RecordedFigures.swift",
  "Sources/TopDisplay/Model/Filter.swift", "Sources/TopDisplay/Model/Pattern.swift",
  "Sources/sessiontop/Options.swift",
]

/// What may be counted with the plain operators even there, because it is no value of theirs: places in
/// bytes that we hold, which memory bounds; a byte whose range was just looked at; moments, whose own
/// operators saturate; a Double of seconds, which cannot trap. Everything else saturates or says that it is
/// out of range.
private let ours = [
  "count", "place", "depth", "heads", "lengths", "limit", "length", "marks", "matched", "end", "at", "equals",
  "front", "back", "byte", "instant", "seconds", "life", "due", "expires", "obtained", "share", "wall", "now",
]

/// Whether a line calculates with something that could be beyond the range of its type. Sums are left out:
/// in a line of code they cannot be told from texts that are put together; the fuzzed readers find those.
func calculatesUnchecked(_ line: String) -> Bool {
  let words = line.split(separator: " ")
  guard words.count > 2 else { return false }
  for place in 1..<words.count - 1 {
    let isOperator = ["-", "*", "/", "%", "-=", "*="].contains(words[place])
    guard isOperator else { continue }
    let operands = [words[place - 1], words[place + 1]]
    guard operands.contains(where: { !isSafe($0) }) else { continue }
    return true
  }
  return false
}

/// Whether a line makes a whole number of a Double, which ends the program when it is too large, or none.
func wholesUnchecked(_ line: String) -> Bool {
  let isOfDouble = [".rounded", "Double(", ".inSeconds", "seconds * "].contains { line.contains($0) }
  guard isOfDouble, !line.contains(".clamped"), !line.contains("exactly:") else { return false }
  return line.contains(/\bU?Int(8|16|32|64)?\((?!saturating:|clamping:)/)
}

private func isSafe(_ operand: Substring) -> Bool {
  let name = operand.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "\"") }
  guard let last = name.last, let first = name.first else { return true }
  if last.first?.isNumber == true, !operand.contains("$") { return true }
  if operand.contains("\"") { return true }
  let isCounted = ours.contains { last.lowercased().hasSuffix($0) || first.lowercased().hasSuffix($0) }
  return isCounted || ["line", "lines", "items", "text", "result"].contains(String(last))
}
