import ArgumentParser
import MCPWire
import MCPSessions

/// The manual page of the program, made from the definitions of its commands, so that neither knows an option
/// that the other lacks.
struct Manual: ProgramCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual", abstract: "Print the manual page of this program, for man(1).")

  @MainActor
  func perform() throws(CannotRun) -> Int32 {
    var text = ""
    do {
      _ = try Sessiontop.parseAsRoot(["--experimental-dump-help"])
    } catch {
      text = Sessiontop.fullMessage(for: error)
    }
    guard let tool = try? JSONValue.read(text.utf8), let command = tool["command"] else {
      throw CannotRun(description: "the commands cannot be listed", exitCode: ExitCode.internalError)
    }
    for line in ManualPage(command).lines { writeLine(line) }
    return ExitCode.done
  }
}

/// Lines of roff, in the macros of man(7).
struct ManualPage {
  private(set) var lines: [String] = []

  /// `command` as the argument parser describes itself.
  init(_ command: JSONValue) {
    let abstract = command["abstract"]?.text ?? ""
    lines = [
      #".TH SESSIONTOP 1 "" "sessiontop \#(programVersion)" "User Commands""#, ".SH NAME",
      "sessiontop \\- \(escaped(abstract))", ".SH SYNOPSIS", ".B sessiontop",
      "[\\fICOMMAND\\fR] [\\fIOPTIONS\\fR]",
      ".SH DESCRIPTION",
    ]
    paragraphs(command["discussion"]?.text)
    lines.append(".SH COMMANDS")
    for one in command["subcommands"]?.list ?? [] { add(one, path: []) }
    lines.append(".SH EXIT STATUS")
    for (code, meaning) in [
      ("0", "done, and all well"), ("1", "done, but something is not well"),
      ("2", "wrong words on the command line"),
      ("3", "the configuration cannot be used at all"), ("4", "the terminal cannot be used"),
      ("70", "an error of this program"),
    ] { lines += [".TP", ".B \(code)", escaped(meaning)] }
    lines.append(".SH FILES")
    for (path, meaning) in [
      (
        "$XDG_CONFIG_HOME/sessiontop/sessiontop.yaml",
        "settings and servers; sessiontop settings --default prints one"
      ),
      ("$XDG_STATE_HOME/sessiontop", "event log, journal of open sessions, sign-ins"),
      ("$XDG_RUNTIME_DIR/sessiontop/NAME.sock", "where a running instance is asked"),
    ] { lines += [".TP", ".I \(escaped(path))", escaped(meaning)] }
  }

  private mutating func add(_ command: JSONValue, path: [String]) {
    let name = command["commandName"]?.text ?? ""
    guard name != "help", command["shouldDisplay"] != .flag(false) else { return }
    let path = path + [name]
    lines += [".SS \"sessiontop \(path.joined(separator: " "))\"", escaped(command["abstract"]?.text ?? "")]
    paragraphs(command["discussion"]?.text)
    for argument in command["arguments"]?.list ?? [] where argument["shouldDisplay"] != .flag(false) {
      let names = (argument["names"]?.list ?? []).compactMap(spelling)
      guard names != ["\\-h", "\\-\\-help"], names.first != "\\-\\-version" else { continue }
      let value = "\\fI\(escaped(argument["valueName"]?.text ?? "value").uppercased())\\fR"
      let isFlag = argument["kind"]?.text == "flag"
      let head =
        names.isEmpty
        ? value : names.map { "\\fB\($0)\\fR" }.joined(separator: ", ") + (isFlag ? "" : " " + value)
      let fallback = argument["defaultValue"]?.text.map { " Default: \($0)." } ?? ""
      lines += [".TP", head, escaped((argument["abstract"]?.text ?? "") + fallback)]
    }
    for one in command["subcommands"]?.list ?? [] { add(one, path: path) }
  }

  private func spelling(_ name: JSONValue) -> String? {
    guard let text = name["name"]?.text else { return nil }
    return escaped((name["kind"]?.text == "long" ? "--" : "-") + text)
  }

  private mutating func paragraphs(_ text: String?) {
    for paragraph in (text ?? "").split(separator: "\n") { lines += [".PP", escaped(String(paragraph))] }
  }

  /// Nothing of it is taken for a request of roff, and hyphens stay what they are.
  private func escaped(_ text: String) -> String {
    let safe = text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("\n", with: " ")
    return safe.hasPrefix(".") || safe.hasPrefix("'") ? "\\&" + safe : safe
  }
}
