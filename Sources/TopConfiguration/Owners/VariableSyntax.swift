/// The ways in which a program takes values out of the environment into its file.
struct VariableSyntax: OptionSet, Hashable, Sendable {
  let rawValue: Int

  /// `${NAME}`.
  static let braces = VariableSyntax(rawValue: 1 << 0)
  /// `${NAME:-default}`.
  static let defaults = VariableSyntax(rawValue: 1 << 1)
  /// `$NAME`.
  static let dollarName = VariableSyntax(rawValue: 1 << 2)
  /// `${env:NAME}`.
  static let environmentPrefix = VariableSyntax(rawValue: 1 << 3)
  /// `${input:ID}`, asked of the person in front of the editor.
  static let input = VariableSyntax(rawValue: 1 << 4)
  /// `${workspaceFolder}` and its kin, which only an editor knows.
  static let editor = VariableSyntax(rawValue: 1 << 5)
  /// `{env:NAME}` and `{file:PATH}`.
  static let openCode = VariableSyntax(rawValue: 1 << 6)
  /// `os.environ/NAME` as a whole value.
  static let osEnviron = VariableSyntax(rawValue: 1 << 7)
  /// `${{ secrets.NAME }}`.
  static let secrets = VariableSyntax(rawValue: 1 << 8)
  /// `$(COMMAND)`, which starts a program.
  static let command = VariableSyntax(rawValue: 1 << 9)
  /// LibreChat's quirks: no defaults, some names never, a text from `${` to `}` is one name.
  static let quirks = VariableSyntax(rawValue: 1 << 10)

  static let libreChat: VariableSyntax = [.braces, .quirks]
  /// What a file of nobody in particular may hold.
  static let everybodys: VariableSyntax = [
    .braces, .defaults, .environmentPrefix, .input, .editor, .openCode, .secrets,
  ]
}

/// Names that editors and plugin hosts fill in, and that no environment of ours has.
private let editorNames: Set<String> = [
  "workspaceFolder", "workspaceFolderBasename", "workspaceRoot", "userHome", "pathSeparator", "/", "cwd",
  "file", "fileWorkspaceFolder", "fileWorkspaceFolderBasename", "relativeFile", "relativeFileDirname",
  "fileBasename", "fileBasenameNoExtension", "fileExtname", "fileDirname", "fileDirnameBasename",
  "lineNumber", "columnNumber", "selectedText", "execPath", "defaultBuildTask", "extensionPath",
  "extensionInstallFolder", "CLAUDE_PLUGIN_ROOT", "CLAUDE_PLUGIN_DATA", "CLAUDE_PROJECT_DIR",
  "CURSOR_PLUGIN_ROOT", "CODEX_PLUGIN_ROOT", "COPILOT_PLUGIN_ROOT", "PLUGIN_ROOT", "PLUGIN_DIR",
  "__dirname", "DOCUMENTS", "DOWNLOADS", "DESKTOP",
]

private let editorPrefixes = ["workspaceFolder:", "config:", "command:", "user_config."]

/// Whether an editor or a plugin host fills this in: its own names, and those with its own prefixes.
func isEditorVariable(_ inner: Substring) -> Bool {
  editorNames.contains(String(inner)) || editorPrefixes.contains { inner.hasPrefix($0) }
}
