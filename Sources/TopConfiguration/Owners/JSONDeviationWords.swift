extension JSONDeviation {
  /// What is said of it in a file of `owner`; absent where it is fine.
  func words(for owner: Owner, inJSONC isLoose: Bool) -> (
    Diagnostic.Severity, problem: String, remedy: String
  )? {
    let others = count > 1 ? ", and \(count - 1) more" : ""
    let client = owner.kind == .other ? "most clients do" : "\(owner.name) does"
    switch kind {
    case .comment:
      guard !owner.takesComments, !isLoose else { return nil }
      return (.notice, "a comment, which JSON has not\(others); \(client) not take it", "remove it")
    case .trailingComma:
      guard !owner.takesComments, !isLoose else { return nil }
      return (.notice, "a comma behind the last value\(others); \(client) not take it", "remove it")
    case .hashComment:
      return (.warning, "# is no comment in JSON, no client reads this file", "remove the line")
    case .bareName:
      return (
        .warning, "a name without quotes\(others), no client reads this file", "put it in double quotes"
      )
    case .singleQuote:
      return (.warning, "single quotes\(others), no client reads this file", "write double quotes")
    case .pythonWord(let word):
      let meant = word == "None" ? "null" : word.lowercased()
      return (.warning, "\(word) is no word of JSON\(others), no client reads this file", "write \(meant)")
    case .fence:
      return (
        .error, "the backticks of Markdown stand around the text, no client reads this file",
        "remove these lines"
      )
    case .conflict:
      return (
        .error, "git left the marks of two versions here\(others), no client reads this file",
        "keep one of the versions and remove the marks"
      )
    case .halfCharacter:
      return (
        .warning, "half of a character\(others), which is read as one that cannot be shown",
        "write the character itself, or both of its halves"
      )
    case .typographicQuote:
      return (.error, "a typographic quote\(others), no client reads this file", "write plain double quotes")
    }
  }
}
