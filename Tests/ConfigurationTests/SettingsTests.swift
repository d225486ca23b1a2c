import TopDisplay
import MCPSessions
import Testing

@testable import TopConfiguration

struct SettingsTests {
  @Test func `The default file loads cleanly, equals the defaults and lacks no setting`() {
    let loaded = loadText(defaultSettingsFile, name: "sessiontop.yaml")
    #expect(report(loaded) == "")
    #expect(loaded.servers.isEmpty && loaded.isUsable)
    #expect(loaded.settings == Settings())
    #expect(loaded.inForce.map(\.value) == SettingsReader(environment: [:]).resolved.map(\.value))
    for setting in loaded.inForce {
      guard case .file = setting.origin else {
        Issue.record("\(setting.name) does not stand in the default file")
        continue
      }
    }
  }

  @Test func `Every line of the default file can be read as a setting by a person`() {
    let lines = defaultSettingsFile.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 110 })
    #expect(lines.contains("  timeout: 3600000") && lines.contains("  listen: null"))
    #expect(lines.contains("  # SESSIONTOP_LIMITS_CONNECTING overrides it."))
  }

  @Test func `Flags of the environment beat the file, and each value tells where it is from`() {
    let loaded = loadText(
      """
      mcpServers: {a: {type: http, url: "http://h/"}}
      session: {timeout: 5000, retryDelay: 20}
      users: [{id: ana, variables: {PAT: "${ANA_PAT}"}}]
      ui: {theme: dark, refresh: 500}
      log: {file: "${STATE}/events"}
      """,
      environment: [
        "SESSIONTOP_THEME": "light", "SESSIONTOP_READ_ONLY": "yes", "SESSIONTOP_LIMITS_EVENTS": "200",
        "MCP_SESSION_TIMEOUT": "7000", "ANA_PAT": "planted-pat", "STATE": "/var/lib",
      ], name: "sessiontop.yaml")
    let changed = loaded.inForce.filter { $0.origin != .builtIn }
    #expect(
      changed.map { "\($0.name) = \($0.value) from \($0.source)" } == [
        "users.ana.PAT = ••• from sessiontop.yaml:3, environment ANA_PAT",
        "session.timeout = 7000 from environment MCP_SESSION_TIMEOUT",
        "session.retryDelay = 20 from sessiontop.yaml:2",
        "ui.theme = light from environment SESSIONTOP_THEME", "ui.refresh = 500 from sessiontop.yaml:4",
        "ui.readOnly = true from environment SESSIONTOP_READ_ONLY",
        "log.file = /var/lib/events from sessiontop.yaml:5, environment STATE",
        "limits.events = 200 from environment SESSIONTOP_LIMITS_EVENTS",
      ])
    #expect(loaded.ui.theme == "light" && loaded.ui.readOnly && loaded.limits.events == 200)
    #expect(loaded.settings.users.map(\.id) == ["ana"])
  }

  @Test(arguments: [
    (
      "ui: {refresh: 50, readonly: true, ascii: maybe, bell: 1}",
      """
      sessiontop.yaml:2:15: error: ui.refresh: must be a whole number of milliseconds from 100 to 60000, not 50; write a \
      number of that range
      sessiontop.yaml:2:19: warning: ui.readonly: unknown key, nothing reads it; did you mean readOnly?
      sessiontop.yaml:2:42: error: ui.ascii: must be true, false or auto; write one of these words
      sessiontop.yaml:2:55: error: ui.bell: must be true or false, not a whole number; write true or false without \
      quotes
      """
    ),
    (
      "ui: {columns: {good: never, SIZE: always, P95: maybe}}",
      """
      sessiontop.yaml:2:16: error: ui.columns.good: there is no such column; did you mean GOOD?
      sessiontop.yaml:2:29: error: ui.columns.SIZE: there is no such column; columns are ID, USER, KIND, PROTOCOL, FOR, NEXT, \
      LIVE, AGE, P95, GOOD, ERR, REC, CPU, MEM, LAST HOUR, WHY
      sessiontop.yaml:2:43: error: ui.columns.P95: must be always, never or auto; write one of these words
      """
    ),
    (
      "ui: {onAlert: 5, keys: {reconect: R, filter: ctrl-s, sort: [o, 5]}}",
      """
      sessiontop.yaml:2:15: error: ui.onAlert: must be text, not a whole number; put it in quotes
      sessiontop.yaml:2:25: error: ui.keys.reconect: there is no such action; did you mean reconnect?
      sessiontop.yaml:2:38: error: ui.keys.filter: ctrl-s belongs to terminals and multiplexers; keys are written k, K, \
      ctrl-d, space, enter, pgup, f5
      sessiontop.yaml:2:64: error: ui.keys.sort[1]: must be text, not a whole number; put it in quotes
      """
    ),
    (
      "metrics: {listen: 9464, file: [a]}",
      """
      sessiontop.yaml:2:19: error: metrics.listen: must be text, not a whole number; put it in quotes
      sessiontop.yaml:2:31: error: metrics.file: must be text, not a list; write one text
      """
    ),
    (
      "metrics: {listen: 'localhost:0'}",
      "sessiontop.yaml:2:19: error: metrics.listen: must be HOST:PORT; write 127.0.0.1:9464"
    ),
    (
      "log: {file: '${NOWHERE}/log', keep: -1, max_bytes: 5}",
      """
      sessiontop.yaml:2:13: error: log.file: the variable NOWHERE is not set; set it in the environment
      sessiontop.yaml:2:37: error: log.keep: must be a whole number of files from 0 to 1000, not -1; write a number of that \
      range
      sessiontop.yaml:2:41: warning: log.max_bytes: unknown key, nothing reads it; did you mean maxBytes?
      """
    ),
    (
      "limits: 5\nlimit: {}\nsesion: {}",
      """
      sessiontop.yaml:2:9: error: limits: must be a mapping, not a whole number; write 'name: value' lines below it, \
      indented
      sessiontop.yaml:3:1: warning: limit: unknown key, nothing reads it; did you mean limits?
      sessiontop.yaml:4:1: warning: sesion: unknown key, nothing reads it; did you mean session?
      """
    ),
    (
      "session: {wire: websocket, terminateURL: nowhere, retryattempts: 3, timeout: 0}",
      """
      sessiontop.yaml:2:17: error: session.wire: must be auto, session, sessionless or sse; write one of these words
      sessiontop.yaml:2:42: error: session.terminateURL: must be an address; write https://HOST/PATH
      sessiontop.yaml:2:51: warning: session.retryattempts: unknown key, nothing reads it; did you mean retryAttempts?
      sessiontop.yaml:2:78: error: session.timeout: must be a whole number of milliseconds from 1 to 31536000000, not 0; \
      write a number of that range
      """
    ),
    (
      "session: {transport: stateless}",
      """
      sessiontop.yaml:2:22: notice: session.transport: is now called wire; it is still read; write wire
      sessiontop.yaml:2:22: notice: session.transport: stateless is now called sessionless; it is still read; \
      write sessionless
      """
    ),
    (
      "session: {wire: sse, transport: auto}",
      """
      sessiontop.yaml:2:33: notice: session.transport: is not read where wire is set; remove it
      """
    ),
    (
      "users: [{id: ana}, {id: ana}, {name: ben}, {id: app}, {id: cy, variables: {A: 1}}]",
      """
      sessiontop.yaml:2:25: error: users[1].id: another user has it already; use another id
      sessiontop.yaml:2:31: error: users[2].id: is missing; add 'id: NAME'
      sessiontop.yaml:2:32: warning: users[2].name: unknown key, nothing reads it
      sessiontop.yaml:2:49: error: users[3].id: is no name that can be shown; use 1 to 64 printable characters, and not \
      'app'
      sessiontop.yaml:2:79: error: users[4].variables.A: must be text, not a whole number; put it in quotes
      """
    ),
  ])
  func `What is wrong with our own settings is told like all else`(text: String, expected: String) {
    let loaded = loadText("mcpServers: {a: {type: http, url: 'http://h/'}}\n" + text, name: "sessiontop.yaml")
    #expect(report(loaded) == expected)
    #expect(loaded.isUsable)
  }

  @Test func `Keys and the program for alerts come from the file or the environment`() {
    let text = """
      mcpServers: {a: {type: http, url: 'http://h/'}}
      ui: {columns: {GOOD: never, LAST HOUR: always}, filters: {night: '!server:*-dev "x"'}, keys: {reconnect: R, filter: [f, f5]}, onAlert: [notify-send, it broke], bell: true, title: false}
      """
    let loaded = loadText(text, name: "sessiontop.yaml")
    #expect(report(loaded) == "")
    #expect(loaded.ui.filters.description == #"{night: "!server:*-dev \"x\""}"#)
    #expect(loaded.ui.columns.description == #"{GOOD: never, "LAST HOUR": always}"#)
    #expect(loaded.ui.keys.description == #"{filter: ["f", "F5"], reconnect: ["R"]}"#)
    #expect(loaded.ui.onAlert == ["notify-send", "it broke"] && loaded.ui.bell && !loaded.ui.title)
    let other = loadText(
      text,
      environment: [
        "SESSIONTOP_KEYS": "sort=o,f2 filter=,", "SESSIONTOP_ON_ALERT": "beep -l 5",
        "SESSIONTOP_COLUMNS": "P95=always, GOOD=auto",
      ],
      name: "sessiontop.yaml")
    #expect(other.ui.keys.description == #"{filter: [","], sort: ["o", "F2"], reconnect: ["R"]}"#)
    #expect(other.ui.columns.description == #"{P95: always, "LAST HOUR": always}"#)
    #expect(other.ui.onAlert == ["beep", "-l", "5"])
  }

  @Test func `Variables that are wrong or misspelt are named`() {
    let loaded = loadText(
      "mcpServers: {a: {type: http, url: 'http://h/'}}\n",
      environment: [
        "SESSIONTOP_REFRESH": "soon", "SESSIONTOP_REDONLY": "1", "SESSIONTOP_BINARY": "/x",
        "MCP_SESSION_TIMOUT": "5", "SESSIONTOP_METRICS_LISTEN": "planted-address",
      ])
    #expect(
      report(loaded) == """
        environment: error: SESSIONTOP_REFRESH: must be a whole number of milliseconds from 100 to 60000; it is \
        ignored now; mend or unset it
        environment: error: SESSIONTOP_METRICS_LISTEN: must be HOST:PORT; it is ignored now; mend or unset it
        environment: warning: MCP_SESSION_TIMOUT: unknown variable, nothing reads it; did you mean MCP_SESSION_TIMEOUT?
        environment: warning: SESSIONTOP_REDONLY: unknown variable, nothing reads it; did you mean SESSIONTOP_READ_ONLY?
        """)
  }

  @Test(arguments: [
    ("~/logs/a", "/home/ana/logs/a"), ("logs/a", "etc/logs/a"), ("./a", "etc/./a"), ("/var/a", "/var/a"),
    ("~ana/a", "etc/~ana/a"), ("${STATE}/a", "/var/lib/a"),
  ])
  func `says of a path that it is at home, beside its file, or whole`(written: String, meant: String) {
    let loaded = loadText(
      "log: {file: '\(written)', text: '\(written)'}\nmetrics: {file: '\(written)'}\nmcpServers: {}\n",
      environment: ["HOME": "/home/ana", "STATE": "/var/lib"], name: "etc/sessiontop.yaml")
    let settings = loaded.settings
    #expect([settings.log.file, settings.log.text, settings.metrics.file] == [meant, meant, meant])
  }

  @Test func `says of a path in a variable that it is at home or seen from the current folder`() {
    let loaded = loadText(
      "mcpServers: {}\n",
      environment: ["HOME": "/home/ana", "SESSIONTOP_LOG_FILE": "~/a", "SESSIONTOP_LOG_TEXT": "b"],
      name: "etc/sessiontop.yaml")
    #expect(loaded.settings.log.file == "/home/ana/a" && loaded.settings.log.text == "b")
  }
}
