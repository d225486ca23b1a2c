import MCPSessions

/// What a server's entry is read with.
struct ServerContext {
  let file: String
  let owner: Owner
  let environment: [String: String]
  /// What is in force before the server's own `sessionConfig`.
  let policy: SessionPolicy
  /// Who may stand for a signed-in user.
  var users: [UserSettings] = []
  /// What the file asks of a person (`inputs` of VS Code); absent where the file has no such list.
  var inputs: [String]?
}

/// A server with what was found wrong with it and where its settings come from.
struct ReadServer {
  let server: Server
  let mark: Mark
  let findings: Findings
  let settings: [ResolvedSetting]
  /// What tells it from another of the same name: how it is reached, whatever it is called.
  var identity: [String] = []
}

/// Reads one entry of a section of servers. An entry with an error becomes a server that is shown and never
/// contacted.
func readServer(
  _ entry: Entry, in site: ServerSite, isDuplicate: Bool, _ context: ServerContext
) -> ReadServer {
  var findings = Findings()
  let name = PrintableText.line(entry.key, limit: 128)
  let keys = site.section.keys + [entry.key]
  let consequence = context.owner.consequence
  guard let mapping = entry.value.mapping else {
    let form =
      site.section.mapping.isFlow
      ? #"write {"type": ..., "url": ...} in its place"# : "write 'type:' and 'url:' below it, indented"
    findings.add(
      Diagnostic(
        file: context.file, mark: entry.value.mark, .error, path: joinedPath(keys),
        "must be a mapping, not \(entry.value.kind)",
        remedy: form + consequence))
    return ReadServer(
      server: Server(
        name: name, transport: .streamableHTTP, endpoint: nil,
        availability: .broken(brokenReason(findings, keys, isDuplicate: false))),
      mark: entry.mark, findings: findings, settings: [])
  }
  let holdsServers = mapping.entries.contains { inner in
    inner.key != "transport" && (isBareMap(inner.value.mapping ?? Mapping()) || isServer(inner.value))
  }
  if holdsServers, !isServer(entry.value), mapping["type"] == nil {
    return servers(in: entry, keys, context)
  }
  let translated = TranslatedEntry(mapping, of: context.owner)
  var reader = ServerReader(
    section: Section(
      file: context.file, keys: keys, mapping: translated.mapping, consequence: consequence,
      written: translated.written),
    original: mapping, entry: translated, context: context, findings: findings)
  reader.start = entry.mark
  if site.switchedOff.contains(entry.key) { reader.switchedOff = "switched off in the file" }
  reader.read()
  let hasDuplicates = isDuplicate || hasDuplicateKeys(mapping)
  let isBroken = hasDuplicates || reader.findings.firstError != nil
  let reason = isBroken ? brokenReason(reader.findings, keys, isDuplicate: hasDuplicates) : nil
  let server = Server(
    name: name, transport: reader.transport, endpoint: reader.endpoint, headers: reader.headers.map(\.header),
    settings: reader.policy.settings(
      requestTimeout: reader.requestTimeout, initTimeout: reader.initTimeout),
    availability: availability(reader, brokenReason: reason), proxy: reader.proxy,
    secrets: reader.secrets.map(Secret.init), accounts: isBroken ? [] : reader.accounts, note: reader.note,
    process: isBroken ? nil : reader.process)
  return ReadServer(
    server: server, mark: entry.mark,
    findings: reader.switchedOff == nil ? reader.findings : reader.findings.asNotices(),
    settings: reader.resolvedSettings, identity: identity(of: server, reader))
}

/// An entry that holds servers itself: a section too many around them.
private func servers(in entry: Entry, _ keys: [String], _ context: ServerContext) -> ReadServer {
  var findings = Findings()
  findings.add(
    Diagnostic(
      file: context.file, mark: entry.mark, .error, path: joinedPath(keys),
      "holds servers and is none itself",
      remedy: "move what stands in it one step out\(context.owner.consequence)"))
  return ReadServer(
    server: Server(
      name: PrintableText.line(entry.key, limit: 128), transport: .streamableHTTP, endpoint: nil,
      availability: .broken(brokenReason(findings, keys, isDuplicate: false))),
    mark: entry.mark, findings: findings, settings: [])
}

/// An address with its headers, or the words that start a process.
private func identity(of server: Server, _ reader: ServerReader) -> [String] {
  if let endpoint = server.endpoint {
    let headers = server.headers.map { "\($0.name.lowercased()): \($0.value.revealed)" }.sorted()
    return [endpoint.url.revealed, server.transport.rawValue] + headers
  }
  let command = reader.section.mapping["command"]?.scalar?.text ?? ""
  let arguments = reader.section.mapping["args"]?.items?.map { $0.scalar?.text ?? "" } ?? []
  let address = reader.section.mapping["url"]?.scalar?.text ?? ""
  return [address, command] + arguments
}

/// What is switched off is left alone, whatever is wrong with it; only what could be started is on demand.
private func availability(_ reader: ServerReader, brokenReason: String?) -> Availability {
  if let off = reader.switchedOff {
    if let brokenReason { return .unmonitored("\(off); \(brokenReason)") }
    return reader.unmonitoredReason == nil ? .switchedOff(off) : .unmonitored(off)
  }
  if let brokenReason { return .broken(brokenReason) }
  if let reason = reader.unmonitoredReason { return .unmonitored(reason) }
  let mayStart = reader.process == nil || reader.policy.stdio.value
  return reader.startsAutomatically && mayStart ? .automatic : .onDemand
}

/// What LibreChat does when its schema is broken anywhere.
let refusesFile = "LibreChat refuses the whole file"

private func hasDuplicateKeys(_ mapping: Mapping) -> Bool {
  !mapping.duplicates.isEmpty
    || mapping.entries.contains { !($0.value.mapping?.duplicates.isEmpty ?? true) }
}

/// The first error in one sentence, without the way to the server, which its reader knows.
private func brokenReason(_ findings: Findings, _ keys: [String], isDuplicate: Bool) -> String {
  guard let error = findings.firstError else {
    return isDuplicate ? "a key stands there twice; keep one of the two" : "cannot be used"
  }
  let prefix = joinedPath(keys) + "."
  let field = error.path.hasPrefix(prefix) ? String(error.path.dropFirst(prefix.count)) + ": " : ""
  return field + error.message
}
