import MCPSessions

/// Which program a configuration file belongs to, and what that program makes of what stands in it.
///
/// It is decided once for a file, by its name and its shape, before anything else is read. Everything that
/// differs between programs is a field here, so that no rule of one is held against the file of another.
struct Owner: Sendable {
  enum Kind: String, CaseIterable, Sendable {
    case sessiontop, libreChat, claudeCode, claudeDesktop, visualStudioCode, visualStudio, copilot, cursor
    case windsurf, gemini, qwen, cline, roo, kilo, kiro, zed, openCode, crush, codex, liteLLM, hermes, amp
    case cherryStudio, goose, continueDev, mcpAgent, fastAgent, openClaw, lmStudio, fastMCP, antigravity
    case junie, vibe, mcporter, other
  }

  /// What a bare number of a field `timeout` counts.
  enum TimeUnit: Hashable, Sendable {
    case milliseconds
    case seconds
    /// Milliseconds, of which the program takes no fewer than these.
    case millisecondsFrom(Int)
    /// Nobody says: what is too small for milliseconds is taken for seconds.
    case unclear
  }

  /// What an address is that comes without a word for its transport.
  enum BareAddress: Hashable, Sendable {
    /// What the program takes it for, and so do we.
    case plain(Transport)
    /// The program does not read it so; the text says what it makes of it. It is watched as streamable HTTP.
    case misread(String)
  }

  /// A field that the program reads and this one does not, though the session is another without it.
  struct Cost: Sendable {
    let key: String
    let severity: Diagnostic.Severity
    let problem: String
    let remedy: String
  }

  let kind: Kind
  /// As people call it.
  let name: String
  /// Ends of paths that are its files, in small letters; one that begins with a slash is a whole name.
  var places: [String] = []
  /// Where it keeps its servers, for the words of problems.
  var serversKey = "mcpServers"
  /// Other sections in which it reads servers, too.
  var otherServersKeys: [String] = []
  /// Whether it lays several files over each other, so that an entry need not hold its address.
  var isLayered = false
  /// Fields of an entry that hold the address, the first that is there.
  var addresses = ["url", "httpUrl", "serverUrl", "baseUrl"]
  /// Words for transports beside those that everybody has.
  var words: [String: Transport] = [:]
  var variables: VariableSyntax = .everybodys
  var timeUnit = TimeUnit.unclear
  var bareAddress = BareAddress.plain(.streamableHTTP)
  /// Fields of an entry that switch it off, and the value that does.
  var switches = everybodysSwitches
  /// Whether comments and trailing commas are fine in its JSON.
  var takesComments = false
  /// Fields of an entry that it reads, beside everybody's, and that say nothing about the session.
  var keys: [String] = []
  var costs: [Cost] = []
  /// Fields of an entry that only this program writes, by which a file without a telling name is known.
  var marks: [String] = []

  /// LibreChat's schema and its quirks are law in our own files too: servers are copied from one to the
  /// other.
  var followsLibreChat: Bool { kind == .libreChat || kind == .sessiontop }

  /// How a variable is written in its files, or where it is named for a process.
  func variableForm(_ name: String, forProcess isForProcess: Bool = false) -> String {
    if kind == .codex, isForProcess { return "env_vars = [\"\(name)\"]" }
    if variables.contains(.braces) { return "${\(name)}" }
    if variables.contains(.environmentPrefix) { return "${env:\(name)}" }
    if variables.contains(.openCode) { return "{env:\(name)}" }
    if variables.contains(.osEnviron) { return "os.environ/\(name)" }
    if variables.contains(.secrets) { return "${{ secrets.\(name) }}" }
    return kind == .codex ? "it under env_http_headers or bearer_token_env_var" : "the value itself"
  }

  /// What LibreChat does when its schema is broken anywhere; ends a remedy.
  var consequence: String { followsLibreChat ? " (\(refusesFile))" : "" }
}

/// What switches an entry off in the files of most programs.
let everybodysSwitches: [String: Bool] = [
  "disabled": true, "isDisabled": true, "is_disabled": true, "enabled": false, "isEnabled": false,
  "is_enabled": false,
  "isActive": false, "is_active": false, "active": false,
]
