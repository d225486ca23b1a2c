package import MCPWire

/// A session that a server holds for us: what is needed to end it, should this process not live to do so.
package struct OpenSession: Hashable, Sendable {
  package let key: SessionKey
  /// Where the id may be sent, and nowhere else.
  package let origin: String
  package let revision: Revision
  package let id: SessionID
  /// When it was opened.
  package let since: WallTime

  /// What tells it from others, whenever it was opened.
  package struct Name: Hashable, Sendable {
    let key: SessionKey
    let origin: String
    let id: SessionID
  }

  package var name: Name { Name(key: key, origin: origin, id: id) }

  package init(key: SessionKey, origin: String, revision: Revision, id: SessionID, since: WallTime) {
    self.key = key
    self.origin = origin
    self.revision = revision
    self.id = id
    self.since = since
  }
}

/// A line of the journal of open sessions: fields with tabs between them, `+` opened and `-` ended.
///
/// It holds ids at full length, so its file belongs to its owner alone.
package enum JournalLine: Hashable, Sendable {
  case opened(OpenSession)
  case ended(OpenSession)

  /// The line without its end.
  package var text: String {
    let (sign, session) =
      switch self {
      case .opened(let session): ("+", session)
      case .ended(let session): ("-", session)
      }
    return [
      sign, "\(session.since.milliseconds)", session.revision.rawValue, session.id.revealed, session.origin,
      escaped(session.key.server), escaped(session.key.user),
    ].joined(separator: "\t")
  }

  /// Fails for anything but a whole line: the last one may have been cut by a crash.
  package init?(_ text: some StringProtocol) {
    let fields = String(text).split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    guard fields.count == 7, let milliseconds = Int64(fields[1]),
      let revision = Revision(rawValue: fields[2]),
      let id = SessionID(fields[3])
    else { return nil }
    let session = OpenSession(
      key: SessionKey(server: unescaped(fields[5]), user: unescaped(fields[6])), origin: fields[4],
      revision: revision, id: id, since: WallTime(milliseconds: milliseconds))
    switch fields[0] {
    case "+": self = .opened(session)
    case "-": self = .ended(session)
    default: return nil
    }
  }
}

/// The sessions that are still open after all lines of a journal, in the order in which they were opened.
///
/// Those opened before `oldest` are left out: their servers have forgotten them long ago.
package func openSessions(in journal: String, since oldest: WallTime) -> [OpenSession] {
  var open: [OpenSession] = []
  var ended: Set<OpenSession.Name> = []
  for line in journal.split(separator: "\n") {
    switch JournalLine(line) {
    case .opened(let session) where session.since.milliseconds >= oldest.milliseconds: open.append(session)
    case .ended(let session): ended.insert(session.name)
    case .opened, nil: break
    }
  }
  return open.filter { !ended.contains($0.name) }
}

private func escaped(_ text: String) -> String {
  text.replacing("\\", with: "\\\\").replacing("\t", with: "\\t").replacing("\n", with: "\\n")
}

private func unescaped(_ text: String) -> String {
  var result = ""
  var rest = text[...]
  while let character = rest.popFirst() {
    guard character == "\\", let escape = rest.popFirst() else {
      result.append(character)
      continue
    }
    result.append(escape == "t" ? "\t" : escape == "n" ? "\n" : escape)
  }
  return result
}
