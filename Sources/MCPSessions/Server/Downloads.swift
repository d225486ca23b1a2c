extension ServerProcess {
  /// What a command may fetch from the net and run: the name of the package or image, and who fetches it.
  /// Absent for a command that only runs what is there, as far as its words tell.
  package var download: (runner: String, what: String)? {
    let name = program.split(separator: "/").last.map(String.init) ?? program
    let words = arguments.map(\.revealed)
    guard let runner = Self.runners.first(where: { $0.name == name && words.starts(with: $0.verbs) }) else {
      return nil
    }
    // A launcher that names no package, or an empty one, fetches nothing that could be told.
    let what = runner.package(in: words.dropFirst(runner.verbs.count)) ?? ""
    if what.isEmpty { return nil }
    return (runner.title, what)
  }

  private struct Runner {
    let name: String
    var verbs: [String] = []
    /// Options whose value is the next word.
    var valued: Set<String> = []

    var title: String { ([name] + verbs).joined(separator: " ") }

    func package(in words: ArraySlice<String>) -> String? {
      let rest = Array(words)
      // The value of an option may be taken for the package where the option is not known.
      var place = 0
      while place < rest.count {
        let word = rest[place]
        if ["--package", "-p", "--from", "--spec"].contains(word), place + 1 < rest.count {
          return rest[place + 1]
        }
        for option in ["--package=", "--from=", "--spec="] where word.hasPrefix(option) {
          return String(word.dropFirst(option.count))
        }
        if !word.hasPrefix("-") { return word }
        place += valued.contains(word) ? 2 : 1
      }
      return nil
    }
  }

  private static let runners: [Runner] = {
    let containers: Set<String> = [
      "-e", "--env", "-v", "--volume", "--mount", "-p", "--publish", "--name", "--network", "--env-file",
      "-w", "--workdir", "-u", "--user", "--entrypoint", "--add-host", "-l", "--label", "--platform",
      "--pull",
      "-m", "--memory", "--cpus",
    ]
    let python: Set<String> = ["--python", "-p", "--index-url", "--with", "--directory", "--project", "-i"]
    return [
      Runner(name: "npx"), Runner(name: "bunx"), Runner(name: "pnpx"),
      Runner(name: "npm", verbs: ["exec"]), Runner(name: "npm", verbs: ["x"]),
      Runner(name: "pnpm", verbs: ["dlx"]), Runner(name: "yarn", verbs: ["dlx"]),
      Runner(name: "bun", verbs: ["x"]),
      Runner(name: "uvx", valued: python), Runner(name: "uv", verbs: ["tool", "run"], valued: python),
      Runner(name: "uv", verbs: ["run"], valued: python), Runner(name: "pipx", verbs: ["run"]),
      Runner(name: "docker", verbs: ["run"], valued: containers),
      Runner(name: "podman", verbs: ["run"], valued: containers),
      Runner(name: "deno", verbs: ["run"]), Runner(name: "go", verbs: ["run"]),
    ]
  }()
}
