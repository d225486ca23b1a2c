import ArgumentParser
import Glibc
import TopPlatform
import TopReports
import SessionEngine
import MCPSessions

/// `tokens`: what is kept.
struct Tokens: ProgramCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what sign-ins are kept: for whom, for what, until when. Never the tokens.")

  @Flag(help: "Print them as one JSON object.")
  var json = false

  func perform() -> Int32 {
    let grants = stateFolder.map { CredentialStore(stateFolder: $0).grants() } ?? []
    writeLine(json ? tokenList(grants) : tokenTable(grants, at: Moment.now.wall, width: outputWidth()))
    return ExitCode.done
  }
}
