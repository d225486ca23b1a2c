/// What is started to have a server that is a process and speaks over its pipes.
package struct ServerProcess: Hashable, Sendable {
  /// A path, or a name to be found in the `PATH` of `environment`.
  package let program: String
  package let arguments: [Secret]
  /// All variables that it is started with, not only those of its entry.
  package let environment: [String: Secret]
  /// The names of the variables that its entry sets, in the order of the file.
  package let variables: [String]
  /// Where it starts; absent means where this program was started.
  package let folder: String?

  package init(
    program: String, arguments: [Secret] = [], environment: [String: Secret] = [:], variables: [String] = [],
    folder: String? = nil
  ) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.variables = variables
    self.folder = folder
  }
}

extension ServerProcess {
  /// Values that must not be shown: of variables and options whose names say so, what follows the name of a
  /// header, and long words that no person would think of.
  ///
  /// Ordinary values such as `production` are none: a text without them says nothing any more.
  package var secrets: [String] {
    let values = variables.compactMap { name in environment[name].map { (name, $0.revealed) } }
    var found = values.filter { Self.isSecretName($0.0) || Self.looksRandom($0.1[...]) }.map(\.1)
    var isDue = false
    for argument in arguments.map(\.revealed) {
      let parts = Self.parts(of: argument)
      if isDue || Self.looksRandom(argument[...]) { found.append(argument) }
      if let value = parts.value, Self.isSecretName(parts.name) || Self.looksRandom(value) {
        found.append(String(value).trimmingBlanks)
      }
      isDue = parts.value == nil && argument.hasPrefix("-") && Self.isSecretName(parts.name)
    }
    return found.filter { !$0.isEmpty }
  }

  /// `--name=value`, `NAME=value` or `Name: value`.
  private static func parts(of argument: String) -> (name: String, value: Substring?) {
    guard let end = argument.firstIndex(where: { $0 == "=" || $0 == ":" }) else { return (argument, nil) }
    return (String(argument[..<end]), argument[argument.index(after: end)...])
  }

  private static func isSecretName(_ name: String) -> Bool {
    let words = ["token", "key", "secret", "pass", "auth", "credential", "cookie", "session", "pat"]
    let name = name.lowercased()
    return words.contains { word in
      // `pat` alone: a path is no secret.
      word == "pat" ? name.split { "_-".contains($0) }.contains("pat") : name.contains(word)
    }
  }

  /// Twenty characters of a key with letters of both sizes and digits, and nothing of a path.
  private static func looksRandom(_ value: Substring) -> Bool {
    value.utf8.count >= 20 && value.allSatisfy { $0.isLetter || $0.isNumber || "_-+=".contains($0) }
      && value.contains(where: \.isUppercase) && value.contains(where: \.isLowercase)
      && value.contains(where: \.isNumber)
  }
}

extension String {
  fileprivate var trimmingBlanks: String { String(drop { $0 == " " }) }
}

extension Origin {
  /// Where all processes come through.
  static let processes = Origin(scheme: "process", host: "localhost", port: 0)
}
