package import MCPSessions

/// What becomes of a configuration that was read again.
package enum Reload: Hashable, Sendable {
  /// These servers from now on; the note is worth telling.
  case apply([Server], note: String?)
  /// Nothing changes, for this reason.
  case refuse(String)
}

extension Loaded {
  /// Decides whether `new` takes the place of what is in force: all of it, or nothing.
  ///
  /// An error that was there before, and was lived with, holds nobody up; a new one is a slip, and half of an
  /// edit must not end sessions.
  package func reload(as new: Loaded) -> Reload {
    struct Known: Hashable {
      let file: String
      let path: String
      let problem: String
    }
    func known(_ diagnostic: Diagnostic) -> Known {
      Known(file: diagnostic.file, path: diagnostic.path, problem: diagnostic.problem)
    }
    // What another program refuses is no reason not to watch it.
    func errors(_ loaded: Loaded) -> [Diagnostic] {
      loaded.diagnostics.filter { $0.severity == .error && !$0.isOfOwnerOnly }
    }
    let livedWith = Set(errors(self).map(known))
    var reasons = errors(new).filter { !livedWith.contains(known($0)) }
    if reasons.isEmpty, !new.isUsable { reasons = errors(new) }
    if let first = reasons.first {
      let others = reasons.count - 1
      return .refuse(
        first.description
          + (others > 0
            ? " (and \(others) more, `sessiontop check` lists \(others == 1 ? "it" : "them"))" : ""))
    }
    guard new.isUsable else { return .refuse("no server of it can be used") }
    return .apply(new.servers, note: note(on: new))
  }

  private func note(on new: Loaded) -> String? {
    let warnings = new.diagnostics.count { $0.severity == .warning || $0.isOfOwnerOnly }
    let sections = [
      ("ui", settings.ui != new.settings.ui), ("log", settings.log != new.settings.log),
      ("metrics", settings.metrics != new.settings.metrics), ("serve", settings.serve != new.settings.serve),
      ("limits", settings.limits != new.settings.limits),
    ].filter(\.1).map(\.0)
    let parts = [
      warnings > 0 ? "\(warnings) warning\(warnings == 1 ? "" : "s"), see `sessiontop check`" : nil,
      sections.isEmpty ? nil : "\(sections.joined(separator: ", ")): at the next start",
    ].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }
}
