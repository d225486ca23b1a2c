import TopDisplay
import TopReports

@testable import MCPSessions
@testable import MCPWire

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
      let shown = gate.text(whole: before + " " + spelling + " " + after).text
      try promise(!shown.lowercased().contains(spelling.lowercased()), "shown: \(shown)")
      let kept = spelling.prefix(4 + bytes.count % (spelling.count - 4))
      let cut = gate.text(CutText(String(before.prefix(40)) + " " + kept, wasCut: true)).text
      try promise(!cut.lowercased().hasSuffix(kept.lowercased()), "shown where it was cut: \(cut)")
      try promise(
        shown.unicodeScalars.allSatisfy { !PrintableText.isUnfit($0) }, "what is shown cannot be printed")
    }
  }

  /// What is small in a seed and large in an attack: any text, a hundred thousand bytes of it, wherever a
  /// server can put one. What is kept of it is bounded; that it costs little, a limit of time shows.
  static let amounts = FuzzTarget(name: "amounts", cost: 5) { (bytes) throws(Broken) in
    let unit = String(decoding: bytes.prefix(64), as: UTF8.self)
    guard !unit.isEmpty else { return }
    let text = String(repeating: unit, count: 100_000 / unit.utf8.count)
    let word = JSONWriter.quoted(text)
    let many = Array(repeating: #"{"jsonrpc":"2.0","method":"m"}"#, count: 1 + unit.utf8.count * 20)
    var redactor = Redactor()
    redactor.learn(String(text.prefix(8_000)) + "!")
    redactor.learn(String(text.prefix(40)) + "!")
    let gate = Gate(own: redactor, known: KnownSecrets())
    for document in [
      #"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":\#(word),"data":\#(word)}}"#,
      #"{"jsonrpc":"2.0","id":\#(word),"method":\#(word),"params":{"data":\#(word),"logger":\#(word)}}"#,
      #"{"jsonrpc":"2.0","id":1,"result":{"nextCursor":\#(word),"tools":[{"name":\#(word)}]}}"#,
      #"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":[\#(word)],"content":[{"text":\#(word)}]}}"#,
      "[" + many.joined(separator: ",") + "]",
    ] {
      let messages = (try? Message.read(Array(document.utf8))) ?? []
      let kept = messages.reduce(0) { $0 + size(of: $1) }
      try promise(kept <= 65_536, "of \(document.prefix(60)) are kept \(kept) bytes")
      for message in messages {
        guard case .failure(let error) = message.content else { continue }
        let head = ResponseHead(status: 400, contentType: "application/json")
        let shown = judge(.status(head, error, excerpt: error.message), carriedID: true, gate)
        try promise((shown.error?.detail.text.utf8.count ?? 0) <= 10_000, "is long: \(shown)")
      }
    }
    let page = CutText(("<html>" + text).utf8, limit: 2_048)
    _ = judge(
      .status(ResponseHead(status: 403, contentType: "text/html"), nil, excerpt: page), carriedID: true, gate)
    try promise(gate.text(whole: text, limit: 2_000).text.utf8.count <= 20_000, "much is shown")
  }
}

/// How much of a message is kept: its texts, in bytes.
private func size(of message: Message) -> Int {
  var texts: [String?] = []
  switch message.content {
  case .request(let method, let parameters), .notification(let method, let parameters):
    texts = [method, parameters.data?.text, parameters.logger?.text, parameters.message?.text]
  case .result(let result):
    texts = [result.nextCursor, result.serverName, result.serverVersion, result.protocolVersion]
    texts += (result.tools ?? []).map(\.name) + (result.content ?? []).map(\.text)
    texts += result.supportedVersions ?? []
  case .failure(let error): texts = [error.message.text] + error.supportedVersions
  }
  if case .string(let id) = message.id { texts.append(id) }
  return texts.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
}
