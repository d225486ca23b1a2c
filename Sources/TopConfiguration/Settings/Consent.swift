// Starting other people's commands is a decision: who may make it, and where.

extension SessionPolicy {
  /// Overrides `stdio:` of the file.
  static let consentVariable = "SESSIONTOP_STDIO"
  private static let words = ["manual", "all"]

  /// `stdio:` of our own file.
  mutating func readConsent(_ root: Section, _ findings: inout Findings) {
    guard let word = root.choice("stdio", Self.words, &findings) else { return }
    stdio = Sourced(value: word.value == "all", origin: .file(root.file, word.mark))
  }

  mutating func readConsent(_ environment: [String: String], _ findings: inout Findings) {
    guard let text = environment[Self.consentVariable].map(trim), !text.isEmpty else { return }
    guard Self.words.contains(text) else {
      findings.add(
        Diagnostic(
          file: environmentName, .error, path: Self.consentVariable, "must be manual or all",
          remedy: "it is ignored now; mend or unset it"))
      return
    }
    stdio = Sourced(value: text == "all", origin: .environment(Self.consentVariable))
  }
}
