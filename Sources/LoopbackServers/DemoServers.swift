/// The servers of the demo: each shows one thing that happens to MCP sessions in real life.
package final class DemoServers: Sendable {
  /// How fast things happen; the defaults are for people.
  package struct Timing: Sendable {
    /// How long sessions of `expiring` live, in turn. Not three in a row are so short that nobody would go on
    /// making them at once.
    package var lifetimes: [Duration] = [.seconds(20), .seconds(20), .seconds(75)]
    /// Time from the start to the first outage of `restarting`.
    package var firstRestart = Duration.seconds(30)
    /// Times from one to the next, in turn.
    package var restarts: [Duration] = [.seconds(30), .seconds(75)]
    /// How long such an outage lasts.
    package var outage = Duration.seconds(3)
    /// How long an answer of `slow` takes.
    package var latency = Duration.milliseconds(1_500)
    /// Mean time between log notifications of `chatty`.
    package var chatter = Duration.milliseconds(1_500)

    package init() {}
  }

  /// Where one of the servers is.
  package struct Address: Hashable, Sendable {
    package let name: String
    package let url: String
    /// Headers without which the server answers 401.
    package let headers: [Request.Header]
    /// What there is to see, in one line.
    package let summary: String
  }

  /// In the order in which they are worth reading.
  package let servers: [Address]
  private let running: [LoopbackServer]

  private init(_ started: [(Personality, LoopbackServer)]) {
    running = started.map(\.1)
    servers = started.map { personality, server in
      let token = personality.behavior.token
      return Address(
        name: personality.behavior.name, url: server.url,
        headers: token.map { [Request.Header("Authorization", "Bearer \($0)")] } ?? [],
        summary: personality.summary)
    }
  }

  /// Starts all of them on ports of their own. Throws when one cannot be started; then none runs.
  package static func start(_ timing: Timing = Timing()) throws(LoopbackError) -> DemoServers {
    var started: [(Personality, LoopbackServer)] = []
    for personality in personalities(timing) {
      do {
        started.append((personality, try LoopbackServer.start(personality.behavior, remembering: 0)))
      } catch {
        for (_, server) in started { server.stop() }
        throw error
      }
    }
    return DemoServers(started)
  }

  /// Stops all of them and returns when their ports are free.
  package func stop() {
    for server in running { server.stop() }
  }
}

private struct Personality {
  let behavior: Behavior
  let summary: String

  init(_ name: String, _ summary: String, _ change: (inout Behavior) -> Void = { _ in }) {
    var behavior = Behavior(name: name)
    behavior.answers = .events
    change(&behavior)
    self.behavior = behavior
    self.summary = summary
  }
}

private func personalities(_ timing: DemoServers.Timing) -> [Personality] {
  [
    Personality("steady", "a session with an id and a stream, nothing happens to it"),
    Personality("stateless", "gives no session id; JSON answers, no stream") {
      $0.isStateful = false
      $0.offersStream = false
      $0.answers = .json
    },
    Personality("expiring", "forgets sessions after \(seconds(timing.lifetimes)) in turn: 404 and a new one")
    {
      $0.sessionLifetimes = timing.lifetimes
    },
    Personality(
      "restarting",
      "is down for \(seconds([timing.outage])) every \(seconds(timing.restarts)): refused, then 404"
    ) {
      $0.restart = Restart(.afterStart(timing.firstRestart), lasts: timing.outage, again: timing.restarts)
    },
    Personality("slow", "takes its time with every answer") { $0.latency = timing.latency },
    Personality("locked", "wants a token: 401 without it") { $0.token = "open-sesame" },
    Personality("chatty", "tells what it does as log notifications") { $0.chatter = timing.chatter },
    Personality("ailing", "answers ping, but its lists fail") { $0.failsLists = true },
    Personality("quiet", "has sessions, but no stream and no DELETE: 405, as is its right") {
      $0.offersStream = false
      $0.allowsDelete = false
      $0.versions = ["2025-06-18", "2025-03-26"]
    },
  ]
}

/// `20, 20 and 75 s`.
private func seconds(_ durations: [Duration]) -> String {
  let numbers = durations.map { String($0.components.seconds) }
  let last = numbers.last ?? ""
  return (numbers.count > 1 ? numbers.dropLast().joined(separator: ", ") + " and " : "") + last + " s"
}
