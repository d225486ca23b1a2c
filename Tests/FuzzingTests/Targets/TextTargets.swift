import TopDisplay
import TopReports

@testable import MCPSessions

extension FuzzTarget {
  /// A reference that a server sends, at any address: it leads to the same origin or nowhere.
  static let addresses = FuzzTarget(name: "addresses") { (bytes) throws(Broken) in
    let parts = bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
    guard let base = try? Endpoint(String(decoding: parts[0], as: UTF8.self)) else { return }
    let again = try? Endpoint(base.url.revealed)
    try promise(again == base, "an address that is read again is another: \(base.url.revealed)")
    guard parts.count == 2,
      let target = try? base.resolving(String(decoding: parts[1], as: UTF8.self))
    else { return }
    try promise(target.origin == base.origin, "leads to \(target.display)")
    try promise(!target.url.revealed.utf8.contains { $0 <= 0x20 }, "holds what no address may hold")
  }

  /// A recording: what is written down anew is read as the same, and every text of it can be printed.
  static let recordings = FuzzTarget(name: "recordings") { (bytes) throws(Broken) in
    var entries: [Recording.Entry] = []
    for line in bytes.split(separator: 0x0A).prefix(200) {
      switch readLine(line) {
      case .event(let event):
        try promise(
          event.message.text.unicodeScalars.allSatisfy { !PrintableText.isUnfit($0) },
          "an event cannot be printed")
        guard case .event(let again) = readLine(Array(eventLine(event).utf8)) else {
          throw Broken(description: "an event of ours is none: \(eventLine(event))")
        }
        try promise(eventLine(again) == eventLine(event), "changes: \(eventLine(event))")
        entries.append(.event(event))
      case .snapshot(let report, let time): entries.append(.snapshot(report, time))
      case .report(let report, let time):
        var store = Store(eventCapacity: 10)
        store.fold(report, at: time)
      case nil: break
      }
    }
    guard !entries.isEmpty else { return }
    var replay = Replay(Recording(recorded: entries), capacity: 100)
    replay.play(at: 1_000)
    let end = replay.store.updated ?? replay.now
    for step in 0..<3 {
      _ = replay.advance(to: Instant(nanoseconds: Int64(step) * 3_600_000_000_000))
      _ = draw(replay.store, ViewState(), at: replay.now)
    }
    _ = snapshotLine(replay.store, at: end)
  }

  /// What a script asks of a running instance: read and written again, it is the same.
  static let controls = FuzzTarget(name: "controls") { (bytes) throws(Broken) in
    guard let request = ControlRequest(String(decoding: bytes, as: UTF8.self)) else { return }
    try promise(ControlRequest(request.line) == request, "changes: \(request.line)")
  }

  /// A length of time: a number that can be counted with, or none.
  static let spans = FuzzTarget(name: "spans") { (bytes) throws(Broken) in
    let text = String(decoding: bytes, as: UTF8.self)
    guard let seconds = seconds(inSpan: text) else { return }
    try promise(seconds.isFinite && seconds >= 0, "\(seconds)")
    let instant = Instant(nanoseconds: .max) + .seconds(seconds)
    try promise(instant == Instant(nanoseconds: .max), "time goes back")
  }

  /// A secret of ours in any surroundings, in a usual spelling: it is not in what is shown.
  static let masking = FuzzTarget(name: "masking") { (bytes) throws(Broken) in
    let secret = "s3cr3t/Value+9=z"
    var redactor = Redactor()
    redactor.learn(secret)
    let gate = Gate(own: redactor, known: KnownSecrets())
    let before = String(decoding: bytes.prefix(bytes.count / 2), as: UTF8.self)
    let after = String(decoding: bytes.dropFirst(bytes.count / 2), as: UTF8.self)
    let encoded = "s3cr3t%2fValue%2B9%3Dz"
    for spelling in [secret, secret.uppercased(), encoded, #"s3cr3t\/Value+9=z"#] {
      let shown = gate.text(before + " " + spelling + " " + after).text
      try promise(!shown.lowercased().contains(spelling.lowercased()), "shown: \(shown)")
      try promise(
        shown.unicodeScalars.allSatisfy { !PrintableText.isUnfit($0) }, "what is shown cannot be printed")
    }
  }
}
