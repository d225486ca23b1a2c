// From what a session asks to what goes out: the closed way, the pace of the session, the queue of DELETEs.

extension Fleet {
  /// While a way is closed, what is not an attempt to connect waits, without touching the network.
  mutating func send(_ request: TransferRequest, _ index: Int, _ way: Int) {
    let isProbe = [.ping, .list, .stream, .discover].contains(request.purpose)
    if isProbe, !sessions[index].summary.isConnecting, let closed = ways[way].closed(at: moment) {
      pending.append((index, .held(request.id, closed)))
      return
    }
    owners[request.id] = index
    guard paces[index].mayGo(request.id, at: clock) else {
      held[request.id] = request
      if let due = paces[index].deadline { paced.push(due, index) }
      return
    }
    go(request, way)
  }

  private mutating func go(_ request: TransferRequest, _ way: Int) {
    if request.purpose == .delete {
      deleting[request.id] = way
      guard ways.delete(way, { $0.mayGo(request.id) }) else {
        held[request.id] = request
        return
      }
    }
    orders.append(.send(request))
  }

  /// Requests whose session may send again.
  mutating func sendPaced(at now: Instant) {
    while let (_, index) = paced.pop(dueAt: now) {
      for id in paces[index].due(at: now) {
        guard !writeHeldLine(id) else { continue }
        guard let request = held.removeValue(forKey: id), let way = wayOf[index] else { continue }
        go(request, way)
      }
      if let due = paces[index].deadline { paced.push(max(due, now), index) }
    }
  }

  /// A transfer is over, or nobody wants to hear of it any more; false when it never went out.
  mutating func close(_ id: TransferID) -> Bool {
    let index = owners.removeValue(forKey: id)
    let wentOut = held.removeValue(forKey: id) == nil
    if !wentOut, let index { paces[index].drop(id) }
    if let way = deleting.removeValue(forKey: id) {
      sendNextDelete(after: id, way)
    }
    return wentOut
  }

  /// The next DELETE of a way that somebody still wants.
  private mutating func sendNextDelete(after id: TransferID, _ way: Int) {
    var over = id
    while let next = ways.delete(way, { $0.ended(over) }) {
      if let request = held.removeValue(forKey: next) { return orders.append(.send(request)) }
      over = next
    }
  }
}
