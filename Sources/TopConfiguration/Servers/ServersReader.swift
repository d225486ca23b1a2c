import MCPSessions

/// The servers of all files. A name that stands for two different servers is wrong at both places, since
/// nobody knows which is meant; the same server in two files is one.
struct ServersReader {
  private struct Place {
    let index: Int
    let file: String
    let place: String
    let identity: [String]
  }

  let environment: [String: String]
  let policy: SessionPolicy
  let users: [UserSettings]
  /// Whether names that clash are told apart by their files.
  let namesByFile: Bool
  private(set) var servers: [Server] = []
  /// What is in force for each, by name.
  private(set) var effective: [ExactText: [ResolvedSetting]] = [:]
  /// Where servers stand, by their names in the files.
  private var places: [ExactText: [Place]] = [:]

  init(
    environment: [String: String], policy: SessionPolicy, users: [UserSettings], namesByFile: Bool = false
  ) {
    self.namesByFile = namesByFile
    self.environment = environment
    self.policy = policy
    self.users = users
  }

  mutating func read(_ file: ConfigurationFile, _ findings: inout Findings) {
    let context = ServerContext(
      file: file.path, owner: file.owner, environment: environment, policy: policy, users: users,
      inputs: file.inputs)
    let isLibreChats = file.owner.kind == .libreChat
    // A file of servers only is everybody's; LibreChat's own rules hold where its own sections are.
    var targets =
      isLibreChats && LibreChatSections.isIn(file.root.mapping) ? LibreChatTargets(file.root, &findings) : nil
    var namesInLibreChat: [String: Mark] = [:]
    var found = Findings()
    for site in file.sites {
      let duplicates = Set(site.section.mapping.duplicates.map { ExactText($0.key) })
      let entries =
        file.owner.followsLibreChat ? site.section.mapping.entries : serverEntries(site.section.mapping)
      for entry in entries {
        let read = readServer(
          entry, in: site, isDuplicate: duplicates.contains(ExactText(entry.key)), context)
        found.add(read.findings)
        targets?.check(read, site.section, &found)
        if isLibreChats { checkName(entry, site, &namesInLibreChat, &found) }
        take(read, entry, site, file, &found)
      }
    }
    findings.add(isLibreChats || file.isOurs ? found : found.withStrangersOnce())
  }

  /// LibreChat names tools after their server, in letters that it picks.
  private func checkName(
    _ entry: Entry, _ site: ServerSite, _ seen: inout [String: Mark], _ findings: inout Findings
  ) {
    guard let name = nameInLibreChat(entry.key) else { return }
    if let first = seen[name] {
      findings.add(
        site.section.diagnostic(
          .warning, entry.key, at: entry.mark,
          "LibreChat makes \(shownName(name)) of this name, as of the one on line \(first.line), and mixes them up",
          remedy: "rename one of the two"))
    } else {
      seen[name] = entry.mark
    }
  }

  private mutating func take(
    _ read: ReadServer, _ entry: Entry, _ site: ServerSite, _ file: ConfigurationFile,
    _ findings: inout Findings
  ) {
    let name = read.server.name
    let place = "\(file.path):\(read.mark.line)"
    let namesakes = places[ExactText(name)] ?? []
    let path = joinedPath(site.section.keys + [entry.key])
    if let same = namesakes.first(where: { $0.identity == read.identity }) {
      findings.add(
        Diagnostic(
          file: file.path, mark: read.mark, .notice, path: path,
          "the same server stands at \(same.place)", remedy: "it is watched once"))
      return join(read.server, same, at: place)
    }
    let new = Place(index: servers.count, file: file.path, place: place, identity: read.identity)
    guard let first = namesakes.first else { return add(read, as: name, new) }
    if !site.label.isEmpty, isFree("\(site.label)/\(name)") {
      return add(read, as: "\(site.label)/\(name)", new)
    }
    if namesByFile, let longer = freeName(for: name, in: file.path) {
      nameByFile(first)
      return add(read, as: longer, new)
    }
    findings.add(
      Diagnostic(
        file: file.path, mark: read.mark, .error, path: path,
        "the name stands at \(first.place) already", remedy: "rename or remove one of the two"))
    servers[first.index] = servers[first.index].broken(
      "the name stands at \(first.place) and at \(place); rename or remove one of the two")
  }

  /// One server, in two files.
  private mutating func join(_ server: Server, _ same: Place, at place: String) {
    let known = servers[same.index]
    // What one file switches off and the other does not is on.
    let isOff = known.availability.isSwitchedOff
    servers[same.index] = (isOff ? server.named(known.name) : known).noting(
      "also at \(isOff ? same.place : place)")
  }

  private func isFree(_ name: String) -> Bool { effective[ExactText(name)] == nil }

  /// The name with the shortest part of the file's path that nobody has yet.
  private func freeName(for name: String, in file: String) -> String? {
    let parts = file.split(separator: "/")
    return (min(2, parts.count)...max(2, parts.count)).lazy
      .map { PrintableText.line("\(parts.suffix($0).joined(separator: "/"))/\(name)", limit: 128) }
      .first(where: isFree)
  }

  /// The first of two has no better right to a name than the second.
  private mutating func nameByFile(_ place: Place) {
    let name = servers[place.index].name
    guard places[ExactText(name)]?.first?.index == place.index,
      let longer = freeName(for: name, in: place.file)
    else {
      return
    }
    servers[place.index] = servers[place.index].named(longer)
    effective[ExactText(longer)] = effective.removeValue(forKey: ExactText(name))
  }

  private mutating func add(_ read: ReadServer, as name: String, _ place: Place) {
    places[ExactText(read.server.name), default: []].append(place)
    servers.append(read.server.named(name))
    effective[ExactText(name)] = read.settings
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
    name.isExactly(self.name) ? self : copy(name: name, availability: availability)
  }

  private func copy(name: String? = nil, availability: Availability, note: String? = nil) -> Server {
    Server(
      name: name ?? self.name, transport: transport, endpoint: endpoint, headers: headers,
      settings: settings, availability: availability, proxy: proxy, secrets: secrets,
      accounts: accounts, note: note ?? self.note, process: process)
  }
}
