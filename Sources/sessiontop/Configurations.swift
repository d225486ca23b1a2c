import TopConfiguration
import Glibc
import TopPlatform
import MCPSessions

// Which configurations a command works with, and what is said of them.

/// Which configurations are meant, decided once at the start.
struct ConfigurationPlaces {
  let paths: [String]
  /// Whether servers of different files may have the same name.
  let namesByFile: Bool
  /// With what the command line says above it.
  var environment = sessiontop.environment
  /// Only the servers of this part; absent means all.
  var shard: Shard?

  func read() -> Loaded {
    var loaded = loadConfiguration(
      paths: paths, environment: environment, currentDirectory: currentDirectory, namesByFile: namesByFile)
    if let shard { loaded.servers.removeAll { !shard.has($0.name) } }
    return loaded
  }

  /// The same for a program that runs for weeks. Where each value of each server comes from is asked for by
  /// `check --show` alone, and takes more memory than all else that is known of a server.
  func readToRun() -> Loaded {
    var loaded = read()
    loaded.effective = [:]
    return loaded
  }
}

extension Source {
  /// Those of the command line, and with `--found` those of this user.
  var places: ConfigurationPlaces {
    ConfigurationPlaces(
      paths: config + (found ? foundFiles().map(\.path) : []), namesByFile: found,
      environment: stdio ? environment.merging(["SESSIONTOP_STDIO": "all"]) { $1 } : environment)
  }
}

/// Reads the configuration and says what is wrong with it; absent when there is nothing to work with.
func load(_ places: ConfigurationPlaces) -> Loaded? {
  let loaded = places.readToRun()
  for diagnostic in loaded.diagnostics where diagnostic.severity != .notice {
    _ = writeAll(diagnostic.description + "\n", to: 2)
  }
  if loaded.watched.isEmpty {
    // Nothing was asked for, and nothing of ours is there.
    let found = foundFiles()
    for file in found.prefix(20) { complain("found \(words(for: file))") }
    if found.count > 20 { complain("found \(found.count - 20) more, see `sessiontop files`") }
    if !found.isEmpty { complain("open them with `sessiontop --found`, or one with --config FILE") }
  }
  return loaded.isUsable ? loaded : nil
}

/// The same for files that are named, and no others.
func load(_ paths: [String]) -> Loaded? { load(ConfigurationPlaces(paths: paths, namesByFile: false)) }
