import MCPWire

/// What must not be shown in anybody's texts: servers share gateways, and mix up what they know of each
/// other.
struct KnownSecrets: Sendable {
  /// Of other servers only what no text holds by chance; a server's own short values are its sessions'
  /// matter.
  private static let shortestOfOthers = 12
  /// Ids that a session was seen with and does not hold: so many of the latest are remembered.
  private static let remembered = 8
  /// Tokens of all servers that are remembered, the ended ones too.
  private static let tokenLimit = 4_096

  private var configured = Redactor()
  /// The configuration before this one: what it held is still secret, and still under way.
  private var earlier = Redactor()
  private var ids = Redactor()
  private var tokens = Redactor()
  private var learnt: [Secret] = []
  private var seen: [SessionKey: [String]] = [:]

  /// Ids that are too short for everybody's texts, and so are masked in their own sessions' only.
  private var short: [SessionKey: Redactor] = [:]

  /// What must not be shown in the texts of a session, or in nobody's.
  func redactors(for key: SessionKey?) -> [Redactor] {
    [configured, earlier, ids, tokens] + [key.flatMap { short[$0] }].compactMap { $0 }
  }

  /// Learns what a new configuration holds.
  mutating func learn(_ servers: [Server]) {
    earlier = configured
    configured = Redactor()
    for server in servers { configured.learn(server, shortest: Self.shortestOfOthers) }
  }

  /// A token, a code or the like came to be; it may be long over before somebody speaks of it.
  mutating func learn(_ secret: Secret) {
    tokens.learn(secret.revealed)
    learnt.append(secret)
    if learnt.count > Self.tokenLimit { tokens.forget(learnt.removeFirst().revealed) }
  }

  private mutating func learn(id: String, of key: SessionKey) {
    for spelling in Self.spellings(of: id) { ids.learn(spelling, shortest: Self.shortestOfOthers) }
    if Self.isShort(id) { short[key, default: Redactor()].learn(id, shortest: 1) }
  }

  private mutating func forget(id: String, of key: SessionKey) {
    for spelling in Self.spellings(of: id) { ids.forget(spelling) }
    guard Self.isShort(id) else { return }
    short[key]?.forget(id)
    if short[key]?.isEmpty == true { short[key] = nil }
  }

  /// An id as it came; a UUID with its dashes and without them, as servers write the same one now so and now
  /// so.
  private static func spellings(of id: String) -> Set<String> {
    let digits = id.utf8.filter { $0 != UInt8(ascii: "-") }
    guard digits.count == 32, digits.allSatisfy({ hexDigit($0) != nil }) else { return [id] }
    let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map {
      String(decoding: digits[$0], as: UTF8.self)
    }
    return [id, groups.joined(), groups.joined(separator: "-")]
  }

  /// Whether an id, in one of its spellings, may be a word that others use: a server that calls its sessions
  /// `refused` and `database` is not to blank these words in its neighbours' errors.
  private static func isShort(_ id: String) -> Bool {
    id.utf8.count < shortestOfOthers || id.utf8.count < 3 * shortestOfOthers && id.contains("%")
  }

  /// A session holds an id from now on.
  mutating func hold(_ id: String, of key: SessionKey) { learn(id: id, of: key) }

  /// It does not any more, or nobody can tell; the id is remembered for a while, because servers go on to
  /// speak of it.
  mutating func release(_ id: String, of key: SessionKey) {
    see(id, of: key)
    forget(id: id, of: key)
  }

  /// An id, or what is as good as one, was in an answer; whether it will be used is not known yet.
  mutating func see(_ id: String, of key: SessionKey) {
    guard !id.isEmpty, seen[key]?.contains(id) != true else { return }
    learn(id: id, of: key)
    seen[key, default: []].append(id)
    if let count = seen[key]?.count, count > Self.remembered, let oldest = seen[key]?.removeFirst() {
      forget(id: oldest, of: key)
    }
  }

  /// A session is gone for good.
  mutating func drop(_ key: SessionKey) {
    for id in seen.removeValue(forKey: key) ?? [] { forget(id: id, of: key) }
    short[key] = nil
  }
}
