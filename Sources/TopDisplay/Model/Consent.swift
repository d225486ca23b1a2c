import MCPSessions

/// What a reconnect would start on this machine, for the dialog that asks: command, folder, names of
/// variables. Of three servers at most.
func commandsToStart(_ servers: Set<String>, _ store: Store) -> [String] {
  let commands = store.servers.compactMap { server in
    servers.contains(server.name) ? server.command.map { (server.name, $0) } : nil
  }
  guard !commands.isEmpty else { return [] }
  var lines: [String] = []
  for (name, command) in commands.prefix(3) {
    lines.append("\(commands.count > 1 ? "\(name) " : "")starts: \(command.line)")
    if let folder = command.folder { lines.append("  in: \(folder)") }
    if !command.variables.isEmpty {
      lines.append("  variables: \(command.variables.map(\.text).joined(separator: ", "))")
    }
    if let download = command.download { lines.append("  may download: \(download)") }
  }
  if commands.count > 3 { lines.append("and \(commands.count - 3) commands more") }
  return lines
}
