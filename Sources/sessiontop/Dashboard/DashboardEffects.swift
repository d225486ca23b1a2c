import TopConfiguration
import TopConsole
import TopDisplay
import SessionEngine
import Glibc
import MCPWire
import TopReports
import MCPSessions

extension Dashboard {
  /// Does what a key asked for; false ends the program.
  mutating func carryOut(_ effect: Effect) -> Bool {
    switch effect {
    case .quit: return false
    case .command(let command):
      guard let problem = monitor?.send(command) ?? nil else { break }
      if case .act = command { view.takeBack(saying: problem) } else { view.say(problem) }
    case .redraw: terminal.redraw()
    case .cycleTheme:
      let index = plan.themeNames.firstIndex(of: themeName) ?? -1
      useTheme(named: plan.themeNames[(index + 1) % plan.themeNames.count])
    case .theme(let name): useTheme(named: name)
    case .refresh(let duration):
      refresh = duration
      view.say("the screen is drawn every \(Double(duration.inMilliseconds) / 1_000) s, and at every key")
    case .toggleMouse:
      usesMouse.toggle()
      terminal.useMouse(usesMouse)
      view.say(usesMouse ? "the mouse is ours; hold shift to select text" : "the mouse is the terminal's")
    case .copy(let text): copy(text)
    case .export(let extract): export(extract)
    case .share(let keys, let about, let isPrivate): share(keys, about: about, isPrivate: isPrivate)
    case .inspect(let extract):
      view.show(page: "as JSON", jsonLines(of: extract, at: now).flatMap { readableJSON($0) })
    case .replay(let move):
      let offset = utcOffset(at: now.wall)
      let notice = replay?.move(move, utcOffset: offset)
      if let notice { view.say(notice) }
    case .reload:
      if monitor?.reload() != true { view.say("there is no configuration file to read again") }
    case .keepColumns(let columns): keep(columns)
    case .suspend: break
    }
    return true
  }

  private mutating func use(_ theme: Theme) {
    self.theme = theme
    terminal.use(theme, hasColor: hasColor)
    terminal.redraw()
  }

  private mutating func useTheme(named name: String) {
    do {
      // Also when it cannot be used, so that the next key goes past it.
      themeName = name
      use(try Themes.load(name, environment: environment, currentDirectory: currentDirectory))
      view.say("theme \(name)")
    } catch {
      view.say("\(error)")
    }
  }

  private mutating func copy(_ text: String) {
    guard let sequence = clipboardSequence(text, inTmux: environment["TMUX"] != nil), terminal.say(sequence)
    else { return view.say("too long for a clipboard: \(text.count) characters") }
    // Nobody answers whether a terminal took it, so the text is shown as well.
    view.say("sent to the clipboard: \(text.replacing("\n", with: " "))")
  }

  /// One text with all that somebody else needs to look into it: the picture, what is known of these
  /// sessions, how they are kept, and what happened to them.
  private mutating func share(_ keys: [SessionKey], about: String, isPrivate: Bool) {
    let now = now
    let names = Set(keys.map(\.exactServer))
    let servers = store.servers.filter { keys.isEmpty || names.contains($0.id) }
    let known = jsonLines(of: .sessions(keys.isEmpty ? store.sessions.keys.sorted() : keys, store), at: now)
    let events = store.events.newest(store.events.count).filter { event in
      keys.isEmpty || event.server.map { names.contains(ExactText($0)) } ?? true
    }
    let picture = render(store, view, at: now, size: terminal.size, context: context(now)).text
    let settings = servers.map { server in
      let kept = server.settings
      let words: [String?] = [
        server.transport.rawValue, server.url, server.note?.text, "ping every \(kept.pingInterval)",
        "timeout \(kept.timeout)", "\(kept.retryAttempts) quick attempts from \(kept.retryDelay)",
        "stream \(kept.stream ? "yes" : "no")",
      ]
      return "\(PrintableText.line(server.name)): \(words.compactMap { $0 }.joined(separator: ", "))"
    }
    let text = [
      "sessiontop \(Outgoing.clientVersion) on \(plan.host), \(now.wall.rfc3339)", "about \(about)", "",
      "== screen", picture, "",
      "== settings, secrets masked", settings.joined(separator: "\n"), "", "== sessions",
      known.flatMap { readableJSON($0) }.joined(separator: "\n"), "",
      "== events, the newest \(min(events.count, Self.sharedEvents)) of \(events.count)",
      events.suffix(Self.sharedEvents).map(eventLine).joined(separator: "\n"), "",
    ].joined(separator: "\n")
    let shown = isPrivate ? concealed(text, store, context(now)) : text
    save(shown, as: "ticket", ending: "txt") {
      "\($0) is a ticket about \(about)\(isPrivate ? "; hosts, users and ids are hidden" : "")"
    }
  }

  /// Most events that are given on.
  private static let sharedEvents = 2_000

  private mutating func save(_ text: String, as name: String, ending: String, _ words: (String) -> String) {
    let time = now.wall.rfc3339.filter { $0 != ":" && $0 != "-" && $0 != "." }
    guard let stateFolder else { return view.say("there is no home to write to; set XDG_STATE_HOME") }
    let path = "\(stateFolder)/\(name)-\(time).\(ending)"
    do {
      try writeFile(text, to: path)
      view.say(words(path))
    } catch {
      view.say("cannot write \(path): \(error)")
    }
  }

  private mutating func export(_ extract: Extract) {
    let lines = jsonLines(of: extract, at: now)
    let count = "\(lines.count) line\(lines.count == 1 ? "" : "s")"
    save(lines.map { $0 + "\n" }.joined(), as: "export", ending: "jsonl") { "\(count) in \($0)" }
  }
}

/// Part of what is known, in the schema of exports.
private func jsonLines(of extract: Extract, at now: Moment) -> [String] {
  switch extract {
  case .events(let events): return events.map(eventLine)
  case .sessions(let keys, let store):
    var report = EngineReport()
    let names = Set(keys.map(\.exactServer))
    report.servers = store.servers.filter { names.contains($0.id) }
    for key in keys { report.sessions[key] = store.sessions[key] }
    report.statistics = store.statistics
    var part = Store(eventCapacity: 1)
    part.fold(report, at: now)
    return [snapshotLine(part, at: now)]
  }
}
