import ArgumentParser
import MCPSessions
import TopConfiguration
import TopReports

// What a shell offers behind a command. It is asked of this program at the key: it offers what is so then.

extension CompletionKind {
  /// Files that may be configurations.
  static var configuration: CompletionKind { .file(extensions: ["yaml", "yml", "json", "toml"]) }

  /// Names of the servers of the configuration that the words before name, or that would be taken without.
  static var configuredServers: CompletionKind {
    .custom { words, _, _ in
      offered(readServers(configurationFiles(in: words), namesByFile: words.contains("--found")))
    }
  }

  /// Names of the servers that running instances watch.
  static var watchedServers: CompletionKind {
    .custom { words, _, _ in
      let wanted = value(behind: ["--instance"], in: words).last
      let files = Instances.look().living.filter { wanted == nil || $0.report.name == wanted }
        .flatMap(\.report.files)
      return offered(files.isEmpty ? [] : readServers(files, namesByFile: false))
    }
  }

  /// Names of running instances.
  static var instances: CompletionKind {
    .custom { _, _, _ in offered(Instances.look().living.map(\.report.name)) }
  }

  /// Themes that are built in, and those of this person.
  static var themes: CompletionKind {
    .custom { _, _, _ in offered(Themes.names + Themes.userNames(environment)) }
  }

  /// The states of sessions.
  static var states: CompletionKind { .list(FailingStates.allWords) }
}

private func readServers(_ files: [String], namesByFile: Bool) -> [String] {
  let found = namesByFile ? foundFiles().map(\.path) : []
  return ConfigurationPlaces(paths: files + found, namesByFile: namesByFile).read().servers.map(\.name)
}

/// The files of `--config FILE`, however it is written.
private func configurationFiles(in words: [String]) -> [String] {
  value(behind: ["--config", "-c"], in: words)
}

private func value(behind options: [String], in words: [String]) -> [String] {
  var values: [String] = []
  for (place, word) in words.enumerated() {
    if options.contains(word), words.indices.contains(place + 1) {
      values.append(words[place + 1])
    } else if let option = options.first(where: { word.hasPrefix($0 + "=") }) {
      values.append(String(word.dropFirst(option.count + 1)))
    }
  }
  return values.map { $0.filter { !"\"'".contains($0) } }
}

/// Without what a shell cannot be trusted with, each once.
private func offered(_ names: [String]) -> [String] {
  var seen: Set<ExactText> = []
  return names.filter {
    !$0.unicodeScalars.contains(where: PrintableText.isUnfit) && seen.insert(ExactText($0)).inserted
  }
}
