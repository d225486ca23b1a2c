import MCPSessions

// Signing in from the dashboard.

extension ViewState {
  /// On a row that wants a sign-in begins one; false where there is none to begin.
  mutating func beginSignIn(_ model: ViewModel, live: Store) -> [Effect]? {
    guard model.context.isActing else { return nil }
    let keys = selectedKeys(model)
    guard let key = keys.first(where: { live.sessions[$0]?.state == .unauthorized }) else { return nil }
    overlay = .signIn(SignInDialog(key: key, begun: model.present.instant))
    return [.command(.signIn(.begin(.browser), on: key, by: model.context.operator))]
  }

  mutating func handleSignIn(_ dialog: SignInDialog, _ key: Key, _ model: ViewModel, live: Store) -> [Effect]
  {
    var dialog = dialog
    let session = live.sessions[dialog.key]
    let answer = dialog.handle(key, isOver: dialog.isOver(session, at: model.present.instant))
    overlay = .signIn(dialog)
    switch answer {
    case .open: return []
    case .paste(let text):
      return [.command(.signIn(.paste(text), on: dialog.key, by: model.context.operator))]
    case .copy: return session?.authorization?.prompt.map { [.copy($0.address.text)] } ?? []
    case .leave:
      overlay = .none
      return [.command(.signIn(.leave, on: dialog.key, by: model.context.operator))]
    case .close:
      overlay = .none
      return []
    }
  }
}
