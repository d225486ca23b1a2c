import Sessions

/// What a server's entry is read with.
struct ServerContext {
  let file: String
  let shape: FileShape
  let environment: [String: String]
  /// What is in force before the server's own `sessionConfig`.
  let policy: SessionPolicy
  /// Who may stand for a signed-in user.
  var users: [UserSettings] = []
}

/// A server with what was found wrong with it and where its settings come from.
struct ReadServer {
  let server: Server
  let mark: Mark
  let findings: Findings
  let settings: [ResolvedSetting]
}

/// Reads one entry of `mcpServers`. An entry with an error becomes a server that is shown and never
/// contacted.
func readServer(_ entry: Entry, isDuplicate: Bool, in context: ServerContext) -> ReadServer {
  var findings = Findings()
  let name = PrintableText.line(entry.key, limit: 128)
  let keys = [context.shape.serversKey, entry.key]
  let consequence = context.shape.followsLibreChat ? " (\(refusesFile))" : ""
  guard let mapping = entry.value.mapping else {
    findings.add(
      Diagnostic(
        file: context.file, mark: entry.value.mark, .error, path: joinedPath(keys),
        "must be a mapping, not \(entry.value.kind)",
        remedy: "write 'type:' and 'url:' below it, indented\(consequence)"))
    return ReadServer(
      server: Server(
        name: name, transport: .streamableHTTP, endpoint: nil,
        availability: .broken(brokenReason(findings, keys, isDuplicate: false))),
      mark: entry.mark, findings: findings, settings: [])
  }
  var reader = ServerReader(
    section: Section(
      file: context.file, keys: keys, mapping: context.shape.followsLibreChat ? mapping : translated(mapping),
      consequence: consequence),
    context: context, findings: findings)
  reader.read()
  let hasDuplicates = isDuplicate || hasDuplicateKeys(mapping)
  let isBroken = hasDuplicates || reader.findings.firstError != nil
  let availability: Availability =
    if isBroken {
      .broken(brokenReason(reader.findings, keys, isDuplicate: hasDuplicates))
    } else if let reason = reader.unmonitoredReason {
      .unmonitored(reason)
    } else {
      reader.startsAutomatically ? .automatic : .onDemand
    }
  let server = Server(
    name: name, transport: reader.transport, endpoint: reader.endpoint, headers: reader.headers.map(\.header),
    settings: reader.policy.settings(
      requestTimeout: reader.requestTimeout, initTimeout: reader.initTimeout),
    availability: availability, proxy: reader.proxy, secrets: reader.secrets.map(Secret.init),
    accounts: isBroken ? [] : reader.accounts)
  return ReadServer(
    server: server, mark: entry.mark, findings: reader.findings, settings: reader.resolvedSettings)
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
