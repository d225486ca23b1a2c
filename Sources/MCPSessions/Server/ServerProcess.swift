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

extension Origin {
  /// Where all processes come through.
  static let processes = Origin(scheme: "process", host: "localhost", port: 0)
}
