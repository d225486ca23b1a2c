import Testing

@testable import MCPSessions

/// Two sessions of one origin; `a` lost its session to a port that refuses, `b` waits unasked.
func closedWay(_ seconds: Double = 20) throws -> World {
  var settings = SessionSettings()
  settings.pingInterval = .seconds(2)
  var world = try World(["a", "b"], sameOrigin: true, settings: settings)
  world.run(8)
  world.machines["a"]?.mode = .refusing
  world.endStreams("a")
  world.run(1.5)
  world.machines["b"]?.mode = .silent
  world.run(seconds)
  return world
}

@Suite struct `A closed way` {
  @Test func `is told once of each session that waits for it, and its end as well`() throws {
    var world = try closedWay()
    func told() -> [Event] { world.events.filter { $0.kind == .verificationChanged } }
    let first = try #require(told().first)
    #expect(told().count == 1 && first.server == "b" && first.level == .warning && first.state == .ready)
    #expect(first.error?.type == .connectRefused)
    #expect(first.closedSince?.instant == world.row("b")?.closedWay?.since.instant)
    #expect(
      first.text.hasPrefix("Session unverified: not probed since 10:00:0")
        && first.text.contains("the way to its server is closed since 10:00:"), "\(first.text)")
    for name in ["a", "b"] { world.machines[name]?.mode = .well }
    world.run(10)
    #expect(told().count == 2 && told().last?.closedSince == nil && told().last?.level == .info)
    #expect(told().last?.text == "Session verified again: the way to its server is open")
  }

  @Test func `is in the recorded events, so that a replay shows what was seen live`() throws {
    var world = try closedWay()
    func replayed() -> Store {
      var store = Store()
      for event in world.events { store.fold(recorded: event) }
      return store
    }
    let live = try #require(world.row("b"))
    let seen = try #require(replayed().sessions[live.key])
    #expect(seen.isUnverified && seen.stateWord == live.stateWord && seen.closedWay == live.closedWay)
    #expect(seen.onset == live.onset && seen.reason == live.reason && seen.cause == nil)
    #expect(seen.remark?.text.hasSuffix("the way to its server is closed") == true)
    for name in ["a", "b"] { world.machines[name]?.mode = .well }
    world.run(10)
    let back = try #require(replayed().sessions[live.key])
    #expect(back.verification == .verified && back.closedWay == nil && back.remark == nil)
  }

  @Test func `is an outage of those that wait for it, from its closing to their next answer`() throws {
    var world = try closedWay()
    let record = try #require(world.store.outages.of("b").last)
    #expect(record.isDoubt && record.ended == nil && record.cause?.type == .connectRefused)
    #expect(record.began.instant == world.row("a")?.since.instant)
    for name in ["a", "b"] { world.machines[name]?.mode = .well }
    world.run(10)
    #expect(world.store.outages.records.allSatisfy { $0.ended != nil && !$0.isEndedByPerson })
  }
}

@Suite struct `An outage that a person ended` {
  @Test func `is no recovery`() throws {
    var world = try closedWay()
    for name in ["a", "b"] { world.machines[name]?.mode = .well }
    world.command(.act(.reconnect, on: [SessionKey(server: "a")], by: Operator(user: "ana", origin: "pts/3")))
    world.run(5)
    let record = try #require(world.store.outages.of("a").last)
    #expect(world.state("a") == .ready && record.ended != nil && record.isEndedByPerson)
    #expect(world.row("a")?.recoveries == 0 && world.store.statistics.recoveriesSucceeded == 0)
  }
}

@Suite struct `A session that is degraded` {
  @Test func `shows the words of its event in a replay`() {
    var store = Store()
    let now = Moment(instant: .zero, wall: WallTime(milliseconds: 0))
    let events = [
      Event(time: now, kind: .sessionCreated, server: "a", state: .ready, message: "Session created: 1..."),
      Event(
        time: now, kind: .stateChanged, server: "a", state: .degraded,
        message: EventText.stateChanged(.degraded, nil, "ping 6.0 s, usual 40 ms")),
    ]
    for event in events { store.fold(recorded: event) }
    #expect(store.sessions[SessionKey(server: "a")]?.remark?.text == "ping 6.0 s, usual 40 ms")
    let well = Event(time: now, kind: .stateChanged, server: "a", state: .ready, message: "State: ready")
    store.fold(recorded: well)
    #expect(store.sessions[SessionKey(server: "a")]?.remark == nil)
  }
}
