import ArgumentParser
import TopConfiguration
import Glibc
import TopPlatform
import MCPSessions

// Words of the command line that several commands take.

/// Where the servers come from.
struct Source: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: """
      A librechat.yaml or sessiontop.yaml; may be repeated. Otherwise SESSIONTOP_CONFIG, sessiontop.yaml in the \
      configuration directory, or ./librechat.yaml.
      """, completion: .configuration)
  var config: [String] = []

  @Flag(help: "Open every configuration that `sessiontop files` lists, as well.")
  var found = false

  @Flag(
    help: """
      Start servers that are processes (stdio) without being asked, as 'stdio: all' does; sessionConfig.stdio: \
      false of a server still holds.
      """)
  var stdio = false

  /// No file is named, nor are all of them to be looked for.
  var isUnsaid: Bool { config.isEmpty && !found }
}

/// When a person may be asked to sign in.
struct SigningIn: ParsableArguments {
  @Option(
    name: .customLong("sign-in"),
    help: "Open a browser for a server that wants a sign-in: never, ask (as never here) or auto.",
    completion: .list(SignInPolicy.allCases.map(\.rawValue)),
    transform: { word in
      guard let policy = SignInPolicy(rawValue: word) else {
        throw ValidationError("must be never, ask or auto")
      }
      return policy
    })
  var policy = SignInPolicy.never
}

/// Where log lines go beside the screen or standard output.
struct Logging: ParsableArguments {
  @Option(
    name: .customLong("log-file"),
    help: "Append log lines to this file as well, as `watch --format text` prints them; before log.text.",
    completion: .file())
  var file: String?

  /// What is kept of the run, as file, environment and command line say.
  func settings(_ loaded: Loaded) -> TopConfiguration.Settings {
    var settings = loaded.settings
    settings.log.text = file ?? settings.log.text
    settings.log.level = loaded.logLevel
    return settings
  }
}

/// How the screen looks.
struct Screen: ParsableArguments {
  @Option(help: "A theme of `sessiontop theme list`, or a file.", completion: .themes)
  var theme: String?

  @Option(help: "Begin with this filter, such as 'server:git* state:failed|recovering err>0'.")
  var filter: String?

  @Option(help: "The least time between two pictures, 100ms to 60s; a key is always answered at once.")
  var refresh: Span?

  @Flag(help: "Draw with ASCII only.")
  var ascii = false

  @Flag(name: .customLong("read-only"), help: "Take away the keys that change anything.")
  var readOnly = false

  @Option(name: .customLong("for"), help: "End by itself after this time, such as 30s or 2m.")
  var duration: Span?
}

/// A length of time on the command line: `500ms`, `30s`, `5m`, `2h`; a bare number means seconds.
struct Span: ExpressibleByArgument {
  let duration: Duration

  init(_ duration: Duration) {
    self.duration = duration
  }

  init?(argument: String) {
    guard let seconds = seconds(inSpan: argument), seconds > 0 else { return nil }
    duration = .seconds(seconds)
  }

  var defaultValueDescription: String { "\(Int(duration.components.seconds))s" }
}
