import Sessions

/// The servers of all files. A name that stands for two different servers is wrong at both places, since
/// nobody knows which is meant; the same server in two files is one.
struct ServersReader {
  private struct Place {
    let index: Int
    let place: String
    let identity: [String]
  }

  let environment: [String: String]
  let policy: SessionPolicy
  let users: [UserSettings]
  private(set) var servers: [Server] = []
  /// What is in force for each, by name.
  private(set) var effective: [String: [ResolvedSetting]] = [:]
  private var places: [String: Place] = [:]

  init(environment: [String: String], policy: SessionPolicy, users: [UserSettings]) {
    self.environment = environment
    self.policy = policy
    self.users = users
  }

  mutating func read(_ file: ConfigurationFile, _ findings: inout Findings) {
    let context = ServerContext(
      file: file.path, owner: file.owner, environment: environment, policy: policy, users: users,
      inputs: file.inputs)
    let domains = file.owner.kind == .libreChat ? AllowedDomains(file.root, &findings) : nil
    for site in file.sites {
      let duplicates = Set(site.section.mapping.duplicates.map(\.key))
      for entry in site.section.mapping.entries where !isComment(entry.key) || entry.value.mapping != nil {
        let read = readServer(entry, in: site, isDuplicate: duplicates.contains(entry.key), context)
        findings.add(read.findings)
        domains?.check(read.server, at: read.mark, site.section, &findings)
        take(read, entry, site, file, &findings)
      }
    }
  }

  private mutating func take(
    _ read: ReadServer, _ entry: Entry, _ site: ServerSite, _ file: ConfigurationFile,
    _ findings: inout Findings
  ) {
    let place = "\(file.path):\(read.mark.line)"
    guard let first = places[read.server.name] else { return add(read, read.server.name, at: place) }
    let path = joinedPath(site.section.keys + [entry.key])
    if first.identity == read.identity {
      findings.add(
        Diagnostic(
          file: file.path, mark: read.mark, .notice, path: path,
          "the same server stands at \(first.place)", remedy: "it is watched once"))
      let known = servers[first.index]
      // What one file switches off and the other does not is on.
      let kept = known.availability.isSwitchedOff ? read.server : known
      servers[first.index] = kept.noting("also at \(known.availability.isSwitchedOff ? first.place : place)")
      return
    }
    let labelled = "\(site.label)/\(read.server.name)"
    if !site.label.isEmpty, places[labelled] == nil { return add(read, labelled, at: place) }
    findings.add(
      Diagnostic(
        file: file.path, mark: read.mark, .error, path: path,
        "the name stands at \(first.place) already", remedy: "rename or remove one of the two"))
    servers[first.index] = servers[first.index].broken(
      "the name stands at \(first.place) and at \(place); rename or remove one of the two")
  }

  private mutating func add(_ read: ReadServer, _ name: String, at place: String) {
    places[name] = Place(index: servers.count, place: place, identity: read.identity)
    servers.append(read.server.named(name))
    effective[name] = read.settings
  }
}

extension Availability {
  fileprivate var isSwitchedOff: Bool {
    if case .switchedOff = self { true } else { false }
  }
}

extension Server {
  fileprivate func broken(_ reason: String) -> Server { copy(availability: .broken(reason)) }

  fileprivate func noting(_ more: String) -> Server {
    copy(availability: availability, note: note.map { "\($0); \(more)" } ?? more)
  }

  fileprivate func named(_ name: String) -> Server {
    name == self.name ? self : copy(name: name, availability: availability)
  }

  private func copy(name: String? = nil, availability: Availability, note: String? = nil) -> Server {
    Server(
      name: name ?? self.name, transport: transport, endpoint: endpoint, headers: headers,
      settings: settings, availability: availability, proxy: proxy, secrets: secrets,
      accounts: accounts, note: note ?? self.note)
  }
}
