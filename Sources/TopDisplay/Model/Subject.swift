import MCPSessions

extension ViewModel {
  /// The servers of what the operator stands on, in whatever pane; none where that is of no server.
  var subjectServers: [ExactText] {
    switch view.pane {
    case .servers: selectedServer?.names ?? []
    case .sessions: selectedSession.map { [$0.key.exactServer] } ?? []
    case .events: selectedEvent?.server.map { [ExactText($0)] } ?? []
    case .errors: []
    }
  }
}

/// What the detail is about: what the operator stands on.
enum Subject {
  /// With how many others the server has, when it stands for the server.
  case session(SessionReport, others: Int)
  case server(ServerSummary)
  case event(Event)
  case error(ErrorType)
  case nothing

  init(_ model: ViewModel) {
    switch model.view.pane {
    case .servers:
      guard let server = model.selectedServer else {
        self = .nothing
        return
      }
      // Where the sessions stand beside the servers, one of them is selected there.
      let session = model.rows.scope == nil ? server.worst : model.selectedSession ?? server.worst
      self = session.map { .session($0, others: server.total - 1) } ?? .server(server)
    case .sessions: self = model.selectedSession.map { .session($0, others: 0) } ?? .nothing
    case .events: self = model.selectedEvent.map { .event($0) } ?? .nothing
    case .errors:
      let types = model.rows.errors
      self = types[safe: model.view.errors.index(in: types)].map { .error($0) } ?? .nothing
    }
  }
}
