import MCPWire

/// Which scopes are asked for, and how often more of them.
struct Scopes: Hashable, Sendable {
  /// All that was asked for before, in order: what a step-up adds to.
  private(set) var asked: [String] = []
  /// Step-ups in a row that did not help.
  private(set) var stepUps = 0
  /// One sign-in and this many step-ups: what is refused then will be refused again.
  static let stepUpLimit = 2

  /// More names than this, or longer ones, no request carries.
  private static let countLimit = 64
  private static let lengthLimit = 256

  /// What a request to the issuer names; empty means that nothing is said of scopes.
  ///
  /// `challenge` is the server's word; without it the resource's metadata count, never the issuer's.
  mutating func choose(
    challenge: String?, resource: [String]?, issuer: [String], configured: [String]?, isStepUp: Bool
  ) -> [String] {
    let stated = challenge.map { $0.split(separator: " ").map(String.init) } ?? []
    var wanted: [String]
    if isStepUp {
      wanted = asked.isEmpty ? configured ?? [] : asked
      wanted += stated
    } else if let configured {
      wanted = configured
    } else if !stated.isEmpty {
      wanted = stated
    } else {
      wanted = resource ?? []
    }
    // Alone it would stand in place of what the issuer gives by itself.
    if issuer.contains("offline_access"), !wanted.isEmpty { wanted.append("offline_access") }
    asked = unique(wanted)
    return asked
  }

  /// The server wants more; false when it was tried often enough.
  mutating func stepUp() -> Bool {
    guard stepUps < Self.stepUpLimit else { return false }
    stepUps += 1
    return true
  }

  /// What was refused for want of a scope is served now.
  mutating func succeeded() { stepUps = 0 }

  /// What is known of an earlier run.
  mutating func recall(_ scopes: [String]) { if asked.isEmpty { asked = unique(scopes) } }

  /// Another issuer: nothing that was asked of the first is its matter.
  mutating func forget() { asked = [] }

  private func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { !$0.isEmpty && $0.utf8.count <= Self.lengthLimit && seen.insert($0).inserted }
      .prefix(Self.countLimit).map { $0 }
  }
}
