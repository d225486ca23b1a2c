// The ways to servers: which sessions share which, and which of them somebody waits for.

/// All ways by a small number, so that what happens on one costs nothing of the others.
struct Ways: Sendable {
  private var numbers: [Way: Int] = [:]
  private var entries: [Entry] = []
  private var vacant: [Int] = []
  private var deadlines = DeadlineHeap()
  /// Ways whose queue may have somebody to let in, in the order in which that became so.
  private var changed: [Int] = []
  private var isChanged: Set<Int> = []
  /// Ways that are closed, or that somebody waits for: those that are told of.
  private var troubled: Set<Int> = []
  /// Those of whom something else is to be told than the last time.
  private var news: Set<Int> = []
  var hasNews: Bool { !news.isEmpty }

  private struct Entry: Sendable {
    let way: Way
    var admission: Admission
    var users = 0
  }

  /// The number of a way, which holds until it is given back as often as it was taken.
  mutating func take(_ way: Way, perSecond: Int, at now: Instant) -> Int {
    let number = numbers[way] ?? vacant.popLast() ?? entries.count
    if numbers[way] == nil {
      let entry = Entry(way: way, admission: Admission(perSecond: perSecond, at: now))
      if number == entries.count { entries.append(entry) } else { entries[number] = entry }
      numbers[way] = number
    }
    entries[number].users += 1
    return number
  }

  mutating func giveBack(_ number: Int) {
    entries[number].users -= 1
    guard entries[number].users == 0 else { return }
    numbers[entries[number].way] = nil
    if troubled.remove(number) != nil { news.insert(number) }
    vacant.append(number)
  }

  subscript(number: Int) -> Admission { entries[number].admission }

  /// Changes a way; who may go is found out at the end of the turn.
  mutating func change<Value>(_ number: Int, _ body: (inout Admission) -> Value) -> Value {
    defer {
      if isChanged.insert(number).inserted { changed.append(number) }
      noteTrouble(number)
    }
    return body(&entries[number].admission)
  }

  /// What a DELETE does to its way, which concerns nobody who waits for a turn.
  mutating func delete<Value>(_ number: Int, _ body: (inout DeleteQueue) -> Value) -> Value {
    body(&entries[number].admission.deletes)
  }

  private mutating func noteTrouble(_ number: Int) {
    let admission = entries[number].admission
    if admission.breaker.isOpen || admission.waiting > 0 {
      troubled.insert(number)
    } else if troubled.remove(number) == nil {
      return
    }
    news.insert(number)
  }

  /// When a way wants to be looked at again.
  var deadline: Instant? { deadlines.earliest }

  /// Ways whose time has come have their turn in the next `next`.
  mutating func wake(at now: Instant) {
    while let (_, number) = deadlines.pop(dueAt: now) {
      if isChanged.insert(number).inserted { changed.append(number) }
    }
  }

  /// Who may go now, on the next way where anybody may; at most `room` of them, and so many processes.
  mutating func next(room: Int, forProcesses processRoom: Int, at now: Instant) -> [Int]? {
    guard room > 0 else { return nil }
    var full: [Int] = []
    defer { for number in full where isChanged.insert(number).inserted { changed.append(number) } }
    while let number = changed.first {
      changed.removeFirst()
      isChanged.remove(number)
      guard entries[number].admission.waiting > 0 else { continue }
      let room = entries[number].way.origin == .processes ? min(room, processRoom) : room
      guard room > 0 else {
        full.append(number)
        continue
      }
      let turns = entries[number].admission.admit(room: room, at: now)
      if let deadline = entries[number].admission.deadline { deadlines.push(deadline, number) }
      noteTrouble(number)
      guard !turns.isEmpty else { continue }
      // There may be more room later; the other ways come first.
      if isChanged.insert(number).inserted { changed.append(number) }
      return turns
    }
    return nil
  }

  /// What is told of the ways that changed, by their numbers.
  mutating func takeReports() -> [Int: OriginReport] {
    defer { news.removeAll(keepingCapacity: true) }
    return Dictionary(
      uniqueKeysWithValues: news.map { number in
        let entry = entries[number]
        let breaker = entry.admission.breaker
        let isTroubled = troubled.contains(number)
        return (
          number,
          OriginReport(
            origin: entry.way.origin.description, failures: isTroubled ? breaker.failures : 0,
            nextProbe: breaker.isOpen ? breaker.next : nil, waiting: isTroubled ? entry.admission.waiting : 0)
        )
      })
  }
}
