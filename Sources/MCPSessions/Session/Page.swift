import MCPWire

/// A web page that stands where an answer of MCP is due: its type, its title, its first words. What is made
/// for browsers (style, script) is no word of it.
struct Page: Hashable, Sendable {
  let type: String
  let title: String
  let text: String
  /// The words of what is to be filled in; absent where nothing is.
  let form: String?
  /// There was more of it than could be read.
  private let wasCut: Bool

  /// Absent when the body is no page.
  init?(_ beginning: CutText, contentType: String) {
    let excerpt = beginning.text
    let type = contentType.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
    let start = excerpt.drop { $0.isWhitespace }.prefix(15).lowercased()
    guard
      type == "text/html" || type == "application/xhtml+xml" || start.hasPrefix("<!doctype html")
        || start.hasPrefix("<html")
    else { return nil }
    wasCut = beginning.wasCut
    self.type = type.isEmpty ? "no content type" : type
    title = Page.text(ofElement: "title", in: excerpt) ?? Page.text(ofElement: "h1", in: excerpt) ?? ""
    text = Page.words(of: excerpt, besideTitle: true)
    form = excerpt.range(ofTag: "form").map { opening in
      let rest = excerpt[opening.upperBound...]
      return Page.words(of: String(rest[..<(rest.firstRange(of: "</form")?.lowerBound ?? rest.endIndex)]))
    }
  }

  /// The page in words: `a web page (text/html) titled "Night Kitchen"`.
  func words(_ gate: Gate) -> Sentence {
    let kind = gate.text(whole: type, limit: 60)
    if !title.isEmpty { return "a web page (\(kind)) titled \"\(gate.text(telling(title), limit: 100))\"" }
    return text.isEmpty
      ? "a web page (\(kind))" : "a web page (\(kind)): \(gate.text(telling(text), limit: 120))"
  }

  /// A part of it, which may end where it was cut.
  func telling(_ part: String) -> CutText { CutText(part, wasCut: wasCut) }

  private static func text(ofElement name: String, in page: String) -> String? {
    guard let opening = page.range(ofTag: name), let end = page[opening.upperBound...].firstIndex(of: "<")
    else { return nil }
    let text = collapsed(unescaped(String(page[opening.upperBound..<end])))
    return text.isEmpty ? nil : text
  }

  /// What a person reads: outside of tags, of style and of script, and of comments.
  static func words(of page: String, besideTitle: Bool = false) -> String {
    let unread = ["style", "script", "noscript", "svg"] + (besideTitle ? ["title"] : [])
    var rest = page[...]
    var words = ""
    while let open = rest.firstIndex(of: "<") {
      words += rest[..<open] + " "
      rest = rest[open...]
      let isComment = rest.hasPrefix("<!--")
      let hidden = isComment ? nil : unread.first { rest.isTag($0) }
      if isComment {
        rest = rest.firstRange(of: "-->").map { rest[$0.upperBound...] } ?? ""
      } else if let hidden {
        // One that is cut off goes on to the end.
        guard let end = rest.firstRange(of: "</\(hidden)") else { rest = ""; break }
        rest = rest[end.upperBound...].drop { $0 != ">" }.dropFirst()
      } else {
        rest = rest.drop { $0 != ">" }.dropFirst()
      }
    }
    return collapsed(unescaped(words + rest))
  }

  private static func collapsed(_ text: String) -> String {
    text.split { $0.isWhitespace }.joined(separator: " ")
  }

  private static func unescaped(_ text: String) -> String {
    guard text.contains("&") else { return text }
    let entities = [
      ("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
    ]
    return entities.reduce(text) { $0.replacing($1.0, with: $1.1) }
  }
}

extension Substring {
  /// Whether it begins with the tag `<name`.
  fileprivate func isTag(_ name: String) -> Bool {
    let start = dropFirst().prefix(name.count)
    guard start.lowercased() == name else { return false }
    return dropFirst(name.count + 1).first.map { !$0.isLetter } ?? true
  }
}

extension String {
  /// The opening tag of an element.
  fileprivate func range(ofTag name: String) -> Range<Index>? {
    var rest = self[...]
    while let open = rest.firstIndex(of: "<") {
      rest = rest[open...]
      if rest.isTag(name) {
        // One that does not end is the last, or each of many would be looked through to the end.
        return rest.firstIndex(of: ">").map { open..<index(after: $0) }
      }
      rest = rest.dropFirst()
    }
    return nil
  }
}
