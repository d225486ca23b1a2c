import MCPSessions

// What can be taken from the screen: to the clipboard, to a file, as JSON.

extension ViewState {
  mutating func takeOut(_ action: Action, _ model: ViewModel) -> [Effect] {
    switch action {
    case .copy:
      guard let text = copyText(model) else {
        notice = "nothing to copy here"
        return []
      }
      return [.copy(text)]
    case .copyCommand: return [.copy(model.equivalentCommand)]
    case .inspect:
      guard let one = inspected(model) else {
        notice = "nothing to show here"
        return []
      }
      return [.inspect(one)]
    default:
      if pane == .events {
        return [.export(.events(model.rows.events.map { model.store.events[$0] }))]
      }
      let keys =
        pane == .sessions
        ? model.rows.sessions : model.sessions(of: model.rows.servers.flatMap(\.names))
      return [.export(.sessions(keys, model.store))]
    }
  }

  /// For a ticket: the marked sessions, or those of the selected row. Who hides something from those who see
  /// the screen does not mean to send it to them.
  func share(_ model: ViewModel) -> Effect {
    let keys = targets(model)
    let about =
      !marks.isEmpty
      ? counted(keys.count, "marked session")
      : keys.isEmpty ? "all sessions" : "the selected row, \(counted(keys.count, "session"))"
    return .share(keys, about: about, isPrivate: isPrivate)
  }

  private func inspected(_ model: ViewModel) -> Extract? {
    if pane == .events { return model.selectedEvent.map { .events([$0]) } }
    let keys = selectedKeys(model)
    return keys.isEmpty ? nil : .sessions(keys, model.store)
  }

  /// What is worth sending to a colleague.
  private func copyText(_ model: ViewModel) -> String? {
    func words(_ session: SessionReport) -> String {
      let since = age(of: session.since, at: model.now)
      return [
        "\(session.key.server), user \(session.key.user): \(session.state.rawValue) for \(since)",
        session.cause?.summary, session.session.map { "session \($0)" }, session.advice?.text,
      ].joined("; ")
    }
    switch Subject(model) {
    case .session(let session, _):
      guard pane == .servers, let row = model.selectedServer, !row.others.isEmpty else {
        return words(session)
      }
      return
        "\(row.names.count) servers (\(row.names.sorted().map(\.text).joined(separator: ", "))); the first: \(words(session))"
    case .server(let server): return server.worst.map(words) ?? server.name
    case .event(let event):
      return [
        event.time.wall.rfc3339, event.server, event.user, event.session, event.message.text,
        event.error?.summary,
      ].joined(" ")
    case .error(let type): return "\(type.rawValue): \(meaning(of: type))"
    case .nothing: return nil
    }
  }
}

extension ViewModel {
  /// The command line that opens this view.
  var equivalentCommand: String {
    var words: [String] = filter.isEmpty ? [] : [filter.text]
    switch view.pane {
    case .servers: words += selectedServer.map { [exactly("server", $0.names.map(\.text))] } ?? []
    case .sessions:
      words += selectedSession.map { [exactly("server", $0.key.server), exactly("user", $0.key.user)] } ?? []
    case .events, .errors: break
    }
    let text = words.joined(separator: " ")
    return text.isEmpty ? context.invocation : "\(context.invocation) --filter \(quoted(text))"
  }

  private var filter: Filter { view.filter }
}

/// For a shell: nothing in it is read as anything but itself.
package func quoted(_ text: String) -> String {
  "'\(text.replacing("'", with: "'\\''"))'"
}
