import ArgumentParser
import Sessions

/// The command line as values; what they lead to is in main.swift.
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
    subcommands: [
      DashboardCommand.self, Demo.self, Watch.self, Status.self, Check.self, FilesCommand.self, Settings.self,
      ReplayCommand.self,
      ThemeCommand.self, Login.self, Logout.self, Tokens.self, Benchmark.self,
    ],
    defaultSubcommand: DashboardCommand.self)
}

/// Where the servers come from.
struct Source: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: """
      A librechat.yaml or sessiontop.yaml; may be repeated. Otherwise SESSIONTOP_CONFIG, sessiontop.yaml in the \
      configuration directory, or ./librechat.yaml.
      """)
  var config: [String] = []

  @Flag(help: "Open every configuration that `sessiontop files` lists, as well.")
  var found = false

  @Flag(
    help: """
      Start servers that are processes (stdio) without being asked, as 'stdio: all' does; sessionConfig.stdio: \
      false of a server still holds.
      """)
  var stdio = false
}

/// When a person may be asked to sign in.
struct SigningIn: ParsableArguments {
  @Option(
    name: .customLong("sign-in"),
    help: "Open a browser for a server that wants a sign-in: never, ask (as never here) or auto.",
    transform: { word in
      guard let policy = SignInPolicy(rawValue: word) else {
        throw ValidationError("must be never, ask or auto")
      }
      return policy
    })
  var policy = SignInPolicy.never
}

/// How the screen looks.
struct Screen: ParsableArguments {
  @Option(help: "A theme of `sessiontop theme list`, or a file.")
  var theme: String?

  @Option(help: "Begin with this filter, such as 'server:git* state:failed|recovering err>0'.")
  var filter: String?

  @Option(help: "The least time between two pictures, 100ms to 60s; a key is always answered at once.")
  var refresh: Span?

  @Flag(help: "Print the screen as flat lines, once; with --refresh again whenever it changed.")
  var plain = false

  @Flag(help: "Draw with ASCII only.")
  var ascii = false

  @Flag(name: .customLong("read-only"), help: "Take away the keys that change anything.")
  var readOnly = false

  @Option(name: .customLong("for"), help: "End by itself after this time, such as 30s or 2m.")
  var duration: Span?
}

struct DashboardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dashboard", abstract: "The live screen (what happens without a command).")

  @OptionGroup var source: Source
  @OptionGroup var screen: Screen
}

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "A recorded event log in the dashboard: play, pause, step, jump.",
    discussion:
      "FILE is the event log, or what `sessiontop watch --format jsonl` printed; - is standard input.")

  @Argument(help: "The recording.")
  var file: String

  @Option(help: "How fast to begin with; 1 is as it was.")
  var speed = 1.0

  @OptionGroup var screen: Screen
}

struct ThemeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "theme", abstract: "Themes: list them, show one, check one.",
    subcommands: [List.self, Show.self, CheckTheme.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The themes that can be named.")
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Every role of a theme with its colours for every depth, as a sample where colour is possible.")

    @Argument(help: "A name or a file.")
    var name = "default"
  }

  struct CheckTheme: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Check contrast, and that states can be told apart without colour and by deuteranopes.")

    @Argument(help: "Names or files; all that are built in otherwise.")
    var names: [String] = []
  }
}

struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The dashboard on embedded servers that come, go, expire and fail; nothing to configure.")

  @OptionGroup var screen: Screen
}

struct Watch: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "No screen: events to standard output as they happen, and a snapshot at the end.")

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, jsonl
  }

  @OptionGroup var source: Source

  @OptionGroup var signingIn: SigningIn

  @Option(help: "text: log lines; jsonl: one JSON object a line.")
  var format = Format.text

  @Option(name: .customLong("for"), help: "End by itself after this time, such as 30s or 2m.")
  var duration: Span?
}

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Connect to all, print one table (or JSON), and exit with 1 if something is not well.")

  @OptionGroup var source: Source

  @OptionGroup var signingIn: SigningIn

  @Flag(help: "Print the snapshot as JSON.")
  var json = false

  @Option(name: .customLong("for"), help: "The longest time to wait for servers to answer.")
  var duration = Span(.seconds(10))
}

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Validate configuration files without touching the network: every problem in one run.")

  @OptionGroup var source: Source

  @Argument(help: "Files to check; those of --config otherwise.")
  var files: [String] = []

  @Flag(help: "Print servers and problems, or the settings of --show, as one JSON object.")
  var json = false

  @Option(help: "Print what is in force for this server and where each value comes from.")
  var show: String?
}

struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure this program on this machine: the figures of the README.", shouldDisplay: false)

  @Flag(help: "Be the server that is measured against.")
  var serve = false
}

/// A length of time on the command line: `500ms`, `30s`, `5m`, `2h`; a bare number means seconds.
struct Span: ExpressibleByArgument {
  let duration: Duration

  init(_ duration: Duration) {
    self.duration = duration
  }

  init?(argument: String) {
    let units: [(suffix: String, seconds: Double)] = [
      ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600), ("", 1),
    ]
    for unit in units where argument.hasSuffix(unit.suffix) {
      guard let number = Double(argument.dropLast(unit.suffix.count)), number > 0, number < 1e8 else {
        return nil
      }
      duration = .seconds(number * unit.seconds)
      return
    }
    return nil
  }

  var defaultValueDescription: String { "\(Int(duration.components.seconds))s" }
}
