/// Masks the secrets that we hold ourselves where a server echoes them.
struct Redactor: Hashable, Sendable {
  /// Shorter values are words of everyday text; masking them would tear holes into every message.
  private static let shortest = 5
  private let secrets: [String]

  init(_ server: Server) {
    var values = server.headers.map(\.value) + server.secrets
    for address in [server.endpoint, server.settings.terminateURL] { values += address?.secrets ?? [] }
    // `Bearer abc` is two words, and a server may echo only the second.
    let words = values.flatMap { value in
      [value.revealed] + value.revealed.split(separator: " ").dropFirst().map(String.init)
    }
    secrets = Set(words.filter { $0.utf8.count >= Self.shortest }).sorted { $0.count > $1.count }
  }

  /// The text without secrets; `sessionID` is the id in use, if any.
  func redact(_ text: String, sessionID: String? = nil) -> String {
    var result = text
    for secret in (sessionID.map { [$0] } ?? []) + secrets where !secret.isEmpty {
      result = result.replacing(secret, with: "•••")
    }
    return result
  }
}
