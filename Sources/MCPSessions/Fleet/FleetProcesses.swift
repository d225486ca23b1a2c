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
    case .write(let id, let line): orders.append(.write(id, line: line))
    case .endProcess(let id): orders.append(.endProcess(id))
    default: break
    }
  }
}
