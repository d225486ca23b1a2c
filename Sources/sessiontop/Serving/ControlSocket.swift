import TopConfiguration
import TopDisplay
import Glibc
import MCPWire
import TopPlatform
import TopReports
import SessionEngine
import MCPSessions

/// Lets other programs of this user see what this instance sees, and act through it.
final class ControlSocket {
  private let server: LineServer
  private let instance: InstanceReport
  private var clients: [LineServer.ClientID: Client] = [:]
  private var deeds: [PendingDeed] = []
  private var lastCommand: UInt64 = 0

  /// When those who follow hear next that this instance lives.
  private var nextBeat: Instant?

  /// How often they hear that, when nothing else is to be told.
  private static let beat = Duration.seconds(2)
  /// Events that those who begin to follow are told of the time before.
  private static let history = 500
  /// Commands at once that wait for their sessions.
  private static let deedLimit = 256
  /// How long a command waits for its sessions to come to something.
  private static let patience = Duration.seconds(20)

  private struct Client {
    let who: Operator
    var hasSaidHello = false
    var isReadOnly = false
    var follows = false
    /// It did not take what it was told: it gets all anew.
    var lacksSnapshot = false
  }

  /// Listens as `instance.name`. Throws a sentence when that cannot be.
  init(_ instance: InstanceReport) throws(CannotRun) {
    guard let folder = Instances.folder, let path = Instances.path(of: instance.name) else {
      throw CannotRun(
        description: "there is no folder for a socket; set XDG_RUNTIME_DIR", exitCode: ExitCode.notWell)
    }
    do {
      try makePrivateFolder(folder)
      LineServer.sweep(folder, of: ".sock")
      server = try LineServer(path: path)
    } catch let problem as FolderProblem {
      throw CannotRun(
        description: "\(folder) cannot hold a socket: \(problem)", exitCode: ExitCode.notWell)
    } catch let error as ErrorNumber where error.rawValue == EADDRINUSE {
      throw CannotRun(
        description: "an instance called \(instance.name) is running already; choose another --name",
        exitCode: ExitCode.notWell)
    } catch {
      throw CannotRun(
        description: "nobody can be listened to at \(path): \(error)", exitCode: ExitCode.notWell)
    }
    self.instance = instance
  }

  /// Readable when `hear` has something to do.
  var descriptor: Int32 { server.descriptor }

  /// When `tell` is to be called although nothing happens.
  var deadline: Instant? { (deeds.map(\.due) + [nextBeat].compactMap { $0 }).min() }

  /// Hears what others want; returns what the engine is to do.
  func hear(_ store: Store, at now: Moment) -> [Command] {
    var commands: [Command] = []
    for news in server.takeNews() {
      switch news {
      case .joined(let id, let peer): join(id, peer)
      case .line(let id, let line):
        if let command = obey(line, of: id, store, now) { commands.append(command) }
      case .drained(let id): refresh(id, store, now)
      case .left(let id):
        clients[id] = nil
        deeds.removeAll { $0.client == id }
      }
    }
    return commands
  }

  /// Tells those who follow what is new, and those who acted what came of it.
  func tell(_ report: EngineReport, _ store: Store, at now: Moment) {
    let followers = clients.filter { $0.value.follows && !$0.value.lacksSnapshot }.keys.sorted()
    if !followers.isEmpty, !report.isEmpty {
      let lines = report.events.map(eventLine) + [reportLine(report, at: now)]
      for id in followers {
        for line in lines where clients[id]?.lacksSnapshot == false {
          if !server.send(line, to: id) { clients[id]?.lacksSnapshot = true }
        }
      }
    }
    if let due = nextBeat, due <= now.instant {
      let isWanted = clients.values.contains(where: \.follows)
      nextBeat = isWanted ? now.instant + Self.beat : nil
      for id in followers { _ = server.send(#"{"v":1,"type":"beat"}"#, to: id) }
    }
    guard !deeds.isEmpty else { return }
    for index in deeds.indices { deeds[index].take(report, store) }
    for deed in deeds where deed.isDone || deed.due <= now.instant {
      answer(
        .result(number: deed.number, deed.action, isDryRun: false, deed.outcomes(store)), to: deed.client)
    }
    deeds.removeAll { $0.isDone || $0.due <= now.instant }
  }

  private func join(_ id: LineServer.ClientID, _ peer: SocketPeer) {
    // The folder and the socket are this user's alone; root comes everywhere.
    guard peer.user == geteuid() || peer.user == 0 else {
      answer(.refusal(number: 0, "this instance belongs to another user"), to: id)
      return server.end(id)
    }
    let name = getpwuid(peer.user).map { String(cString: $0.pointee.pw_name) } ?? "user \(peer.user)"
    clients[id] = Client(
      who: Operator(user: PrintableText.line(name, limit: 32), origin: "process \(peer.process)"))
  }

  private func answer(_ answer: ControlAnswer, to id: LineServer.ClientID) {
    // Whoever asks and does not read has no use for more answers.
    if !server.send(answer.line, to: id) { server.end(id) }
  }

  /// Who fell behind and has caught up gets all anew.
  private func refresh(_ id: LineServer.ClientID, _ store: Store, _ now: Moment) {
    guard clients[id]?.lacksSnapshot == true, clients[id]?.follows == true else { return }
    tellAll(id, store, now)
  }

  /// Everything as it is, and the events that led there.
  private func tellAll(_ id: LineServer.ClientID, _ store: Store, _ now: Moment) {
    var isTold = server.send(snapshotLine(store, at: now, inFull: true), to: id)
    let events = store.events
    for place in max(0, events.count - Self.history)..<events.count where isTold {
      isTold = server.send(eventLine(events[place]), to: id)
    }
    clients[id]?.lacksSnapshot = !isTold
    nextBeat = nextBeat ?? now.instant + Self.beat
  }

  private func obey(
    _ line: String, of id: LineServer.ClientID, _ store: Store, _ now: Moment
  ) -> Command? {
    guard let client = clients[id] else { return nil }
    let request: ControlRequest
    do {
      request = try ControlRequest(reading: line)
    } catch {
      answer(.refusal(number: 0, "\(error)"), to: id)
      return nil
    }
    switch request {
    case .hello(_, let isReadOnly, let follows):
      clients[id]?.hasSaidHello = true
      clients[id]?.isReadOnly = isReadOnly
      answer(.hello(instance), to: id)
      if follows {
        clients[id]?.follows = true
        tellAll(id, store, now)
      }
    case _ where !client.hasSaidHello:
      answer(.refusal(number: 0, "hello comes first"), to: id)
      server.end(id)
    case .status(let number, let query):
      let (text, note, code) = query.answer(store, at: now)
      answer(.status(number: number, text: text, note: note, code: code), to: id)
    case .command(let number, let action, let targets, let isDryRun):
      return act(action, targets, number, isDryRun: isDryRun, client, id, store, now)
    }
    return nil
  }

  private func act(
    _ action: OperatorAction, _ targets: ControlTargets, _ number: Int, isDryRun: Bool, _ client: Client,
    _ id: LineServer.ClientID, _ store: Store, _ now: Moment
  ) -> Command? {
    let keys: [SessionKey]
    switch targets {
    case .sessions(let named): keys = named
    case .filter(let text):
      let choice = SessionChoice(text)
      if let objection = choice.objectionToActing {
        answer(.refusal(number: number, objection), to: id)
        return nil
      }
      keys = choice.keys(in: store, at: now.instant)
    }
    guard !isDryRun else {
      let outcomes = keys.map { key in
        ActionOutcome(
          key: key, state: store.sessions[key]?.state, isDone: nil,
          why: store.sessions[key]?.plan(action) ?? "",
          command: commandToStart(action, key.server, store))
      }
      answer(.result(number: number, action, isDryRun: true, outcomes), to: id)
      return nil
    }
    guard !client.isReadOnly, !instance.isReadOnly else {
      answer(.refusal(number: number, "it is read-only"), to: id)
      return nil
    }
    guard deeds.count < Self.deedLimit else {
      answer(
        .refusal(number: number, "\(Self.deedLimit) commands wait for their sessions; try again later"),
        to: id)
      return nil
    }
    lastCommand += 1
    deeds.append(
      PendingDeed(
        client: id, number: number, command: .socket(lastCommand), action, keys, store,
        due: now.instant + Self.patience))
    return .act(
      action, on: keys,
      by: Operator(user: client.who.user, origin: client.who.origin, command: .socket(lastCommand)))
  }
}

extension ControlSocket {
  /// For what does not need it: a dashboard or a watch without a socket is as good as ever.
  convenience init?(as command: String, _ loaded: Loaded, isReadOnly: Bool = false) {
    let report = InstanceReport(
      version: programVersion, process: processNumber, name: "\(command)-\(processNumber)", command: command,
      files: loaded.watched.map(wholePath), started: Moment.now.wall, isReadOnly: isReadOnly)
    do {
      try self.init(report)
    } catch {
      return nil
    }
  }
}
