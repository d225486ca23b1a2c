import MCPSessions

/// Puts a mapping together in linear time and knows which keys came from merges: those an explicit key may
/// replace.
struct MappingBuilder {
  var mapping = Mapping()
  private var places: [ExactText: Int] = [:]
  private var merged: Set<ExactText> = []

  /// Takes an explicit key; answers the duplicate when it stood there before. In JSON the last one counts.
  mutating func add(_ entry: Entry, lastCounts: Bool = false) -> Duplicate? {
    guard let place = places[ExactText(entry.key)] else {
      append(entry)
      return nil
    }
    if merged.remove(ExactText(entry.key)) != nil {
      mapping.entries[place] = entry
      return nil
    }
    let duplicate = Duplicate(
      key: entry.key, first: mapping.entries[place].mark, second: entry.mark)
    if lastCounts {
      mapping.entries[place] = entry
    } else {
      mapping.duplicates.append(duplicate)
    }
    return duplicate
  }

  /// Takes a key of a merged mapping; whatever is there already wins.
  mutating func merge(_ entry: Entry) {
    guard places[ExactText(entry.key)] == nil else { return }
    append(entry)
    merged.insert(ExactText(entry.key))
  }

  private mutating func append(_ entry: Entry) {
    places[ExactText(entry.key)] = mapping.entries.count
    mapping.entries.append(entry)
  }
}
