/// The row that the operator stands on, by identity: when rows reorder, the selection stays on the same
/// thing.
struct Selection<ID: Hashable & Sendable>: Hashable, Sendable {
  private(set) var id: ID?
  /// Where it stood last, for the case that it is gone.
  private(set) var lastIndex = 0
  /// The first row that was visible.
  private(set) var top = 0

  /// Where the selection stands among rows; nil when there are none.
  func index(in ids: [ID]) -> Int? {
    guard !ids.isEmpty else { return nil }
    return id.flatMap { ids.firstIndex(of: $0) } ?? min(lastIndex, ids.count - 1)
  }

  /// Moves by rows, held at the ends; `height` is how many rows are visible.
  mutating func move(_ rows: Int, in ids: [ID], height: Int) {
    guard let index = index(in: ids) else { return }
    select(min(max(0, index + rows), ids.count - 1), in: ids, height: height)
  }

  mutating func select(_ index: Int, in ids: [ID], height: Int) {
    top = firstVisible(of: ids.count, selected: index, top: top, height: height)
    id = ids[index]
    lastIndex = index
  }

  /// Lets go of what was chosen.
  mutating func clear() {
    self = Selection()
  }
}
