import Glibc
import MCPWire
import TopPlatform
import MCPSessions

/// One child and its pipes: reads within a budget, writes from a bounded queue, ends it in steps.
///
/// Everything here is called by the engine's thread and waits for nothing.
final class ProcessConduit {
  let request: ProcessRequest
  private(set) var child: ChildProcess
  private var messages: MessageLines
  private var words = TextLines()
  private var outgoing: [UInt8] = []
  private var isPaused = false
  private var hasToldNotReading = false
  private var open: Set<Int32>
  private var farewell: ProcessFarewell?
  private var budget = ReadBudget()
  /// Its output ended; when it still lives then, that is told.
  private var closedDue: Instant?

  /// How long the end of the output may come before the end of the process, whose last act it often is.
  private static let closingPause = Duration.seconds(1)
  /// A child that leaves more than this unread is not written to any more, in bytes.
  private static let queueLimit = 1 << 20
  /// Read at once, in bytes: what one look brings beyond the budget is little.
  private static let chunk = 8_192
  /// A line of its words is looked through for secrets, byte by byte: of a long one so many count as an item.
  private static let bytesPerItem = 512
  /// So many of them are looked at when it has ended: a pipe holds less, but a grandchild may write on.
  private static let lastChunks = 256

  init(_ request: ProcessRequest, child: ChildProcess, lineLimit: Int) {
    self.request = request
    self.child = child
    messages = MessageLines(limit: lineLimit)
    open = [child.end, child.input, child.output, child.errors]
  }

  deinit {
    child.closeAll(except: Set([child.end, child.input, child.output, child.errors]).subtracting(open))
  }

  // MARK: - What the keeper watches

  /// Descriptors that may have something to read now; none of its pipes while its budget is used up.
  func readable(at now: Instant) -> [Int32] {
    isPaused = !budget.mayRead(at: now)
    let pipes = !isPaused ? [child.output, child.errors].filter(open.contains) : []
    return pipes + (open.contains(child.end) ? [child.end] : [])
  }

  /// Its input, while something waits to be written.
  var writable: Int32? { !outgoing.isEmpty && open.contains(child.input) ? child.input : nil }

  /// When it is to be looked at although no descriptor says so: a step of its end, or the next share of its
  /// budget.
  func deadline(at now: Instant) -> Instant? {
    [farewell?.deadline, closedDue, isPaused ? budget.next : nil].compactMap { $0 }.min()
  }

  // MARK: - Reading

  /// What its standard output says; at the end of the process, what is left in the pipe.
  func readOutput(at now: Instant, toTheEnd: Bool) -> [ProcessEvent] {
    var events: [ProcessEvent] = []
    let wasOpen = open.contains(child.output)
    for _ in 0..<(toTheEnd ? Self.lastChunks : 1) {
      guard let bytes = take(from: child.output) else { break }
      // Of a line that is dropped nothing but its end is looked for, which C does in no time.
      let isPassedOver = messages.isOverLimit && memchr(bytes, 0x0A, bytes.count) == nil
      let items = isPassedOver ? [] : messages.append(bytes[...])
      events += items.map(Self.event)
      budget.take(bytes: bytes.count, items: items.count, at: now)
    }
    if toTheEnd || !open.contains(child.output) { events += messages.finish().map(Self.event) }
    if wasOpen, !open.contains(child.output) { closedDue = now + Self.closingPause }
    return events + heldBack(at: now)
  }

  /// What it says on standard error; at the end of the process, what is left in the pipe.
  func readErrors(at now: Instant, toTheEnd: Bool) -> [ProcessEvent] {
    var lines: [CutText] = []
    for _ in 0..<(toTheEnd ? Self.lastChunks : 1) {
      guard let bytes = take(from: child.errors) else { break }
      let complete = words.append(bytes[...])
      let effort = complete.map { 1 + $0.text.utf8.count / Self.bytesPerItem }.reduce(0, +)
      budget.take(bytes: bytes.count, items: effort, at: now)
      lines += complete
    }
    if toTheEnd || !open.contains(child.errors) { lines += words.finish() }
    return lines.map { .said($0) } + heldBack(at: now)
  }

  /// Told once a second while the budget bites.
  private func heldBack(at now: Instant) -> [ProcessEvent] { budget.takeNotice(at: now) ? [.heldBack] : [] }

  private static func event(_ item: MessageLines.Item) -> ProcessEvent {
    switch item {
    case .message(let message): .message(message)
    case .malformed(let error): .malformed(error)
    case .noise(let text): .noise(text)
    case .tooLong: .tooLong
    }
  }

  /// What a pipe holds; absent when it holds nothing, and closed then if it has ended.
  private func take(from descriptor: Int32) -> [UInt8]? {
    guard open.contains(descriptor) else { return nil }
    let bytes = [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, count in
      count = max(-1, read(descriptor, buffer.baseAddress, buffer.count))
      if count < 0 {
        count = [EAGAIN, EINTR].contains(errno) ? 0 : drop(descriptor)
      } else if count == 0 {
        count = drop(descriptor)
      }
    }
    return bytes.isEmpty ? nil : bytes
  }

  @discardableResult
  private func drop(_ descriptor: Int32) -> Int {
    if open.remove(descriptor) != nil { close(descriptor) }
    return 0
  }
}

// MARK: - Writing, and the end

extension ProcessConduit {
  /// Sends a line. What a child does not read waits; over the limit it is told once, and dropped.
  func write(_ line: String) -> [ProcessEvent] {
    guard open.contains(child.input), farewell == nil else { return [] }
    guard outgoing.count + line.utf8.count < Self.queueLimit else {
      defer { hasToldNotReading = true }
      return hasToldNotReading ? [] : [.notReading(bytes: outgoing.count)]
    }
    outgoing += line.utf8
    outgoing.append(0x0A)
    flush()
    return []
  }

  /// Writes what the child takes now.
  func flush() {
    while !outgoing.isEmpty, open.contains(child.input) {
      let count = outgoing.withUnsafeBytes { Glibc.write(child.input, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno != EAGAIN {
        // It reads no more; its end, or its silence, will be told.
        outgoing = []
        drop(child.input)
      }
      guard count > 0 else { return }
      outgoing.removeFirst(count)
      if outgoing.isEmpty { hasToldNotReading = false }
    }
  }

  /// What it was sent and has not read, in bytes: what waits here, and what its pipe holds.
  var unread: Int {
    var held: Int32 = 0
    guard open.contains(child.input), ioctl(child.input, UInt(FIONREAD), &held) == 0 else { return 0 }
    return outgoing.count + Int(held)
  }

  /// Begins to end it; what is due follows by `act`.
  func end(at now: Instant) {
    farewell = farewell ?? ProcessFarewell(at: now)
  }

  /// Does what is due by now; answers what is to be told at last.
  func act(at now: Instant) -> [ProcessEvent] {
    while let step = farewell?.step(at: now) {
      switch step {
      case .closeInput: drop(child.input)
      case .terminate: child.signalGroup(SIGTERM)
      case .kill: child.signalGroup(SIGKILL)
      }
    }
    guard let due = closedDue, due <= now else { return [] }
    closedDue = nil
    return [.closedOutput]
  }

  /// How it ended, once it has; what is left of its group is ended with it.
  func conclude() -> ProcessEnding? {
    guard open.contains(child.end), let ending = child.peekAtEnd() else { return nil }
    child.signalGroup(SIGKILL)
    child.reap()
    for descriptor in open { drop(descriptor) }
    switch ending {
    case .exited(let code): return .exited(code: code)
    case .killed(let signal): return .killed(signal: signal)
    }
  }
}

/// How much of a child is read in a tenth of a second: who writes more waits, and its pipe is full meanwhile.
private struct ReadBudget {
  private static let window = Duration.milliseconds(100)
  private static let byteLimit = 1 << 20
  private static let itemLimit = 200
  private var bytes = 0
  private var items = 0
  /// When the next window begins.
  private(set) var next = Instant.zero
  /// It bit since that was told.
  private var hasBitten = false
  private var told: Instant?
  private static let tellingPause = Duration.seconds(1)

  /// Counts what was read.
  mutating func take(bytes: Int, items: Int, at now: Instant) {
    if next <= now {
      (self.bytes, self.items) = (0, 0)
      next = now + Self.window
    }
    self.bytes += bytes
    self.items += items
    if !mayRead(at: now) { hasBitten = true }
  }

  /// Whether it is to be told at `now` that it bites: at most once a second.
  mutating func takeNotice(at now: Instant) -> Bool {
    guard hasBitten, told.map({ now - $0 >= Self.tellingPause }) ?? true else { return false }
    (hasBitten, told) = (false, now)
    return true
  }

  func mayRead(at now: Instant) -> Bool {
    next <= now || bytes < Self.byteLimit && items < Self.itemLimit
  }
}
