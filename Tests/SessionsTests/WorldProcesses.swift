import MCPWire
import Testing

@testable import MCPSessions

// Simulated servers that are processes.

extension World {
  /// A server of this world that is a process.
  static func process(
    _ name: String, settings: SessionSettings = SessionSettings(), availability: Availability = .automatic
  ) -> Server {
    Server(
      name: name, transport: .stdio, endpoint: nil, settings: settings, availability: availability,
      process: ServerProcess(program: "serve-\(name)", environment: ["PATH": Secret("/bin")]))
  }

  mutating func launch(_ request: ProcessRequest) {
    let name = request.session.server
    wire.append("launch \(request.program)")
    checkPace(request.session)
    launchesOf[request.session] =
      (launchesOf[request.session] ?? []).filter { now.instant - $0 < .seconds(1) } + [now.instant]
    let starts = launchesOf[request.session, default: []].count
    #expect(starts <= 5, "two starts an attempt, and attempts space out")
    #expect(running.values.count { $0 == request.session } == 0, "one process a session")
    running[request.id] = request.session
    attempts += 1
    let delay = Double.random(in: 0.001...0.05, using: &random)
    switch machines[name]?.mode {
    case .refusing: tell(request.id, .process(.ended(.notFound(path: "/bin"))), after: delay)
    case .status(let status, let words):
      tell(request.id, .process(.started(process: 4_711)), after: delay)
      tell(request.id, .process(.said(CutText(whole: "Error: \(words)"))), after: delay)
      let ending = status == 503 ? ProcessEnding.killed(signal: 9) : .exited(code: 1)
      tell(request.id, .process(.ended(ending)), after: delay * 2)
    default: tell(request.id, .process(.started(process: 4_711)), after: delay)
    }
  }

  /// A process is sent a line.
  mutating func read(_ line: String, _ id: TransferID) {
    guard let key = running[id], let machine = machines[key.server] else { return }
    let method = line.firstRange(of: "\"method\":\"").map {
      String(line[$0.upperBound...].prefix { $0 != "\"" })
    }
    wire.append("line \(method ?? "answer")")
    checkPace(key)
    guard let method,
      let number = line.firstRange(of: "\"id\":").flatMap({
        Int64(line[$0.upperBound...].prefix { $0.isNumber })
      })
    else { return }
    let delay = Double.random(in: 0.001...0.05, using: &random)
    switch machine.mode {
    case .well: answer(id, method, number, machine, after: delay)
    case .foreign where machine.diesOfDiscovery && method != "initialize":
      tell(id, .process(.ended(.exited(code: 1))), after: delay)
    case .foreign:
      let failure = RPCError(code: RPCError.methodNotFound, message: "Method not found")
      tell(id, .process(.message(Message(id: .number(number), content: .failure(failure)))), after: delay)
    case .slow(let longest):
      answer(id, method, number, machine, after: Double.random(in: 0.1...longest, using: &random))
    case .lagging(let pause): answer(id, method, number, machine, after: pause)
    case .lossy:
      switch Int.random(in: 0..<8, using: &random) {
      case 0: break
      case 1: tell(id, .process(.ended(.killed(signal: 11))), after: delay)
      default: answer(id, method, number, machine, after: delay)
      }
    case .lying: lie(id, method, number, machine, after: delay)
    case .silent, .refusing, .status: break
    }
  }

  private mutating func answer(
    _ id: TransferID, _ method: String, _ number: Int64, _ machine: Machine, after delay: Double
  ) {
    var result = Result()
    var failure: RPCError?
    switch method {
    case "server/discover" where machine.isModern || machine.discovered != nil:
      result.supportedVersions = machine.discovered ?? ["2026-07-28"]
      result.hasCapabilities = true
      result.offersTools = true
    case "server/discover" where machine.diesOfDiscovery:
      return tell(id, .process(.ended(.exited(code: 1))), after: delay)
    case "server/discover": failure = RPCError(code: RPCError.methodNotFound, message: "Method not found")
    case "initialize" where machine.knowsNoHandshake: return
    case "initialize" where machine.isModern:
      failure = RPCError(
        code: RPCError.unsupportedVersion, message: "Unsupported protocol version",
        supportedVersions: ["2026-07-28"])
    case "initialize":
      result.protocolVersion = "2025-11-25"
      result.offersTools = true
    case "tools/list": result.tools = machine.release.tools
    default: break
    }
    if result.offersTools {
      (result.serverName, result.serverVersion) = (running[id]?.server, machine.release.version)
    }
    let content = failure.map { Message.Content.failure($0) } ?? .result(result)
    tell(id, .process(.message(Message(id: .number(number), content: content))), after: delay)
  }

  private mutating func lie(
    _ id: TransferID, _ method: String, _ number: Int64, _ machine: Machine, after delay: Double
  ) {
    let lie: ProcessEvent? =
      switch Int.random(in: 0..<14, using: &random) {
      case 0: .noise("Listening on port 8080")
      case 1: .malformed(.notJSON)
      case 2: .tooLong
      case 3: .closedOutput
      case 4: .heldBack
      case 5: .notReading(bytes: 1 << 20)
      case 6: .message(Message(id: .number(-7), content: .result(Result())))
      case 7: .message(Message(id: .null, content: .failure(RPCError(code: -32_700, message: "Parse error"))))
      case 8: .message(Message(id: .string("a"), content: .request(method: "ping", Parameters())))
      case 9: .ended(.killed(signal: 9))
      default: nil
      }
    if let lie { return tell(id, .process(lie), after: delay) }
    answer(id, method, number, machine, after: delay)
  }

  mutating func endProcess(_ id: TransferID) {
    let ending: ProcessEnding = Bool.random(using: &random) ? .exited(code: 0) : .killed(signal: 15)
    tell(id, .process(.ended(ending)), after: Double.random(in: 0.001...4, using: &random))
  }

  /// The processes of a server end by themselves.
  mutating func endProcesses(_ name: String) {
    for (id, key) in running where key.server == name {
      tell(id, .process(.ended(.exited(code: 0))), after: 0.001)
    }
  }
}
