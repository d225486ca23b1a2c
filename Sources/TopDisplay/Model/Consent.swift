package import MCPSessions

/// What an action would start on this machine for a server; absent where it starts nothing.
package func commandToStart(_ action: OperatorAction, _ server: String, _ store: Store) -> CommandReport? {
  guard action.connects else { return nil }
  return store.server(ExactText(server))?.command
}

/// Commands that are to be started, for whoever is asked whether they may: command, folder, names of
/// variables. Of three servers at most.
package func consentLines(_ commands: [(server: String, command: CommandReport)]) -> [String] {
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
