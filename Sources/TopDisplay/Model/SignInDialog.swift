import MCPSessions

/// A person signs in over the panes: what is typed and pasted goes to the sign-in, Esc leaves it.
struct SignInDialog: Hashable, Sendable {
  let key: SessionKey
  /// When it was asked for: what was there before says nothing of it.
  let begun: Instant
  /// What was typed or pasted so far; never shown.
  private(set) var text = ""

  /// More than this nobody pastes, in characters.
  private static let limit = 16_384

  enum Answer: Hashable, Sendable {
    case open
    case paste(Secret)
    case copy
    case leave
    /// It is over, whatever the key was.
    case close
  }

  init(key: SessionKey, begun: Instant) {
    (self.key, self.begun) = (key, begun)
  }

  mutating func handle(_ key: Key, isOver: Bool) -> Answer {
    guard !isOver else { return .close }
    switch key {
    case .escape: return .leave
    case .tab: return .copy
    case .enter where !text.isEmpty:
      defer { text = "" }
      return .paste(Secret(text))
    case .backspace: text = ""
    case .character(let character): add(String(character))
    case .pasted(let pasted): add(pasted)
    default: break
    }
    return .open
  }

  private mutating func add(_ more: String) {
    text += more.filter { !$0.isNewline }.prefix(max(0, Self.limit - text.count))
  }

  /// Whether the sign-in has come to an end since it was asked for.
  func isOver(_ session: SessionReport?, at now: Instant) -> Bool {
    guard let session else { return true }
    guard session.authorization?.step == nil else { return false }
    // The engine takes a moment to begin.
    return now - begun > .seconds(2) || session.state.isLive
  }
}
