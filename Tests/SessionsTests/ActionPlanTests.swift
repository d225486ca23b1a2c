import Testing

@testable import MCPSessions

@Suite struct `What an action would do` {
  @Test(arguments: [
    (
      OperatorAction.reconnect, SessionState.ready, String?.some("1..."),
      "DELETE is sent for 1..., then a new session is opened"
    ),
    (.reconnect, .ready, nil, "no DELETE is sent, the session has no id, then a new session is opened"),
    (.reconnect, .down, nil, "no DELETE is sent, there is no session, then a new session is opened"),
    (.terminate, .recovering, "1...", "DELETE is sent for 1...; it stays closed until reconnected"),
    (.terminate, .closed, nil, "nothing to do: it is not connected"),
    (.terminate, .closing, nil, "nothing to do: it is being ended"),
    (.pause, .paused, nil, "nothing to do: it is paused already"),
    (.pause, .idle, nil, "not possible: it is not connected"),
    (.pause, .ready, "1...", "no probe and no attempt to come back until it is resumed"),
    (.resume, .paused, nil, "probes and attempts go on at once"),
    (.resume, .ready, "1...", "not possible: it is not paused"),
    (.reconnect, .unmonitored, nil, "not possible: it is not watched"),
  ]) func `is told in words`(action: OperatorAction, state: SessionState, id: String?, words: String) {
    let now = Moment(instant: .zero, wall: WallTime(milliseconds: 0))
    var session = SessionReport(key: SessionKey(server: "a"), state: state, since: now)
    session.session = id
    #expect(session.plan(action) == words)
    guard action == .reconnect, state == .down else { return }
    session.closedWay = ClosedWay(since: now, cause: SessionError(.connectRefused, detail: "no"))
    #expect(session.plan(action).hasSuffix("as soon as the way to its server is open (connect_refused, no)"))
  }
}
