import MCPWire

/// Which scopes are asked for, and how often more of them.
struct Scopes: Hashable, Sendable {
  /// All that was asked for before, in order: what a step-up adds to.
  private(set) var asked: [String] = []
  /// Step-ups in a row that did not help.
  private(set) var stepUps = 0
  /// One sign-in and this many step-ups: what is refused then will be refused again.
  static let stepUpLimit = 2
  /// What was asked for already, set by set: asked for again, it would be refused again.
  private var tried: Set<Set<String>> = []
  /// However often a server comes with another set, without a person.
  private static let triedLimit = 8
  /// What was refused for want of a scope last.
  private var purpose: Purpose?

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
    if isStepUp { tried.insert(Set(asked)) }
    return asked
  }

  /// The server wants more than the token has; false when that was tried already, or other things often
  /// enough: only a person changes that.
  mutating func stepUp(_ challenge: String?, held: [String], for purpose: Purpose) -> Bool {
    self.purpose = purpose
    let wanted = (challenge ?? "").split(separator: " ").map(String.init)
    guard stepUps < Self.stepUpLimit, tried.count < Self.triedLimit, !Set(wanted).isSubset(of: held),
      tried.insert(Set(unique(asked + wanted))).inserted
    else { return false }
    stepUps += 1
    return true
  }

  /// A person wants it once more.
  mutating func personAsks() { (stepUps, tried) = (0, []) }

  /// A request of this kind is served now.
  mutating func succeeded(_ purpose: Purpose) { if purpose == self.purpose { stepUps = 0 } }

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
