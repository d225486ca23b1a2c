package import TopDisplay
import Glibc

/// Why a theme cannot be used, with the place and what to do.
package struct ThemeError: Error, CustomStringConvertible, Sendable {
  package let description: String
}

/// The looks that the program brings along, and those of the user.
package enum Themes {
  /// Built-in themes, each one file of the `themes` folder, in the order in which they are offered.
  package static let names = [
    "default", "dark", "light", "high-contrast", "deuteranopia", "mono",
  ]

  /// As `named`, for callers that want one sentence: throws what is wrong first.
  package static func load(
    _ name: String, environment: [String: String], currentDirectory: String = ""
  ) throws(ThemeError) -> Theme {
    let (theme, diagnostics) = named(name, environment: environment, currentDirectory: currentDirectory)
    guard let theme else {
      throw ThemeError(
        description: (diagnostics.first { $0.severity == .error })?.description ?? "no such theme")
    }
    return theme
  }

  /// The theme that a setting means: a built-in name, a name in the user's theme folder (which wins over a
  /// built-in one), or a path when it holds a slash. Absent when it cannot be used; the diagnostics say
  /// why.
  package static func named(
    _ name: String, environment: [String: String] = [:], currentDirectory: String = ""
  ) -> (theme: Theme?, diagnostics: [Diagnostic]) {
    var findings = Findings()
    let finder = ThemeFinder(environment: environment, currentDirectory: currentDirectory)
    let source = finder.source(name, inheritors: [], &findings)
    let theme = source.map {
      Theme(
        name: $0.name, appearances: $0.appearances, glyphs: $0.glyphs ?? .automatic,
        background: $0.background ?? .any)
    }
    return (findings.firstError == nil ? theme : nil, findings.sorted(files: []))
  }

  /// The folder of the user's own themes; absent when there is no home.
  package static func folder(_ environment: [String: String]) -> String? {
    configurationHome(environment).map { "\($0)/themes" }
  }

  /// The names of the user's own themes, sorted; at most 200.
  package static func userNames(_ environment: [String: String]) -> [String] {
    guard let folder = folder(environment), let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while names.count < 200, let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(".yaml"), name.count > 5 { names.append(String(name.dropLast(5))) }
    }
    return names.sorted()
  }

  static func builtIn(_ name: String) -> [UInt8]? {
    switch name {
    case "default": PackageResources.default_yaml
    case "dark": PackageResources.dark_yaml
    case "light": PackageResources.light_yaml
    case "mono": PackageResources.mono_yaml
    case "high-contrast": PackageResources.high_contrast_yaml
    case "deuteranopia": PackageResources.deuteranopia_yaml
    default: nil
    }
  }
}

/// Looks for themes and follows `based_on`.
struct ThemeFinder {
  let environment: [String: String]
  let currentDirectory: String

  /// `inheritors` are the themes that are based on this one, so that a circle is found.
  func source(_ name: String, inheritors: [String], _ findings: inout Findings) -> ThemeSource? {
    guard let (file, bytes) = bytes(name, &findings) else { return nil }
    return readTheme(bytes, file: file) { base, findings in
      let chain = inheritors + [name]
      guard !chain.contains(base), chain.count < 8 else { return .circular }
      return source(base, inheritors: chain, &findings).map(ThemeBase.found) ?? .unusable
    } findings: {
      findings.add($0)
    }
  }

  private func bytes(_ name: String, _ findings: inout Findings) -> (file: String, bytes: [UInt8])? {
    let isPath = name.contains("/")
    let folder = configurationHome(environment).map { "\($0)/themes" }
    let path = isPath ? name : folder.map { "\($0)/\(name).yaml" }
    if let path {
      do throws(FileProblem) {
        return (path, try readFile(resolved(path, in: currentDirectory), limit: 1_048_576).bytes)
      } catch {
        guard !isPath, error.isMissing else {
          findings.add(Diagnostic(file: path, .error, error.problem, remedy: error.remedy))
          return nil
        }
      }
    }
    if let bytes = Themes.builtIn(name) { return ("\(name).yaml", bytes) }
    let meant = suggestion(for: name, among: Themes.names).map { "did you mean \($0)?" }
    let place = folder.map { " or a file NAME.yaml in \($0)" } ?? ""
    findings.add(
      Diagnostic(
        file: "theme", .error, path: shownName(name), "there is no such theme",
        remedy: meant ?? "use \(alternatives(Themes.names))\(place)"))
    return nil
  }
}
