import MCPSessions

extension Frame {
  mutating func servers(_ model: ViewModel, in area: Rectangle) {
    let rows = model.rows.servers
    let now = model.now
    let isWide = area.columns >= 100
    let longest = rows.map { columns(of: $0.title) }.max() ?? 0
    let name = min(longest, max(12, area.columns / 3), isWide ? 40 : 28)
    let looks = shortened(rows.map(\.title), to: max(10, name), isASCII: model.glyphs.isASCII)
    // `12/140`, as wide as the largest of them.
    let most = rows.reduce(0) { max($0, $1.listed.total) }
    let live = max(5, min(11, 2 * String(most).count + 1))
    let marked = Set(model.view.marks.map(\.exactServer))
    // What the rows are sorted by stays in sight.
    func rank(_ field: Sort.Field, _ rank: Int?) -> Int? { model.view.sort.field == field ? nil : rank }
    func isChosen(_ title: String) -> Bool { model.view.columns[title] == .always }
    var list: [Column<ServerSummary>] = [
      Column("SERVER", max(10, name), text: { looks[ExactText($0.title)] ?? $0.title }),
      Column("STATE", 12) { StateLook($0, model.glyphs).phrase },
      Column("FOR", 6, right: true) { server in
        inState(server, at: server.worst.map { model.now(of: $0.key) } ?? now)
      },
      Column(
        "LIVE", live, right: true,
        text: { $0.listed.total == 0 || $0.isUnwatched ? "-" : "\($0.listed.live)/\($0.listed.total)" }),
      Column("P95", 5, right: true, rank: rank(.p95, isWide ? 5 : 1), text: { latency($0.p95) }),
      Column("GOOD", 6, right: true, rank: rank(.good, 2), text: { lastGood($0, at: now) }),
      Column("ERR", 4, right: true, text: { $0.isUnwatched ? "-" : count($0.errors) }),
    ]
    if rows.contains(where: { $0.worst?.process?.usage != nil }) {
      list += [
        Column("CPU", 5, right: true, rank: 2, text: { $0.worst?.process?.load.map(percent) ?? "-" }),
        Column(
          "MEM", 5, right: true, rank: 2,
          text: { ($0.worst?.process?.usage?.memory).map(bytes) ?? "-" }),
      ]
    }
    if model.view.sort.field == .recoveries || isChosen("REC") {
      list.append(Column("REC", 4, right: true, text: { count($0.recoveries) }))
    }
    if isWide || isChosen("NEXT") {
      list.insert(Column("NEXT", 6, right: true, rank: 4, text: { nextAttempt($0, at: now) }), at: 3)
    }
    if isWide || isChosen("LAST HOUR") {
      list.append(
        Column("LAST HOUR", 15, rank: 3) { server in
          strip(model.store.history(of: server.name), columns: 15, model)
        })
    }
    if area.columns >= 50 || isChosen("WHY") {
      list.append(
        Column("WHY", 24, flexible: true) { server in
          let why =
            server.worst.map { model.why($0, note: server.report.note) }
            ?? Phrase(server.report.note?.text ?? "", .muted)
          // What comes next has a column of its own.
          guard isWide, server.worst?.nextAttempt != nil else { return why }
          return Phrase(why.text, why.role)
        })
    }
    draw(
      Listing(
        rows: rows, columns: model.view.columns.applied(to: list),
        glyph: { StateLook($0, model.glyphs).mark },
        isMarked: { server in server.names.contains { marked.contains($0) } },
        selected: selectedIndex(model, rows), top: model.view.servers.top, ifEmpty: ifEmpty(model)),
      model.glyphs, in: area, isFocused: model.isFocused(.servers) && !model.view.isDetailOpen)
  }

  func serversTitle(_ model: ViewModel) -> String {
    let (shown, all) = (model.rows.servers.reduce(0) { $0 + $1.names.count }, model.rows.allServers.count)
    return "servers (\(shown == all ? "\(all)" : "\(shown) of \(all)")), \(model.orderWords)"
  }

  private func selectedIndex(_ model: ViewModel, _ rows: [ServerSummary]) -> Int? {
    model.view.servers.index(in: rows.map(\.id))
  }

  private func ifEmpty(_ model: ViewModel) -> String {
    if model.view.showsProblemsOnly, !model.rows.allServers.isEmpty { return model.noneUnwell("server") }
    return model.view.filter.isEmpty ? "no servers yet" : "no server matches the filter"
  }
}

extension ViewModel {
  /// What a list of problems says that has none.
  func noneUnwell(_ what: String) -> String {
    let matching = view.filter.isEmpty ? "" : " that matches the filter"
    let back = context.hint(.problemsOnly, "shows all")
    return ["no \(what)\(matching) is unwell", back].compactMap { $0 }.joined(separator: "; ")
  }
}

/// Since when: the time in its state of what tells most.
private func inState(_ server: ServerSummary, at now: Moment) -> Phrase {
  guard let worst = server.worst, !server.isUnwatched else { return Phrase("-") }
  return Phrase(age(of: worst.onset, at: now, calm: !server.isProblem))
}

/// How long until the next attempt.
private func nextAttempt(_ server: ServerSummary, at now: Moment) -> String {
  guard let worst = server.worst, let next = worst.nextAttempt else { return "-" }
  let left = next - now.instant
  return left > .zero ? age(left + .milliseconds(999)) : "now"
}

private func lastGood(_ server: ServerSummary, at now: Moment) -> String {
  if server.isUnwatched { return "-" }
  return age(of: server.lastGood, at: now, calm: !server.isProblem)
}

extension ServerSummary {
  fileprivate var isUnwatched: Bool { state == .unmonitored }
}
