import Configuration
import Console
import Display
import SessionEngine
import Glibc
import Reports
import Sessions

extension Dashboard {
  /// Does what a key asked for; false ends the program.
  mutating func carryOut(_ effect: Effect) -> Bool {
    switch effect {
    case .quit: return false
    case .command(let command): engine?.send(command)
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
    case .inspect(let extract):
      view.show(page: "as JSON", jsonLines(of: extract, at: now).flatMap { readableJSON($0) })
    case .replay(let move):
      let offset = utcOffset(at: now.wall)
      let notice = replay?.move(move, utcOffset: offset)
      if let notice { view.say(notice) }
    case .reload:
      guard reloader != nil else {
        view.say("there is no configuration file to read again")
        break
      }
      for command in reloader?.reload() ?? [] { engine?.send(command) }
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

  private mutating func export(_ extract: Extract) {
    let lines = jsonLines(of: extract, at: now)
    let name = now.wall.rfc3339.filter { $0 != ":" && $0 != "-" && $0 != "." }
    guard let stateFolder else { return view.say("there is no home to export to; set XDG_STATE_HOME") }
    let path = "\(stateFolder)/export-\(name).jsonl"
    do {
      try writeFile(lines.map { $0 + "\n" }.joined(), to: path)
      view.say("\(lines.count) line\(lines.count == 1 ? "" : "s") in \(path)")
    } catch {
      view.say("cannot write \(path): \(error)")
    }
  }
}

/// Part of what is known, in the schema of exports.
private func jsonLines(of extract: Extract, at now: Moment) -> [String] {
  switch extract {
  case .events(let events): return events.map(eventLine)
  case .sessions(let keys, let store):
    var report = EngineReport()
    let names = Set(keys.map(\.server))
    report.servers = store.servers.filter { names.contains($0.name) }
    for key in keys { report.sessions[key] = store.sessions[key] }
    report.statistics = store.statistics
    var part = Store(eventCapacity: 1)
    part.fold(report, at: now)
    return [snapshotLine(part, at: now)]
  }
}
