import MCPWire

// The end of what was opened: DELETE, what is left of the session after it, and whether another can be had.

extension ServerProbe {
  /// Where requests reach different replicas, the one that knows the session is looked for so often.
  private static let deleteLimit = 12
  /// The same where nothing says so but that a session is unknown that was in use.
  private static let doubtLimit = 3

  /// Every id in a good head is a session that the server holds for us, wanted or not, and whether or not
  /// its answer ever becomes whole. One that was ended may be given again.
  mutating func noteOpened(_ head: ResponseHead, _ revision: Revision) {
    for id in Set(head.sessionIDs).compactMap(SessionID.init).sorted(by: { $0.revealed < $1.revealed })
    where id != strangeID && !open.contains(where: { $0.id == id }) {
      let session = OpenSession(
        key: key, origin: server.endpoint?.origin.description ?? "", revision: revision, id: id,
        since: now.wall)
      known.hold(id.revealed, of: key)
      open.append(session)
      report.opened += 1
      orders.append(.journal(.opened(session)))
    }
  }

  /// There is nothing to try again. With 405 the server goes on holding what no client may end.
  private mutating func noteEnded(_ session: OpenSession, _ status: Int?) {
    open.removeAll { $0 == session }
    if status == 405 { report.leftBehind += 1 } else { report.ended += 1 }
    orders.append(.journal(.ended(session)))
  }

  private mutating func noteLeft(_ session: OpenSession) {
    open.removeAll { $0 == session }
    report.leftBehind += 1
  }

  private var own: OpenSession? { open.first { $0.id == identity?.id } }

  mutating func endSession(tries: Int, elsewhere: Bool) {
    guard let session = own else { return advance() }
    if tries == 0, !elsewhere { begin(.delete) }
    delete(
      .delete(tries: tries, elsewhere: elsewhere), session, fresh: tries > 0,
      at: elsewhere ? server.settings.terminateURL : nil)
  }

  mutating func deleteAnswered(_ outcome: Exchange.Outcome, _ took: Duration, tries: Int, elsewhere: Bool) {
    guard let session = own else { return advance() }
    let status = outcome.head?.status
    let isUnknown = status == 404 || status == 410 || status == 400
    // Another replica than ours may have answered.
    if isUnknown, tries < (isScattered ? Self.deleteLimit : Self.doubtLimit), !elsewhere {
      return endSession(tries: tries + 1, elsewhere: false)
    }
    if !elsewhere, outcome.endsSession == 0 || status == 405, let other = server.settings.terminateURL,
      other.origin == server.endpoint?.origin
    {
      return endSession(tries: tries, elsewhere: true)
    }
    guard outcome.endsSession > 0 else {
      noteLeft(session)
      let error =
        judge(outcome, carriedID: false, gate).error
        ?? SessionError(.httpError, status: status, detail: "the session is left behind")
      fail(
        .delete, error.asked(of: .delete).adding("the session is left behind"), took: took,
        remedy: "the server keeps what it holds for the session until it idles out: let it take DELETE, or"
          + " answer 405")
      tasks.removeAll { if case .afterDelete = $0 { true } else { false } }
      return advance()
    }
    noteEnded(session, status)
    switch status {
    case 405?:
      record(
        .delete, .note, "405: clients may not end a session; it is kept until it idles out", took: took)
      tasks.removeAll { if case .afterDelete = $0 { true } else { false } }
    case 404?, 410?:
      endRefusal = status
      record(.delete, .note, "\(status ?? 0): the session was gone already", took: took)
    default:
      let again: Sentence = tries == 0 ? "" : ", at the replica that was reached at try \(tries + 1)"
      record(.delete, .ok, "\(status ?? 0)\(again)", took: took)
    }
    advance()
  }

  mutating func askAfterDelete() {
    begin(.afterDelete)
    let requestID = newRequestID()
    post(.afterDelete, .ping, Outgoing.ping(id: requestID), requestID: requestID, as: identity)
  }

  mutating func afterDeleteAnswered(_ outcome: Exchange.Outcome, _ took: Duration) {
    switch (judge(outcome, carriedID: true, gate), outcome.head?.status) {
    case (_, 404?), (_, 410?):
      record(.afterDelete, .ok, "the ended id is refused with \(outcome.head?.status ?? 0)", took: took)
    case (.lost, let status?):
      record(.afterDelete, .note, "the ended id is refused with \(status) and not 404", took: took)
    case (.good, _), (.methodFailed, _): worksOn(outcome, took)
    case (.trouble(let error), _), (.refused(let error), _), (.conflict(let error), _), (.busy(let error), _):
      record(.afterDelete, .note, "the ended id is refused: \(error)", took: took)
    case (.lost(let error), nil): record(.afterDelete, .note, "the ended id is refused: \(error)", took: took)
    }
    advance()
  }

  /// The id is good after its end, which has three meanings.
  private mutating func worksOn(_ outcome: Exchange.Outcome, _ took: Duration) {
    if takesAnyID {
      let finding: Sentence = "accepted, as any id is: whether the session ended cannot be seen"
      return record(.afterDelete, .note, finding, took: took)
    }
    (report.ended, report.leftBehind) = (report.ended - 1, report.leftBehind + 1)
    if let endRefusal {
      let finding: Sentence = "the id works on: \(endRefusal) was the answer to DELETE, not about the session"
      return record(
        .afterDelete, .note, finding, took: took,
        remedy: "let the server take DELETE, or answer 405: it keeps each session until it idles out")
    }
    fail(
      .afterDelete,
      SessionError(.protocolError, status: outcome.head?.status, detail: "the id works on after DELETE"),
      took: took, remedy: "the server only says that it ends sessions: report it to its maker")
  }

  // MARK: - Another session

  mutating func recover() {
    begin(.recovery)
    let requestID = newRequestID()
    let revision = identity?.revision ?? .newestWithSessions
    post(
      .recovery, .initialize, Outgoing.initialize(id: requestID, version: revision, client: server.client),
      requestID: requestID,
      as: nil)
  }

  mutating func recoveryAnswered(_ outcome: Exchange.Outcome, _ took: Duration) {
    guard case .result(_, let head) = outcome else {
      let error =
        judge(outcome, carriedID: false, gate).error
        ?? SessionError(
          .rpcError, status: outcome.head?.status, detail: "initialize is refused")
      fail(.recovery, error.asked(of: .initialize), took: took, remedy: Remedies.ofRecovery(error, server))
      return advance()
    }
    let isSession = !head.sessionIDs.isEmpty
    record(
      .recovery, isSession ? .ok : .note,
      isSession ? "a new session in its place" : "initialize succeeds, and gives no session this time",
      took: took)
    advance()
  }

  // MARK: - The end

  /// Nothing is to be tried any more: what is open is ended, then it is over.
  mutating func leave() {
    if own != nil, report.step(.delete) == nil {
      return endSession(tries: 0, elsewhere: false)
    }
    if let session = open.first { return delete(.farewell(session), session) }
    if let pipe {
      begin(.end)
      orders.append(.endProcess(pipe.id))
      return state = .ending(since: now.instant)
    }
    finish()
  }

  mutating func farewellAnswered(_ outcome: Exchange.Outcome, _ session: OpenSession) {
    if outcome.endsSession > 0 { noteEnded(session, outcome.head?.status) } else { noteLeft(session) }
    advance()
  }

  mutating func finish() {
    if let channel { orders.append(.cancel(channel.stream)) }
    channel = nil
    report.current = nil
    report.isComplete = report.interruption == nil
    state = .over
  }
}
