import TopConfiguration
import TopTestFolders

/// Loads one text as `librechat.yaml`.
func loadText(
  _ text: String, environment: [String: String] = [:], name: String = "librechat.yaml"
) -> Loaded {
  loadBytes(Array(text.utf8), environment: environment, name: name)
}

func loadBytes(
  _ bytes: [UInt8], environment: [String: String] = [:], name: String = "librechat.yaml"
) -> Loaded {
  let folder = TemporaryFolder()
  folder.write(bytes, to: name)
  return loadConfiguration(paths: [name], environment: environment, currentDirectory: folder.path)
}

/// Diagnostics as a person reads them.
func report(_ loaded: Loaded) -> String {
  loaded.diagnostics.map(\.description).joined(separator: "\n")
}
