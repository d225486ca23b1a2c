import Sessions

extension Frame {
  mutating func servers(_ model: ViewModel, in area: Rectangle) {
    let rows = model.rows.servers
    let now = model.now
    let name = min(28, max(10, rows.map { columns(of: $0.name) }.max() ?? 0))
    var list: [Column<ServerSummary>] = [
      Column("SERVER", min(name, max(12, area.columns / 3)), text: { $0.name }),
      Column("STATE", 12) { Phrase($0.state.rawValue, Role($0.state)) },
      Column("FOR", 6, right: true) { inState($0, at: now) },
      Column(
        "SES", 5, right: true, text: { $0.total == 0 || $0.isUnwatched ? "-" : "\($0.live)/\($0.total)" }),
      Column("P95", 5, right: true, rank: 1, text: { latency($0.p95) }),
      Column("GOOD", 6, right: true, rank: 2, text: { lastGood($0, at: now) }),
      Column("ERR", 4, right: true, text: { $0.isUnwatched ? "-" : count($0.errors) }),
    ]
    if model.view.layout.form == .wide {
      list.append(
        Column("LAST HOUR", 15, rank: 3) { server in
          strip(model.store.history(of: server.name), columns: 15, model)
        })
    }
    if area.columns >= 50 {
      list.append(
        Column("WHY", model.view.layout.form == .wide ? 12 : 24, flexible: true) { server in
          server.worst.map { model.why($0, note: server.report.note) }
            ?? Phrase(server.report.note ?? "", .muted)
        })
    }
    draw(
      Listing(
        rows: rows, columns: list, glyph: { Phrase(model.glyphs.state($0.state), Role($0.state)) },
        isMarked: { server in model.view.marks.contains { $0.server == server.name } },
        selected: view(model, rows), top: model.view.servers.top, ifEmpty: ifEmpty(model)),
      model.glyphs, in: area, isFocused: model.isFocused(.servers) && !model.view.isDetailOpen)
  }

  func serversTitle(_ model: ViewModel) -> String {
    let (shown, all) = (model.rows.servers.count, model.rows.allServers.count)
    return "servers (\(shown == all ? "\(all)" : "\(shown) of \(all)")), \(model.orderWords)"
  }

  private func view(_ model: ViewModel, _ rows: [ServerSummary]) -> Int? {
    model.view.servers.index(in: rows.map(\.name))
  }

  private func ifEmpty(_ model: ViewModel) -> String {
    model.view.filter.isEmpty ? "no servers yet" : "no server matches the filter"
  }
}

/// Since when: the time in its state of what tells most.
private func inState(_ server: ServerSummary, at now: Moment) -> Phrase {
  guard let worst = server.worst, !server.isUnwatched else { return Phrase("-") }
  return Phrase(age(of: worst.since, at: now, calm: !server.isProblem))
}

private func lastGood(_ server: ServerSummary, at now: Moment) -> String {
  if server.isUnwatched { return "-" }
  return age(of: server.lastGood, at: now, calm: !server.isProblem)
}

extension ServerSummary {
  fileprivate var isUnwatched: Bool { state == .unmonitored }
}
