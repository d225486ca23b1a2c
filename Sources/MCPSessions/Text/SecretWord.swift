/// What all readers of commands know of a word beside a secret.
enum SecretWord {
  private static let switches: Set = ["true", "false", "yes", "no", "on", "off", "none", "null"]
  private static let credentialOptions: Set = ["-u", "-U", "--user", "--userpwd", "--proxy-user"]

  /// Behind the name of a secret, it is none: empty, a switch, or `$NAME`, which a shell fills in.
  static func saysNothing(_ value: some StringProtocol) -> Bool {
    value.isEmpty || isReference(value) || switches.contains(value.lowercased())
  }

  /// Stands between the name of a header and its value.
  static func isScheme(_ word: some StringProtocol) -> Bool {
    ["bearer", "basic"].contains(word.lowercased())
  }

  /// An option that is followed by `user:password`.
  static func takesCredentials(_ option: some StringProtocol) -> Bool {
    credentialOptions.contains(String(option))
  }

  /// `$NAME` or `${NAME}`.
  private static func isReference(_ value: some StringProtocol) -> Bool {
    guard value.hasPrefix("$") else { return false }
    let name = value.dropFirst().trimming { "{}".contains($0) }
    return !name.isEmpty && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
  }
}
