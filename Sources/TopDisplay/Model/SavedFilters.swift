/// Filters that are asked for by a name (`ui.filters`), in the order of their names.
package struct SavedFilters: Hashable, Sendable {
  /// More than this nobody chooses from.
  package static let limit = 100
  private var texts: [String: String] = [:]

  package init() {}

  /// The names, in order.
  package var names: [String] { texts.keys.sorted() }

  /// The filter of a name.
  package subscript(name: String) -> String? { texts[name] }

  /// Keeps a filter under a name of one word. Returns what is wrong, if anything; then nothing is kept.
  package mutating func save(_ text: String, as name: String) -> String? {
    guard !name.isEmpty, name.count <= 32,
      name.allSatisfy({ $0.isLetter || $0.isNumber || "-_".contains($0) })
    else { return "a name is one word of letters, digits, - and _" }
    if let objection = Filter(text).objection { return objection }
    guard texts.count < Self.limit || texts[name] != nil else {
      return "there are over \(Self.limit) filters"
    }
    texts[name] = text
    return nil
  }

  /// As a settings file has it: `{night: "state:down"}`.
  package var description: String {
    let words = names.map { name in
      let text = (texts[name] ?? "").replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      return "\(name): \"\(text)\""
    }
    return "{\(words.joined(separator: ", "))}"
  }
}
