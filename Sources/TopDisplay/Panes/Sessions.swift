import MCPSessions

extension Frame {
  mutating func sessions(_ model: ViewModel, in area: Rectangle) {
    let keys = model.rows.sessions
    let selected = model.view.sessions.index(in: keys)
    // Rows are looked up only when they are drawn: there may be thousands.
    draw(
      Listing(
        rows: keys, columns: model.view.columns.applied(to: sessionColumns(model, width: area.columns)),
        glyph: { key in
          model.store.sessions[key].map { StateLook($0, model.glyphs).mark }
            ?? StateLook(.closed, isUnverified: false, model.glyphs).mark
        },
        isMarked: { model.view.marks.contains($0) },
        selected: selected, top: model.view.sessions.top, ifEmpty: ifEmpty(model)),
      model.glyphs, in: area, isFocused: model.isFocused(.sessions) && !model.view.isDetailOpen)
  }

  func sessionsTitle(_ model: ViewModel) -> String {
    let count = model.rows.sessions.count
    return model.rows.scope.map {
      "sessions of \(Families(model.store.servers).title(of: $0)), \(count), \(model.orderWords)"
    }
      ?? "sessions, all servers (\(count)), \(model.orderWords)"
  }

  private func sessionColumns(_ model: ViewModel, width: Int) -> [Column<SessionKey>] {
    let (store, now) = (model.store, model.now)
    let notes = Dictionary(store.servers.map { ($0.id, $0.note) }, uniquingKeysWith: { first, _ in first })
    let isOfAll = model.rows.scope?.count != 1
    let users = Set(model.rows.sessions.map(\.exactUser)).map(\.text)
    let user = min(12, max(4, users.map { columns(of: $0) }.max() ?? 0))
    let userLooks = shortened(users, to: user, isASCII: model.glyphs.isASCII)
    func words(
      _ title: String, _ width: Int, right: Bool = false, rank: Int? = nil,
      _ text: @escaping @Sendable (SessionReport) -> String
    ) -> Column<SessionKey> {
      Column(title, width, right: right, rank: rank, text: { store.sessions[$0].map(text) ?? "" })
    }
    var list: [Column<SessionKey>] = [words("ID", 11, rank: 8) { $0.session ?? "-" }]
    if isOfAll {
      let names = Set(model.rows.sessions.map(\.exactServer))
      let longest = names.map { columns(of: $0.text) }.max() ?? 0
      let room = min(width < 90 ? 13 : width / 5, max(8, longest))
      let looks = shortened(names.map(\.text), to: room, isASCII: model.glyphs.isASCII)
      list.insert(Column("SERVER", room, text: { looks[$0.exactServer] ?? $0.server }), at: 0)
    }
    list += [
      Column("USER", user, rank: isOfAll ? nil : 9, text: { userLooks[$0.exactUser] ?? $0.user }),
      words("KIND", 9, rank: 2) { $0.kind?.rawValue ?? "-" },
      words("PROTOCOL", 10, rank: 1) { $0.protocolVersion ?? "-" },
      Column("STATE", 12) { key in
        store.sessions[key].map { StateLook($0, model.glyphs).phrase } ?? Phrase("")
      },
      words("FOR", 6, right: true) {
        age(of: $0.onset, at: model.now(of: $0.key), calm: $0.state == .ready && !$0.isUnverified)
      },
      words("AGE", 6, right: true, rank: model.view.sort.field == .age ? nil : 3) {
        age(of: $0.created, at: now, calm: true)
      },
      words("GOOD", 6, right: true, rank: model.view.sort.field == .good ? nil : 6) {
        age(of: $0.lastGood, at: now, calm: $0.state.isLive)
      },
      words("P95", 5, right: true, rank: model.view.sort.field == .p95 ? nil : 7) {
        latency($0.latency?.p95)
      },
    ]
    // Only where there are processes: others cost this machine nothing.
    if model.rows.sessions.prefix(500).contains(where: { store.sessions[$0]?.process?.usage != nil }) {
      list += [
        words("CPU", 5, right: true, rank: 4) { $0.process?.load.map(percent) ?? "-" },
        words("MEM", 5, right: true, rank: 4) { ($0.process?.usage?.memory).map(bytes) ?? "-" },
      ]
    }
    list += [
      words("ERR", 3, right: true) { count($0.errorCount, width: 3) },
      words("REC", 3, right: true, rank: model.view.sort.field == .recoveries ? nil : 5) {
        count($0.recoveries, width: 3)
      },
      Column("WHY", 12, flexible: true) { key in
        store.sessions[key].map { model.why($0, note: notes[key.exactServer] ?? nil) } ?? Phrase("")
      },
    ]
    return list
  }

  private func ifEmpty(_ model: ViewModel) -> String {
    if model.view.showsProblemsOnly, !model.store.sessions.isEmpty { return model.noneUnwell("session") }
    if !model.view.filter.isEmpty { return "no session matches the filter" }
    return model.rows.scope?.first.flatMap { model.store.server($0)?.note?.text } ?? "no sessions"
  }
}
