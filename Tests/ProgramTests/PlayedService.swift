import Glibc
import MCPSessions
import TopPlatform
import TopReports

/// A service that a test plays itself: it has one session, says the events that the test wants, and writes
/// down what is asked of it. It is gone when nobody holds it any more.
final class PlayedService {
  private let server: LineServer
  private let instance: InstanceReport
  private let events: [Event]
  /// Why it does nothing that is wanted of it.
  private let refusal: String
  private(set) var requests: [ControlRequest] = []

  /// In the folder for sockets of this test; `started` in milliseconds.
  init(
    in folder: String, process: Int = 7, started: Int64 = 1_795_444_327_000, events: [Event] = [],
    refusal: String = "it only plays"
  ) throws {
    mkdir(folder + "/sessiontop", 0o700)
    server = try LineServer(path: folder + "/sessiontop/played.sock")
    instance = InstanceReport(
      version: "0.1.0", process: process, name: "played", command: "serve", files: [],
      started: WallTime(milliseconds: started), isReadOnly: false)
    (self.events, self.refusal) = (events, refusal)
  }

  /// Answers whoever asks until what was asked is enough.
  func play(until isEnough: (ControlRequest) -> Bool) throws {
    let end = ContinuousClock.now + .seconds(30)
    while !requests.contains(where: isEnough) {
      guard ContinuousClock.now < end else {
        throw ChildProcess.Failure(description: "nobody asked; only \(requests)")
      }
      _ = wait(reading: [server.descriptor], milliseconds: 100)
      for case .line(let client, let line) in server.takeNews() {
        guard let request = ControlRequest(line) else { continue }
        requests.append(request)
        for answer in answers(to: request) { _ = server.send(answer, to: client) }
      }
    }
  }

  /// Until a dashboard has everything.
  func playUntilFollowed() throws {
    try play { request in
      switch request {
      case .hello(_, _, let follows): follows
      case .command, .status: false
      }
    }
  }

  /// Until something is wanted.
  func playUntilCommanded() throws {
    try play { request in
      switch request {
      case .command: true
      case .hello, .status: false
      }
    }
  }

  private func answers(to request: ControlRequest) -> [String] {
    switch request {
    case .hello(_, _, let follows):
      let hello = ControlAnswer.hello(instance).line
      return follows
        ? [hello, snapshotLine(store, at: Self.time, inFull: true)] + events.map(eventLine) : [hello]
    case .command(let number, _, _, _), .status(let number, _):
      return [ControlAnswer.refusal(number: number, refusal).line]
    }
  }

  private var store: Store {
    var report = EngineReport()
    report.servers = [
      ServerReport(
        name: "ledger", transport: .streamableHTTP, url: "https://ledger.example.org/mcp", users: ["app"],
        note: nil,
        settings: SessionSettings())
    ]
    let key = SessionKey(server: "ledger")
    report.sessions[key] = SessionReport(key: key, state: .ready, since: Self.time)
    var store = Store(eventCapacity: 10)
    store.fold(report, at: Self.time)
    return store
  }

  static let time = Moment(
    instant: Instant.zero + .seconds(100), wall: WallTime(milliseconds: 1_795_444_327_000))
}
