import MCPSessions
import Testing

@testable import TopReports

@Suite struct `Status table` {
  @Test func `shows everything when there is room`() {
    #expect(
      statusTable(busyStore(), at: noon, width: 160) == """
        SERVER       STATE         SES   P95   GOOD  ERR  WHY
        ledger       ready         2/2  1.4s     3s    1
        billing      recovering    0/1     -  4m12s    6  session_terminated, 404 Session not found; next \
        in 6s
        docs-remote  unauthorized  0/1     -      -    2  auth_error, 401; give a token in \
        headers.Authorization
        git          unmonitored     -     -      -    0  websocket transport is not monitored

        SERVER       USER  SESSION      STATE         KIND      PROTOCOL       AGE   GOOD    P95  ERR  REC  \
        WHY
        ledger       ana   9a01c4c2...  ready         stateful  2025-11-25  16m40s     1s   1.4s    0    0
        ledger       app   12345678...  ready         stateful  2025-11-25   1h06m     3s  4.4ms    1    1
        billing      app   -            recovering    -         -                -  4m12s      -    6    0  \
        session_terminated, 404 Session not found; next in 6s
        docs-remote  app   -            unauthorized  -         -                -      -      -    2    0  \
        auth_error, 401; give a token in headers.Authorization

        servers     1 ready, 1 recovering, 1 unauthorized, 1 unmonitored
        sessions    2 of 4 live, 4 opened, 2 ended, 1 left behind
        recoveries  3 attempted, 1 succeeded
        errors      session_terminated 5, connect_refused 2, auth_error 2
        """)
  }

  @Test func `fits 80 columns`() {
    #expect(
      statusTable(busyStore(), at: noon, width: 80) == """
        SERVER       STATE         SES   P95   GOOD  ERR  WHY
        ledger       ready         2/2  1.4s     3s    1
        billing      recovering    0/1     -  4m12s    6  session_terminated, 404 Ses...
        docs-remote  unauthorized  0/1     -      -    2  auth_error, 401; give a tok...
        git          unmonitored     -     -      -    0  websocket transport is not ...

        SERVER       USER  SESSION      STATE          GOOD  ERR  WHY
        ledger       ana   9a01c4c2...  ready            1s    0
        ledger       app   12345678...  ready            3s    1
        billing      app   -            recovering    4m12s    6  session_terminated,...
        docs-remote  app   -            unauthorized      -    2  auth_error, 401; gi...

        servers     1 ready, 1 recovering, 1 unauthorized, 1 unmonitored
        sessions    2 of 4 live, 4 opened, 2 ended, 1 left behind
        recoveries  3 attempted, 1 succeeded
        errors      session_terminated 5, connect_refused 2, auth_error 2
        """)
  }

  @Test func `keeps names and states when it is narrow`() {
    #expect(
      statusTable(busyStore(), at: noon, width: 30) == """
        SERVER       STATE         SES
        ledger       ready         2/2
        billing      recovering    0/1
        docs-remote  unauthorized  0/1
        git          unmonitored     -

        SERVER      USER  STATE
        ledger      ana   ready
        ledger      app   ready
        billing     app   recovering
        docs-re...  app   unauthorized

        servers     1 ready,
                    1 recovering,
                    1 unauthorized,
                    1 unmonitored
        sessions    2 of 4 live,
                    4 opened, 2 ended,
                    1 left behind
        recoveries  3 attempted,
                    1 succeeded
        errors      session_termina...
                    connect_refused 2,
                    auth_error 2
        """)
  }

  @Test(arguments: 0...200) func `is never wider than it is told`(width: Int) {
    let lines = statusTable(busyStore(), at: noon, width: width).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= width })
    #expect(lines.allSatisfy { $0.last != " " })
  }

  @Test func `takes any width without end`() {
    #expect(statusTable(busyStore(), at: noon, width: .max) == statusTable(busyStore(), at: noon, width: 500))
  }

  @Test func `says that there is nothing`() {
    #expect(statusTable(Store(), at: noon, width: 80) == "no servers")
  }

  @Test func `stays whole when a server's name holds a line break`() {
    var report = EngineReport()
    report.servers = [server("a\nb\u{1B}[2J", users: [])]
    var store = Store()
    store.fold(report, at: noon)
    let table = statusTable(store, at: noon, width: 80)
    #expect(
      table.hasPrefix("SERVER            STATE        ERR\n" + #"a\u{A}b\u{1B}[2J  unmonitored    0"# + "\n"))
  }
}
