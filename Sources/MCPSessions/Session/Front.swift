import MCPWire

// What stands in front of a server and answers in its place: a guard of names, a bot check, a firewall, a
// sign-in. Each calls for a remedy of its own, whatever its status is.

/// Something in front of a server that signs what it answers with a header of its own.
package struct Doorkeeper: Hashable, Sendable {
  /// Its name, as its maker writes it.
  package let name: String
  /// The header says that it turned the request away; else it only says that it stands there.
  package let hasActed: Bool

  package init(name: String, hasActed: Bool) {
    self.name = name
    self.hasActed = hasActed
  }
}

/// What stands in the way of an answer that is none, where that has a remedy of its own.
func hint(_ head: ResponseHead, _ text: String, _ excerpt: CutText) -> SessionError.Hint? {
  let text = String(text.prefix(1_024))
  if head.doorkeeper?.hasActed == true { return .botCheck }
  if (300..<400).contains(head.status) {
    if head.hasChallenge || leadsToSignIn(head.location ?? "") { return .signInPage }
    return head.isDowngrade ? .downgrade : nil
  }
  if FrontWords.full.isSaid(in: [text]) { return .sessionLimit }
  if refusesCredentials(head, text, excerpt) { return .token }
  if head.status == 403, FrontWords.forgery.isSaid(in: [text]) { return .webPage }
  if head.status == 400, FrontWords.tlsPort.isSaid(in: [text]) { return .tlsPort }
  if let refused = refusedName(head, text, excerpt) { return refused }
  if let standing = front(head, excerpt) { return standing }
  if head.status < 500, FrontWords.revision.isSaid(in: [text]), FrontWords.support.isSaid(in: [text]) {
    return .revision
  }
  return Page(excerpt, contentType: head.contentType) == nil ? nil : .webPage
}

/// Whether the credentials are refused: in a challenge (RFC 6750), in the words of OAuth, or in others where
/// the status leaves it open.
func refusesCredentials(_ head: ResponseHead, _ text: String, _ excerpt: CutText) -> Bool {
  guard (400..<500).contains(head.status) else { return false }
  let errors = head.challenges.flatMap(Challenge.read).compactMap { $0.parameters["error"]?.lowercased() }
  if errors.contains("invalid_token") || refusesToken(excerpt.text) { return true }
  return [400, 419, 422, 440, 498].contains(head.status) && FrontWords.credentials.isSaid(in: [text])
}

/// A bot check or a sign-in that answers in the server's place, with any status.
func front(_ head: ResponseHead, _ excerpt: CutText) -> SessionError.Hint? {
  if head.doorkeeper?.hasActed == true { return .botCheck }
  if head.isSuccess, let refresh = head.refresh, leadsToSignIn(refresh) { return .signInPage }
  let page = Page(excerpt, contentType: head.contentType)
  if let page, !head.hasChallenge, wantsSignIn(head, page, excerpt) { return .signInPage }
  return isBotCheck(head, page, excerpt) ? .botCheck : nil
}

/// A page that came with a good status where an answer is due, or what a guard in front sends in its place.
func insteadOfAnswer(_ head: ResponseHead, _ excerpt: CutText, _ gate: Gate) -> SessionError? {
  let front = front(head, excerpt)
  let page = Page(excerpt, contentType: head.contentType)
  guard page != nil || front != nil else { return complaint(head, excerpt, gate) }
  let what: Sentence =
    page.map { $0.words(gate) } ?? head.refresh.map { "a refresh to \(gate.reference($0))" } ?? "it"
  return SessionError(
    .protocolError, status: head.status,
    detail: Sentence.joined([standing(front, head), "\(what) came instead of an answer"], separator: ": "),
    hint: front)
}

/// What a document says that is no JSON-RPC, as gateways make of a refusal with a good status.
private func complaint(_ head: ResponseHead, _ excerpt: CutText, _ gate: Gate) -> SessionError? {
  guard !head.isEventStream, !excerpt.text.contains("\"jsonrpc\""),
    let words = tellingMember(of: excerpt.text)
  else { return nil }
  let refuses = refusesToken(excerpt.text) || FrontWords.credentials.isSaid(in: [words])
  return SessionError(
    refuses ? .authError : .protocolError, status: head.status,
    detail: "a document that is no JSON-RPC: \(gate.text(excerpt.telling(words)))")
}

/// Whether the request did not get as far as the server's credentials: who it is was not the question.
func isTurnedAway(_ head: ResponseHead, _ text: String, _ excerpt: CutText) -> Bool {
  switch hint(head, text, excerpt) {
  case .hostName, .origin, .botCheck: true
  default: false
  }
}

/// What stands there, in words.
func standing(_ hint: SessionError.Hint?, _ head: ResponseHead) -> Sentence? {
  switch hint {
  case .hostName: "the Host name is refused"
  case .origin: "the Origin is refused"
  case .signInPage: "a sign-in page stands in front"
  case .botCheck:
    head.doorkeeper.map { "a bot check stands in front (\(ForeignText(local: $0.name)))" }
      ?? "a bot check stands in front"
  default: nil
  }
}

/// Where a redirect leads, and what that means.
func redirectWords(_ head: ResponseHead, _ gate: Gate) -> Sentence {
  guard let location = head.location, !location.isEmpty else { return "redirect to nowhere" }
  let target: Sentence = "redirect to \(gate.reference(location))"
  if head.isDowngrade { return "\(target), which gives up encryption" }
  let standing = standing(hint(head, "", ""), head)
  return Sentence.joined([standing, target], separator: ": ")
}

// MARK: - Names that are refused

/// Whether what stands before the server, or a guard of its own, does not take the name by which it is
/// called, or where the request says it comes from.
private func refusedName(_ head: ResponseHead, _ text: String, _ excerpt: CutText) -> SessionError.Hint? {
  guard [400, 401, 403, 404, 421].contains(head.status) || head.status >= 500 else { return nil }
  guard !text.lowercased().contains("session") else { return nil }
  if head.status == 421 { return .hostName }
  // A page of a gateway has many words, and its host fails in many ways.
  let isPage = Page(excerpt, contentType: head.contentType) != nil
  guard !isPage || text.utf8.count <= 600 else { return nil }
  // With these, words of refusal may be about a host that the server looks for, or about who asks.
  let isStrict = head.status == 401 || head.status >= 500
  for sentence in sentences(of: text).map({ [$0] }) {
    if FrontWords.rebinding.isSaid(in: sentence) { return .hostName }
    let isListed = FrontWords.listing.isSaid(in: sentence)
    let isRefused = isListed || FrontWords.refusal.isSaid(in: sentence)
    if FrontWords.host.isSaid(in: sentence),
      isStrict ? isListed || isRefused && FrontWords.header.isSaid(in: sentence) : isRefused
    {
      return .hostName
    }
    if head.status <= 403, isRefused, FrontWords.origin.isSaid(in: sentence),
      !FrontWords.originServer.isSaid(in: sentence)
    {
      return .origin
    }
  }
  return nil
}

/// Its sentences; a dot within a name or an address ends none.
private func sentences(of text: String) -> [String] {
  var sentences: [String] = []
  var sentence = ""
  for word in text.split(whereSeparator: { $0.isWhitespace }) {
    sentence += word + " "
    if let last = word.last, ".!?;".contains(last) {
      sentences.append(sentence)
      sentence = ""
    }
  }
  return sentences + [sentence]
}

// MARK: - Bot checks and firewalls

/// Whether a page, or what stands for one, checks for a person at a browser, or is a firewall's.
private func isBotCheck(_ head: ResponseHead, _ page: Page?, _ excerpt: CutText) -> Bool {
  guard [200, 202, 401, 403, 405, 406, 429, 503].contains(head.status), !head.hasChallenge else {
    return false
  }
  let raw = excerpt.text.lowercased()
  let isMarked = FrontWords.marks.contains { raw.contains($0) }
  guard let page else {
    // Some send JSON to whom they take for a program.
    let isRPC = raw.contains("\"jsonrpc\"")
    return !head.isSuccess && !isRPC && (isMarked || FrontWords.checkpoint.isSaid(in: [excerpt.text]))
      && head.status != 429
  }
  let words = [page.title, page.text]
  if isMarked || FrontWords.checkpoint.isSaid(in: words) || FrontWords.robot.isSaid(in: words) { return true }
  // Where a firewall is known to stand, a page that refuses is its own.
  return head.doorkeeper != nil && [403, 405, 406].contains(head.status)
}

// MARK: - Sign-ins

/// Whether an address is one where people sign in.
func leadsToSignIn(_ address: String) -> Bool {
  let path = address.prefix { $0 != "?" && $0 != "#" }.lowercased()
  return FrontWords.signInPlaces.contains { path.contains($0) }
    || path.split { !$0.isLetter }.contains { FrontWords.signInSegments.contains(String($0)) }
}

/// Whether a page is there to sign in at, or leads to one that is.
private func wantsSignIn(_ head: ResponseHead, _ page: Page, _ excerpt: CutText) -> Bool {
  guard head.isSuccess || [401, 403].contains(head.status) else { return false }
  if hasPasswordField(excerpt.text) || FrontWords.signIn.isSaid(in: [page.title]) { return true }
  if let target = refreshTarget(ofPage: excerpt.text), leadsToSignIn(target) { return true }
  return page.form.map { FrontWords.signIn.isSaid(in: [$0]) } ?? false
}

private func hasPasswordField(_ page: String) -> Bool {
  let tight = page.lowercased().filter { !$0.isWhitespace && $0 != "\"" && $0 != "'" }
  return tight.contains("type=password") || tight.contains("autocomplete=current-password")
}

/// Where a `<meta http-equiv="refresh" content="0; url=...">` leads.
private func refreshTarget(ofPage page: String) -> String? {
  var rest = page[...]
  while let start = rest.firstRange(of: "<")?.upperBound {
    rest = rest[start...]
    guard rest.prefix(4).lowercased() == "meta" else { continue }
    let tag = rest.prefix { $0 != ">" }
    rest = rest[tag.endIndex...]
    guard tag.lowercased().contains("refresh") else { continue }
    if let target = refreshTarget(String(tag)) { return target }
  }
  return nil
}

/// The address in the value of a `Refresh` header, or in what stands for one: `0; url=https://idp/login`.
package func refreshTarget(_ value: String) -> String? {
  let name = Array("url=".utf8)
  let bytes = Array(value.utf8)
  let folded = bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
  guard let place = folded.firstRange(of: name) else { return nil }
  let ends: Set<UInt8> = [0x20, 0x22, 0x27, 0x3E]
  let target = bytes[place.upperBound...].drop { ends.contains($0) }.prefix { !ends.contains($0) }
  return target.isEmpty ? nil : String(decoding: target, as: UTF8.self)
}
