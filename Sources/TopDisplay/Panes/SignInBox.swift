import MCPSessions

extension Frame {
  /// How far a sign-in is, where the person goes, and what can be pasted.
  mutating func signIn(_ dialog: SignInDialog, _ model: ViewModel) {
    let session = model.store.sessions[dialog.key]
    var lines: [Phrase] = []
    if let prompt = session?.authorization?.prompt {
      lines.append(
        Phrase(prompt.isOpened ? "A browser was opened. If none is seen, go to:" : "Go to:", .dialog))
      // From edge to edge and with nothing between, so that it is whole when it is selected.
      lines += rows(of: hiding(prompt.address.text)).map { Phrase($0, .key) }
      if let code = prompt.code {
        lines.append(Phrase("and type the code \(code.text)", .dialog))
      } else {
        lines.append(Phrase("", .dialog))
        lines.append(Phrase("If the browser is on another machine, paste here the address", .dialog))
        lines.append(Phrase("of the page that it ends at, and press Enter.", .dialog))
        lines.append(
          Phrase("pasted: \(dialog.text.isEmpty ? "nothing" : "\(dialog.text.count) characters")", .muted))
      }
    }
    lines.append(Phrase(state(of: session, dialog, model), .dialog))
    let isOver = dialog.isOver(session, at: model.present.instant)
    let isAddress = session?.authorization?.prompt != nil
    let keys = isOver ? "any key closes" : isAddress ? "Tab copies the address, Esc leaves" : "Esc leaves"
    lines.append(Phrase(keys, .muted))
    box(
      lines, title: "sign in to \(PrintableText.line(dialog.key.server, limit: 40))", model.glyphs, bare: .key
    )
  }

  private func rows(of address: String) -> [String] {
    var (left, rows) = (address[...], [String]())
    while !left.isEmpty {
      rows.append(String(left.prefix(max(1, size.columns))))
      left = left.dropFirst(max(1, size.columns))
    }
    return rows
  }

  private func state(of session: SessionReport?, _ dialog: SignInDialog, _ model: ViewModel) -> String {
    guard let session else { return "the session is gone" }
    if let step = session.authorization?.step { return step.words.text }
    guard dialog.isOver(session, at: model.present.instant) else { return "beginning" }
    if session.state.isLive { return "signed in; the session is \(session.state.rawValue)" }
    if let why = session.authorization?.why { return why.detail.text }
    return session.authorization?.renewed == nil ? "nothing came of it" : "signed in; connecting"
  }
}

/// What is held for a session, in the detail: who gave it, what it is good for, how long it lasts.
func authorizationLines(_ session: SessionReport, _ model: ViewModel) -> [DetailLine] {
  guard let held = session.authorization else { return [] }
  var lines: [DetailLine] = []
  if let step = held.step { lines.append(DetailLine("sign-in: \(step.words)", role: .banner)) }
  if let why = held.why, why != session.cause { lines.append(DetailLine("sign-in: \(why.summary)")) }
  let ends = held.expires.map { expires -> String in
    let left = Duration.milliseconds(expires.milliseconds - model.now.wall.milliseconds)
    return left <= .zero ? "token ended" : "token ends in \(age(left))"
  }
  let got = held.renewed.map { "got at \(model.context.clock($0))" }
  let line = DetailLine(
    held.issuer.map { "token of \($0)" }, held.scopes.map { "for \($0)" }, ends, got,
    held.renewals > 0 ? "renewed \(held.renewals) times" : nil,
    held.expires != nil && !held.isRenewable ? "cannot be renewed" : nil,
    role: held.expires != nil && !held.isRenewable ? .levelWarning : .text)
  if !line.parts.isEmpty { lines.append(line) }
  return lines
}
