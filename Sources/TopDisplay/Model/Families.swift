import MCPSessions

/// Which servers belong together: their names begin alike, and they stand at one site. Names alone make no
/// family: `mcp-github` and `mcp-weather` of two houses share a word.
struct Families {
  private let servers: [ServerReport]

  /// `servers` are all that are asked about, and may be more.
  init(_ servers: [ServerReport]) { self.servers = servers }

  /// `jira-*` for names of a family, otherwise the first of them.
  func commonName(of servers: [String]) -> String {
    guard let first = servers.first, servers.count > 1 else { return servers.first ?? "" }
    let letters = Array(first)
    let common = servers.dropFirst().reduce(letters.count) { common, name in
      min(common, zip(letters, name).prefix { $0 == $1 }.count)
    }
    let stem = letters.prefix(common).lastIndex { separators.contains($0) }
    if let stem, stem >= 2, areNeighbours(servers) {
      return String(letters.prefix(stem + 1)) + "*"
    }
    let more = servers.count > 2 ? " and \(servers.count - 2) more" : ""
    return servers.prefix(2).joined(separator: ", ") + more
  }

  /// Whether servers stand at one site. Asked only where their names begin alike: there may be thousands.
  private func areNeighbours(_ names: [String]) -> Bool {
    let names = Set(names.map { ExactText($0) })
    var first: String?
    for server in servers where names.contains(server.id) {
      let site = site(of: server)
      guard site == first ?? site else { return false }
      first = site
    }
    return true
  }

  /// `jira-* (13)`.
  func title(of servers: [String]) -> String {
    let name = commonName(of: servers)
    return name.hasSuffix("*") ? "\(name) (\(servers.count))" : name
  }

  func title(of servers: [ExactText]) -> String { title(of: servers.map(\.text)) }

  /// The family of each server, and its own name where it has none: up to the first separator, and with the
  /// site where two of them have families that are called alike.
  var names: [ExactText: String] {
    struct Family: Hashable {
      let stem: String
      let site: String
    }
    let families = servers.compactMap { server -> (ExactText, Family)? in
      let name = server.name
      return name.firstIndex { separators.contains($0) }.map {
        (server.id, Family(stem: String(name[...$0]), site: site(of: server)))
      }
    }
    let members = Dictionary(grouping: families, by: \.1).filter { $0.value.count > 1 }
    let stems = Dictionary(grouping: members.keys, by: \.stem)
    var names = Dictionary(servers.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    for (name, family) in families where members[family] != nil {
      let isAlone = stems[family.stem]?.count == 1
      names[name] = "\(family.stem)*" + (isAlone ? "" : " \(family.site)")
    }
    return names
  }
}

private let separators = "-._/"

/// Whose a server is, as far as its address tells: the last two labels of its host, an address of numbers
/// whole. Processes are those of this machine.
private func site(of server: ServerReport) -> String {
  let parts = server.url?.split(separator: "/", maxSplits: 2) ?? []
  guard parts.count > 1 else { return server.transport.rawValue }
  if parts[1].hasPrefix("[") { return String(parts[1].prefix { $0 != "]" }) }
  let host = parts[1].prefix { $0 != ":" }
  let labels = host.split(separator: ".")
  let isNumbers = labels.last?.allSatisfy(\.isNumber) == true
  return isNumbers ? String(host) : labels.suffix(2).joined(separator: ".")
}
