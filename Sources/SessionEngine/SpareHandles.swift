/// Easy handles that wait to be used again; they keep nothing of their last transfer.
///
/// A handle is here or belongs to the one `Transfer` that took it, never both.
final class SpareHandles {
  private var waiting: [EasyHandle] = []
  private let limit: Int

  /// Keeps up to `limit` handles.
  init(limit: Int) {
    self.limit = limit
  }

  /// A handle without a past; absent when the process lacks memory.
  func take() -> EasyHandle? {
    waiting.popLast() ?? EasyHandle()
  }

  /// Takes back a handle that is not started.
  func giveBack(_ easy: EasyHandle) {
    guard waiting.count < limit else { return }
    easy.reset()
    waiting.append(easy)
  }
}
