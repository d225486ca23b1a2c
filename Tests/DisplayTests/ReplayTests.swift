import MCPSessions
import Testing

@testable import TopDisplay

@Suite struct `A recording` {
  private static func told(
    _ seconds: Double, _ kind: EventKind, _ state: SessionState, _ error: SessionError? = nil,
    next: Duration? = nil
  ) -> Recording.Entry {
    .event(
      Event(
        time: moment(seconds), kind: kind, level: error == nil ? .info : .warning, server: "ledger",
        user: "app",
        session: state == .ready ? "12345678..." : nil, state: state, error: error, nextAttempt: next,
        message: "\(kind)"))
  }

  private let recording = Recording(entries: [
    told(0, .stateChanged, .connecting), told(1, .sessionCreated, .ready), told(1, .stateChanged, .ready),
    told(100, .sessionError, .recovering, gone),
    told(100, .stateChanged, .recovering, gone, next: .seconds(5)),
    told(105, .recoverySucceeded, .ready), told(7_300, .sessionError, .recovering, refused),
  ])

  private func state(_ replay: Replay) -> SessionState? {
    replay.store.sessions[SessionKey(server: "ledger")]?.state
  }

  private func move(_ replay: inout Replay, _ move: ReplayMove) -> String? { replay.move(move, utcOffset: 0) }

  private func advance(_ replay: inout Replay, _ seconds: Double) -> Bool { replay.advance(to: at(seconds)) }

  private func at(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1e9)) }

  @Test func `plays as fast as it was, or as fast as is asked`() {
    var replay = Replay(recording)
    #expect(state(replay) == .connecting)
    #expect(replay.untilNext == .seconds(1))
    _ = advance(&replay, 0)
    #expect(advance(&replay, 2) && state(replay) == .ready)
    for _ in 0..<3 { _ = replay.move(.faster, utcOffset: 0) }
    #expect(replay.speed == 10)
    #expect(!advance(&replay, 11) && advance(&replay, 12))
    #expect(state(replay) == .recovering)
    let session = replay.store.sessions[SessionKey(server: "ledger")]
    #expect(session?.since == moment(100) && session?.cause == gone && session?.session == nil)
    #expect(session?.nextAttempt == moment(105).instant)
    #expect(advance(&replay, 10_000) && replay.isAtEnd && !replay.isPlaying)
    #expect(replay.store.errors.types == [.sessionTerminated, .connectRefused])
  }

  @Test func `is limited to a time, as it was then`() {
    var replay = Replay(recording)
    var view = ViewState()
    view.start(filter: "since:14:33 until:14:33:50")
    func seen() -> [Int64] {
      Rows(replay.store, view, at: replay.now).events.map {
        (replay.store.events[$0].time.instant - now.instant).inMilliseconds / 1_000
      }
    }
    _ = move(&replay, .step(3))
    #expect(seen() == [100])
    _ = move(&replay, .step(10))
    #expect(replay.isAtEnd && seen() == [100, 100], "two hours later it means the same quarter")
  }

  @Test func `stops and steps, back as well as forth, and knows every session as it was then`() {
    var replay = Replay(recording)
    let states: [SessionState] = [.ready, .ready, .recovering, .recovering, .ready, .recovering, .recovering]
    for expected in states {
      _ = move(&replay, .step(1))
      #expect(state(replay) == expected)
    }
    #expect(!replay.isPlaying && !advance(&replay, 50))
    for expected in states.dropLast(2).reversed().dropFirst(0) {
      _ = move(&replay, .step(-1))
      #expect(state(replay) == expected)
    }
    #expect(replay.store.sessions[SessionKey(server: "ledger")]?.recoveries == 0)
  }

  @Test func `jumps to times and to where outages begin`() {
    var replay = Replay(recording)
    #expect(move(&replay, .onset(forward: true)) == nil)
    #expect(replay.now == moment(100) && state(replay) == .recovering)
    #expect(move(&replay, .onset(forward: true)) == nil)
    #expect(replay.now == moment(7_300))
    #expect(move(&replay, .onset(forward: true)) == "no later outage")
    #expect(move(&replay, .onset(forward: false)) == nil)
    #expect(replay.now == moment(100))
    _ = move(&replay, .jump(.seconds(60)))
    #expect(replay.now == moment(160) && state(replay) == .ready)
    _ = move(&replay, .jump(.seconds(-3_600)))
    #expect(replay.now == moment(0))
    #expect(move(&replay, .to(secondOfDay: 14 * 3_600 + 33 * 60 + 50)) == nil)
    #expect(replay.now == moment(103))
    #expect(move(&replay, .to(secondOfDay: 0)) == "the recording is from 14:32:07 to 16:33:47")
  }

  @Test func `shows where its trouble is, and goes from outage to outage`() {
    let lossy = Recording(
      entries: (0..<100).map { second in
        let isBad = (30..<40).contains(second) || second == 80
        return Self.told(
          Double(second),
          isBad ? second == 30 || second == 80 ? .sessionError : .recoveryFailed : .sessionCreated,
          isBad ? .recovering : .ready, isBad ? refused : nil)
      })
    var replay = Replay(lossy)
    #expect(move(&replay, .onset(forward: true)) == nil && replay.now == moment(30))
    #expect(move(&replay, .onset(forward: true)) == nil && replay.now == moment(80), "no retry is an onset")
    #expect(move(&replay, .onset(forward: false)) == nil && replay.now == moment(30))
    var context = context()
    context.replay = replay.status
    let text = render(
      replay.store, ViewState(), at: replay.now, size: Size(columns: 80, rows: 24), context: context
    )
    .text
    let footer = text.split(separator: "\n").last ?? ""
    #expect(footer.contains("14:32:07 ______|!______.___ 14:33:46") || footer.contains("|"), "\(footer)")
    #expect(footer.contains("e next outage"), "\(footer)")
  }

  @Test func `takes the keys of a player, and acts on nothing`() {
    var context = context()
    context.replay = Replay(recording).status
    var view = ViewState()
    for (key, move) in [
      (" ", .toggle), (".", .step(1)), (",", .step(-1)), ("]", .jump(.seconds(60))),
      ("e", .onset(forward: true)),
      ("+", .faster), ("p", .toggle),
    ] as [(Key, ReplayMove)] {
      #expect(press([key], &view, troubledMorning, context: context) == [.replay(move)])
    }
    #expect(press(["r"], &view, troubledMorning, context: context) == [] && view.overlay == .none)
    let line: [Key] = [":"] + "goto 14:33".map { .character($0) } + [.enter]
    #expect(
      press(line, &view, troubledMorning, context: context) == [
        .replay(.to(secondOfDay: 14 * 3_600 + 33 * 60))
      ])
  }

  @Test func `of a server's hour can be seen in a strip`() {
    var history = StateHistory()
    history.note(.ready, at: moment(0).instant)
    history.note(.failed, at: moment(100).instant)
    history.note(.ready, at: moment(110).instant)
    func worst(_ from: Double, _ to: Double) -> SessionState? {
      history.worst(from: moment(from).instant, to: moment(to).instant)
    }
    // Of each quarter of a minute the worst is remembered.
    #expect(worst(-30, -10) == nil)
    #expect(worst(1, 89) == .ready && worst(1, 100) == .failed && worst(105, 106) == .failed)
    #expect(worst(120, 140) == .ready && worst(5_000, 5_001) == .ready)
    for second in 200..<1_200 {
      history.note(second % 2 == 0 ? .ready : .failed, at: moment(Double(second)).instant)
    }
    #expect(
      worst(0, 80) == .ready && worst(300, 301) == .failed, "however often it changes, the hour stays known")
    history.note(.ready, at: moment(4_000).instant)
    #expect(worst(0, 80) == nil, "what is older than an hour is let go of")
    #expect(worst(1_190, 3_000) == .failed && worst(1_230, 5_000) == .failed)
    history.note(.ready, at: moment(90_000).instant)
    #expect(worst(87_000, 90_000) == .ready)
  }
}
