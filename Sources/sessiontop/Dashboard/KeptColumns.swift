import TopDisplay
import TopPlatform

/// Columns as they were left on the screen last; nothing is chosen where that cannot be read.
func leftColumns() -> ColumnChoices {
  guard let path = columnsPath, let text = smallFile(path, limit: 4_096) else { return ColumnChoices() }
  return ColumnChoices(lines: text)
}

private let columnsPath = stateFolder.map { $0 + "/columns" }

extension Dashboard {
  /// Keeps the choice of columns for the next start; where a settings file decides, says what to write there.
  mutating func keep(_ columns: ColumnChoices) {
    guard plan.keepsColumns else {
      return view.say("until the end; for good write ui.columns: \(columns.description)")
    }
    guard let columnsPath else { return view.say("there is no home to keep them in; set XDG_STATE_HOME") }
    do {
      try writeFile(columns.lines, to: columnsPath)
      view.say("columns are kept")
    } catch {
      view.say("cannot keep columns in \(columnsPath): \(error)")
    }
  }
}
