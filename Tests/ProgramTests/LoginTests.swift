import Testing

/// `login` says what came of it, not what it hoped for.
@Suite(.serialized) struct `A login` {
  @Test func `that the server does not take is none`() throws {
    let place = try RudePlace()
    place.rude.shut()
    let login = try place.start(["login", "ledger", "--config", place.configuration])
    #expect(try login.end(within: .seconds(30)) == 1, "\(login.output)")
    #expect(login.output.contains("refuses the token that it was just given"), "\(login.output)")
    #expect(!login.output.contains("signed in"))
  }

  @Test(arguments: ["/proc/nope", "/etc/hostname"]) func `that cannot be kept is none`(folder: String) throws
  {
    let place = try RudePlace()
    let login = try place.start(["login", "ledger", "--config", place.configuration], stateFolder: folder)
    #expect(try login.end(within: .seconds(30)) == 1, "\(login.output)")
    #expect(login.output.contains("the sign-in cannot be kept"), "\(login.output)")
    #expect(!login.output.contains("signed in"))
  }
}
