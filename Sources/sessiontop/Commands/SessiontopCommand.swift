import ArgumentParser
import MCPSessions

/// The commands; what each does stands with its words in a file of its own.
struct Sessiontop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sessiontop",
    abstract:
      "Watch the sessions of MCP servers: which live, which died, why, and when the next attempt comes.",
    discussion: """
      Without a command it opens the dashboard on the servers of the configuration: those of --config FILE, else of \
      SESSIONTOP_CONFIG, else of sessiontop.yaml in the configuration directory, else of ./librechat.yaml.
      `sessiontop files` lists configurations of other programs, `sessiontop --found` opens them.
      `sessiontop help dashboard` has all its options, `sessiontop demo` needs no configuration at all.
      """,
    version: "sessiontop \(programVersion)",
    subcommands: watching + OperatorAction.allCases.map(\.command) + others,
    defaultSubcommand: DashboardCommand.self)

  private static let watching: [any ParsableCommand.Type] = [
    DashboardCommand.self, Demo.self, Watch.self, Status.self, ProbeCommand.self, ServeCommand.self,
    AttachCommand.self,
  ]

  private static let others: [any ParsableCommand.Type] = [
    Check.self, FilesCommand.self, Settings.self, ReplayCommand.self, ThemeCommand.self, Login.self,
    Logout.self, Tokens.self, Manual.self,
  ]
}
