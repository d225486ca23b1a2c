/// Where a value in force comes from.
package enum ValueOrigin: Hashable, Sendable, CustomStringConvertible {
  case file(String, Mark)
  case environment(String)
  case builtIn

  /// `FILE:LINE`, `environment NAME` or `default`.
  package var description: String {
    switch self {
    case .file(let file, let mark): "\(file):\(mark.line)"
    case .environment(let name): "environment \(name)"
    case .builtIn: "default"
    }
  }
}

/// One setting in force, fit to be shown: secrets are masked.
package struct ResolvedSetting: Hashable, Sendable {
  package enum Value: Hashable, Sendable, CustomStringConvertible {
    case number(Int)
    case flag(Bool)
    case text(String)
    /// In force, but not to be shown.
    case masked
    /// Nothing is in force.
    case none

    package var description: String {
      switch self {
      case .number(let number): String(number)
      case .flag(let flag): String(flag)
      case .text(let text): text
      case .masked: "•••"
      case .none: "none"
      }
    }
  }

  /// The field as it is written in a file: `url`, `headers.Authorization`, `session.timeout`.
  package let name: String
  package let value: Value
  package let origin: ValueOrigin
  /// Names of the environment's variables that are part of the value.
  package let variables: [String]

  package init(name: String, value: Value, origin: ValueOrigin, variables: [String] = []) {
    self.name = name
    self.value = value
    self.origin = origin
    self.variables = variables
  }

  /// The origin for people: `FILE:LINE`, then the variables that stand there.
  package var source: String {
    ([origin.description] + variables.map { ValueOrigin.environment($0).description }).joined(separator: ", ")
  }
}

/// A value before it is made part of a setting.
struct Sourced<Value: Hashable & Sendable>: Hashable, Sendable {
  var value: Value
  var origin: ValueOrigin = .builtIn
}
