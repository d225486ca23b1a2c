// A new configuration: only what it changes is touched.

extension Fleet {
  /// Watches `new` from now on. Sessions whose server is reached as before live on, whatever else changed.
  mutating func apply(_ new: [Server], _ note: String?, at now: Moment) {
    guard !isStopping else { return }
    let old = Dictionary(servers.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    let names = Set(new.map { ExactText($0.name) })
    let wanted = Dictionary(
      new.flatMap(\.watched).map { ($0.key, $0.server) }, uniquingKeysWith: { first, _ in first })
    // In the order of the files, so that a seed gives the same run every time.
    for key in indexes.keys.sorted() where wanted[key] == nil { retire(key) }
    for key in new.flatMap(\.watched).map(\.key) {
      guard let server = wanted[key] else { continue }
      if let index = indexes[key], sessions[index].server.isReached(as: server) {
        if sessions[index].server != server { pending.append((index, .adopt(server))) }
        continue
      }
      retire(key)
      add(key, server, at: now)
    }
    servers = new
    known.learn(new)
    durations.keep(names)
    report.servers = new.map(ServerReport.init)
    publish(
      Event(
        time: now, kind: .configReloaded,
        message: EventText.reloaded(
          added: names.count { old[$0] == nil }, removed: old.keys.count { !names.contains($0) },
          changed: new.count { old[ExactText($0.name)] != nil && old[ExactText($0.name)] != $0 }, note)))
  }

  /// Whether the session in a slot is one that people see.
  func isConfigured(_ index: Int) -> Bool { indexes[sessions[index].key] == index }

  /// The session leaves the screen at once and is ended behind it.
  private mutating func retire(_ key: SessionKey) {
    guard let index = indexes.removeValue(forKey: key) else { return }
    retired.insert(index)
    pending.append((index, .retire))
    touched.insert(index)
    report.sessions[key] = nil
    report.removed.insert(key)
  }

  private mutating func add(_ key: SessionKey, _ server: Server, at now: Moment) {
    let session = Session(key: key, server: server, at: now)
    let index: Int
    if let slot = vacant.popLast() {
      index = slot
      sessions[slot] = session
      pushed[slot] = nil
      counted[slot] = Statistics()
      paces[slot] = Pace()
    } else {
      index = sessions.count
      sessions.append(session)
      pushed.append(nil)
      counted.append(Statistics())
      paces.append(Pace())
      wayOf.append(nil)
    }
    wayOf[index] = server.way.map {
      ways.take($0, perSecond: limits.initializePerSecond, at: now.instant)
    }
    indexes[key] = index
    report.removed.remove(key)
    touched.insert(index)
    // One handshake at a time for each session: that of its predecessor is awaited first.
    let predecessor = retired.sorted().first { sessions[$0].key == key && sessions[$0].summary.isHandshaking }
    if let predecessor { successors[predecessor] = index } else { pending.append((index, .start)) }
  }

  /// Starts the session that waited for the end of this one's handshake.
  mutating func startSuccessor(of index: Int) {
    guard let next = successors[index], !sessions[index].summary.isHandshaking else { return }
    successors[index] = nil
    pending.append((next, .start))
  }

  /// Frees the slot of a session that is gone, once its last word to the server is said.
  mutating func vacate(_ index: Int) {
    guard retired.contains(index), sessions[index].summary.isAtRest else { return }
    recount(index)
    if indexes[sessions[index].key] == nil { known.drop(sessions[index].key) }
    retired.remove(index)
    if let way = wayOf[index] { ways.giveBack(way) }
    wayOf[index] = nil
    vacant.append(index)
  }
}
