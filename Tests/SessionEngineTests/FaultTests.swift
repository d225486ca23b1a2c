import Glibc
import LoopbackServers
import MCPSessions
import Testing

/// The real engine against every fault, on real sockets.
struct FaultTests {
  /// Every second case each, so that what is measured is what faults cost and not how slow the machine is.
  private static let ordinary = FaultCase.all.filter { !$0.isHeavy }
  private static let first = Task { try await FaultRun.together(part(0)) }
  private static let second = Task {
    _ = try? await first.value
    return try await FaultRun.together(part(1))
  }
  /// Afterwards, so that much work here does not look like slowness there.
  private static let heavy = Task {
    _ = try? await second.value
    return try await FaultRun.together(FaultCase.all.filter(\.isHeavy))
  }

  private static func part(_ number: Int) -> [FaultCase] {
    zip(0..., ordinary).filter { $0.0 % 2 == number }.map(\.1)
  }

  private static func run(of fault: FaultCase) -> Task<FaultRun.Outcome, any Error> {
    if fault.isHeavy { return heavy }
    return part(0).contains { $0.name == fault.name } ? first : second
  }

  /// With the compiler's watch on memory or threads, floods take too long to tell anything.
  private static let told =
    getenv("SESSIONTOP_WATCHED") == nil ? FaultCase.all : FaultCase.all.filter { !$0.isHeavy }

  @Test(arguments: told)
  func `every fault ends as it should`(_ fault: FaultCase) async throws {
    let outcome = try await Self.run(of: fault).value
    let evidence = try #require(outcome.evidence[fault.name])
    #expect(complaints(fault, evidence) == [], "\(fault.says)\n\(evidence.transcript)")
  }

  @Test func `the engine stops within five seconds, whatever its servers do`() async throws {
    for run in [Self.first, Self.second] { #expect(try await run.value.stopping < .seconds(5)) }
  }

  @Test func `no fault keeps a core busy, not even eighty of them together with their servers`() async throws
  {
    for run in [Self.first, Self.second] {
      let outcome = try await run.value
      #expect(outcome.cpu < FaultRun.length, "used \(outcome.cpu)")
    }
  }

  @Test func `floods cost bounded memory`() async throws {
    let outcome = try await Self.heavy.value
    #expect(outcome.growth < 96 * 1_024 * 1_024, "grew by \(outcome.growth / 1_048_576) MiB")
  }
}

/// What is wrong after a run of a case.
func complaints(_ fault: FaultCase, _ evidence: Evidence) -> [String] {
  var all: [String] = []
  if let ending = evidence.ending, !fault.endings.contains(ending) {
    all.append("ended \(ending.rawValue) (\(evidence.report?.state.rawValue ?? "-"))")
  }
  if evidence.ending == nil { all.append("has no end: \(evidence.report?.state.rawValue ?? "no row")") }
  if fault.errors.isEmpty {
    if evidence.ending == .ready, !evidence.errors.isEmpty {
      all.append("reported \(evidence.errors.map(\.rawValue).sorted())")
    }
  } else if fault.errors.isDisjoint(with: evidence.errors),
    !(fault.mayGoUnnoticed && evidence.ending == .ready)
  {
    all.append("reported \(evidence.errors.map(\.rawValue).sorted())")
  }
  for check in Check.common + fault.checks {
    if let complaint = check.complaint(evidence) { all.append("\(check.name): \(complaint)") }
  }
  return all
}

extension Evidence {
  /// The run in lines, for the one who has to find out.
  var transcript: String {
    let asked = requests.prefix(40).map { entry in
      "\(entry.request.time.inMilliseconds) ms \(entry.request.kind) \(entry.status.map(String.init) ?? "-")"
    }
    let told = events.prefix(40).map { "\($0.kind.rawValue): \($0.message)" }
    return (asked + told).joined(separator: "\n")
  }
}
