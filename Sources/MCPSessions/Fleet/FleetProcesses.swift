// Servers that are processes.

extension Fleet {
  /// Tells what happened to a process; late news of forgotten ones are dropped.
  package mutating func process(_ id: TransferID, _ event: ProcessEvent, at now: Moment) -> [Order] {
    guard let index = owners[id] else { return [] }
    if case .ended = event { owners[id] = nil }
    pending.append((index, .process(id, event)))
    return settle(now)
  }

  /// What a session asks for its process.
  mutating func obeyProcess(_ action: Action, _ index: Int) {
    switch action {
    case .launch(let request):
      owners[request.id] = index
      orders.append(.launch(request))
    case .write(let id, let line): write(line, to: id, index)
    case .endProcess(let id):
      for (ticket, held) in heldLines where held.process == id { dropLine(ticket, index) }
      orders.append(.endProcess(id))
    default: break
    }
  }

  /// Lines are paced as requests are.
  private mutating func write(_ line: String, to process: TransferID, _ index: Int) {
    let ticket = TransferID(number: nextTransfer)
    nextTransfer += 1
    guard paces[index].mayGo(ticket, at: clock) else {
      heldLines[ticket] = HeldLine(process: process, line: line)
      if let due = paces[index].deadline { paced.push(due, index) }
      return
    }
    orders.append(.write(process, line: line))
  }

  private mutating func dropLine(_ ticket: TransferID, _ index: Int) {
    heldLines[ticket] = nil
    paces[index].drop(ticket)
  }

  /// The time of a line has come; false when it is none. Who ended meanwhile reads no more.
  mutating func writeHeldLine(_ ticket: TransferID) -> Bool {
    guard let held = heldLines.removeValue(forKey: ticket) else { return false }
    if owners[held.process] != nil { orders.append(.write(held.process, line: held.line)) }
    return true
  }
}

/// A line that waits for the pace of its session.
struct HeldLine: Sendable {
  let process: TransferID
  let line: String
}
