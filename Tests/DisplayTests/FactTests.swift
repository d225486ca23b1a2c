import MCPSessions
import Testing

@testable import TopDisplay

/// What the screen says of one thing agrees with what it says of another, and with what was done.
@Suite struct `A fact on the screen` {
  private func screen(
    _ store: Store, _ columns: Int = 80, _ rows: Int = 24, keys: [Key] = [], at time: Moment = now
  )
    -> String
  {
    var view = ViewState()
    view.size = Size(columns: columns, rows: rows)
    press(keys, &view, store)
    return render(store, view, at: time, size: view.size, context: context()).text
  }

  @Test func `says of what was lost when it was good last`() {
    let text = screen(Evidence.neighbour, 120, 40, keys: [.enter])
    #expect(
      text.contains("session valid no, last 1m27s ago") && text.contains("last good call 1m27s ago"),
      "\(text)")
    #expect(text.contains("worked until 14:30:39 UTC"), "a clock of its own would say otherwise")
  }

  @Test func `tells nothing in a recording that a recording does not hold`() {
    var view = ViewState()
    press([.enter], &view, troubledMorning)
    var replaying = context()
    let live = render(troubledMorning, view, at: now, size: view.size, context: replaying).text
    replaying.replay = ReplayStatus(isPlaying: true, speed: 1, place: 1, count: 2)
    let replayed = render(troubledMorning, view, at: now, size: view.size, context: replaying).text
    #expect(live.contains("ping every") && !replayed.contains("ping every") && !replayed.contains("policy"))
  }

  @Test func `says that it is muted, stale or held still`() {
    var view = ViewState()
    press(["m"], &view, troubledMorning)
    #expect(
      render(troubledMorning, view, at: now, size: view.size, context: context()).text.contains("MUTED"))
    let old = context(staleAfter: .seconds(5))
    let stale = render(troubledMorning, view, at: moment(12), size: view.size, context: old).text
    #expect(stale.contains("STALE DATA 12s"), "\(stale)")
  }

  @Test(arguments: [
    ("reconnect", [EventKind.sessionTerminated, .sessionCreated], EventLevel.info, ": ready"),
    ("reconnect", [.sessionTerminated, .sessionCreated], .warning, ": ready, the one before left behind"),
    ("reconnect", [.sessionTerminated, .sessionError], .info, ": failed, connect_refused"),
    ("terminate", [.sessionTerminated, .sessionCreated], .info, ": ended"),
    ("terminate", [.sessionTerminated], .warning, ": left behind"),
    ("resume", [.sessionError, .sessionCreated], .info, ""), ("pause", [.sessionError], .info, ""),
  ]) func `tells of an action what came of that, and of nothing else`(
    action: String, after: [EventKind], end: EventLevel, result: String
  ) {
    let words: Sentence = "\(ForeignText(local: action)) by ana (pts/3)"
    let events =
      [event(-9, 1, .operatorAction, .info, "crm", words)]
      + after.enumerated().map { number, kind in
        event(
          Double(number) - 8, UInt64(number) + 2, kind, kind == .sessionTerminated ? end : .info, "crm",
          error: kind == .sessionError ? refused : nil, "then")
      }
    let told = operatorActions(store([server("crm")], [ready("crm")], events), limit: 9, context())
    #expect(told.map(\.text).last?.hasSuffix("\(action) by ana (pts/3)\(result)") == true, "\(told)")
  }

  @Test func `shows the newest of what operators did`() {
    let many = store(
      [server("a")], [ready("a")],
      (1...60).map { event(Double($0) - 100, UInt64($0), .operatorAction, .info, "a", "deed \($0) by ana") })
    let text = screen(many, keys: ["L"])
    #expect(text.contains("deed 60 by ana") && !text.contains("deed 1 by ana"), "\(text)")
  }

  @Test func `acknowledges the row that is stood on, and takes that back`() {
    var view = ViewState()
    _ = view.watch(troubledMorning, at: now)
    press(["j", "a"], &view, troubledMorning)
    #expect(view.alerts.isAcknowledged("billing") && !view.alerts.isAcknowledged("docs-remote"))
    press(["a"], &view, troubledMorning)
    #expect(!view.alerts.isAcknowledged("billing") && view.notice == "billing is no longer acknowledged")
  }

  @Test func `acknowledges among the events the server of the one that is stood on`() {
    var view = ViewState()
    _ = view.watch(troubledMorning, at: now)
    press(["2", "j", "j", "3", "g", "a"], &view, troubledMorning)
    #expect(view.alerts.known.filter { $0.value.isAcknowledged }.map(\.key) == ["billing"])
    #expect(view.notice?.hasPrefix("billing acknowledged") == true, "\(view.notice ?? "")")
  }

  @Test func `marks all though a detail is open`() {
    var view = ViewState()
    press([.enter, "*"], &view, troubledMorning)
    #expect(view.marks.count == 10)
  }

  @Test func `steps through events whatever their own numbers are`() {
    // Those of ours have none, and each run of a recording begins anew.
    func told(_ place: Int) -> Event {
      let seq: UInt64 = place % 3 == 0 ? 0 : UInt64(place % 7)
      return event(Double(place) - 60, seq, .serverMessage, .info, "a", "event \(place)")
    }
    let events = (0..<40).map(told)
    let one = store([server("a")], [ready("a")], events)
    var view = ViewState()
    press(["3", "k", "k", "k"], &view, one)
    for place in (0..<37).reversed() {
      #expect(
        ViewModel(one, view, at: now, context: context()).selectedEvent?.message.text == "event \(place)")
      press(["k"], &view, one)
    }
  }

  @Test func `tells of what is watched no longer as just that`() {
    let two = store(
      [server("a"), server("b")], [ready("a"), troubled("b", "app", .down, since: 90, refused)])
    var ended = troubled("b", "app", .closed, since: 1, refused)
    ended.cause = nil
    let later = [
      store([server("a")], [ready("a")]), store([server("a"), server("b")], [ready("a"), ended]),
      store([server("a"), server("b")], [ready("a"), ready("b")]),
    ].map { store -> String in
      var view = ViewState()
      _ = view.watch(two, at: now)
      return view.watch(store, at: now).map { $0.event(at: now).message.text }.joined()
    }
    #expect(
      later == [
        "No longer watched: the configuration does not have it any more", "No longer watched: closed",
        "Well again: ready",
      ])
  }
}
