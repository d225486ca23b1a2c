/// The first of the visible rows: as before, unless the selected one would not be seen.
func firstVisible(of count: Int, selected: Int, top: Int, height: Int) -> Int {
  guard height > 0 else { return selected }
  let held = min(max(top, selected - height + 1), selected)
  return max(0, min(held, count - height))
}
