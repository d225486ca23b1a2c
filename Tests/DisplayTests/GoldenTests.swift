import Glibc
import MCPSessions
import Testing

@testable import TopDisplay

/// Whole screens as text, in the folder Golden. After a change that is meant, `UPDATE_GOLDEN=1 swift test
/// --filter GoldenTests` writes them anew, and the difference is what a reviewer reads.
@Suite struct `Golden frames` {
  struct Screen: Sendable, CustomTestStringConvertible {
    let name: String
    let columns: Int
    let rows: Int
    var store = troubledMorning
    /// What has become of it when the keys were pressed.
    var afterwards: Store?
    var keys: [Key] = []
    var ascii = false
    var readOnly = false
    /// With the roles marked.
    var isStyled = false
    /// Seconds that pass between the keys and the drawing.
    var later = 0.0
    var replay: ReplayStatus?
    var testDescription: String { name }
  }

  static let screens: [Screen] =
    [
      Screen(name: "80x24", columns: 80, rows: 24),
      Screen(name: "80x24-ascii", columns: 80, rows: 24, ascii: true),
      Screen(name: "80x24-styled", columns: 80, rows: 24, isStyled: true),
      Screen(name: "80x24-sessions", columns: 80, rows: 24, keys: ["2"]),
      Screen(name: "80x24-events", columns: 80, rows: 24, keys: ["3"]),
      Screen(name: "80x24-errors", columns: 80, rows: 24, keys: ["4"]),
      Screen(name: "80x24-detail", columns: 80, rows: 24, keys: ["2", .enter]),
      Screen(name: "80x24-filter", columns: 80, rows: 24, keys: ["/"] + typed("state:recovering|failed")),
      Screen(name: "80x24-read-only", columns: 80, rows: 24, readOnly: true),
      Screen(name: "80x24-nothing", columns: 80, rows: 24, store: store([], [])),
      Screen(name: "40x12", columns: 40, rows: 12),
      Screen(name: "20x5", columns: 20, rows: 5),
      Screen(name: "120x40", columns: 120, rows: 40),
      Screen(name: "120x40-styled", columns: 120, rows: 40, isStyled: true),
      Screen(name: "120x40-detail", columns: 120, rows: 40, keys: ["j", "j", .enter]),
      Screen(name: "120x40-help", columns: 120, rows: 40, keys: ["?"]),
      Screen(name: "120x40-frozen", columns: 120, rows: 40, keys: ["p"], later: 75),
      Screen(name: "120x40-wide-names", columns: 120, rows: 40, store: foreignNames),
      Screen(name: "200x60", columns: 200, rows: 60),
      Screen(name: "120x40-processes", columns: 120, rows: 40, store: Situations.processes),
      Screen(
        name: "120x40-process-detail", columns: 120, rows: 40, store: Situations.processes, keys: [.enter]),
      Screen(
        name: "120x40-process-cost", columns: 120, rows: 40, store: Situations.processes,
        keys: ["/"] + typed("server:=git") + [.enter, .enter]),
      Screen(
        name: "dialog-start-process", columns: 100, rows: 30, store: Situations.processes,
        keys: [":"] + typed("reconnect fetch") + [.enter]),
      Screen(name: "dialog-reconnect-one", columns: 80, rows: 24, keys: ["2", "r"]),
      Screen(name: "dialog-terminate-server", columns: 80, rows: 24, keys: ["j", "K"] + typed("1")),
      Screen(name: "dialog-40x12", columns: 40, rows: 12, keys: ["j", "K"]),
      Screen(
        name: "dialog-terminate-marked", columns: 80, rows: 24,
        keys: ["/"] + typed("ledger") + [.enter, "*", "K"]),
      Screen(
        name: "dialog-terminate-405", columns: 80, rows: 24, store: Situations.stubborn,
        keys: [":"] + typed("terminate ledger") + [.enter]),
      Screen(name: "dialog-pause-one", columns: 80, rows: 24, keys: ["2", "z"]),
      Screen(name: "80x24-sort-menu", columns: 80, rows: 24, keys: ["s", "j"]),
      Screen(name: "80x24-by-errors", columns: 80, rows: 24, keys: ["2", "s", "e"]),
      Screen(
        name: "80x24-command-line", columns: 80, rows: 24, keys: [":"] + typed("terminate state:un") + [.tab]),
      Screen(name: "80x24-acknowledged", columns: 80, rows: 24, keys: ["a", "a", "a"]),
      Screen(name: "80x24-operator-actions", columns: 80, rows: 24, keys: ["L"]),
      Screen(
        name: "80x24-replay", columns: 80, rows: 24,
        replay: ReplayStatus(isPlaying: false, speed: 10, place: 17, count: 230)),
      Screen(name: "80x24-help", columns: 80, rows: 24, keys: ["?", .pageDown]),
      Screen(name: "situation-all-well", columns: 80, rows: 24, store: Situations.allWell),
      Screen(name: "situation-server-down", columns: 80, rows: 24, store: Situations.serverDown),
      Screen(
        name: "situation-token-expired", columns: 80, rows: 24, store: Situations.tokenExpired, keys: [.enter]
      ),
      Screen(name: "situation-flapping", columns: 80, rows: 24, store: Situations.flapping, keys: [.enter]),
      Screen(name: "situation-hundred-lost", columns: 120, rows: 40, store: Situations.hundredLost),
      Screen(
        name: "situation-configuration-broken", columns: 80, rows: 24, store: Situations.configurationBroken),
    ] + Jobs.screens + Evidence.screens + SigningIn.screens

  @Test(arguments: screens) func `are as they were seen`(screen: Screen) throws {
    var view = ViewState()
    view.size = Size(columns: screen.columns, rows: screen.rows)
    var context = context(ascii: screen.ascii, readOnly: screen.readOnly)
    context.replay = screen.replay
    _ = view.watch(screen.store, at: now)
    press(screen.keys, &view, screen.store, context: context)
    let shown = screen.afterwards ?? screen.store
    let frame = render(shown, view, at: moment(screen.later), size: view.size, context: context)
    let drawn = (screen.isStyled ? frame.styled : frame.text) + "\n"
    let path = goldenFolder + screen.name + ".txt"
    if getenv("UPDATE_GOLDEN") != nil { try write(drawn, to: path) }
    let golden = try #require(try? read(path), "no \(path): run with UPDATE_GOLDEN=1 and look at it")
    #expect(drawn == golden, "\(screen.name) differs:\n\(difference(golden, drawn))")
  }

  @Test func `are all used`() throws {
    let directory = try #require(opendir(goldenFolder))
    defer { closedir(directory) }
    var found: Set<String> = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(".txt") { found.insert(String(name.dropLast(4))) }
    }
    #expect(found == Set(Self.screens.map(\.name)))
  }
}

/// Names that keep no columns straight by themselves.
private let foreignNames = store(
  [server("日本語サーバー"), server("e\u{301}le\u{300}ve"), server("שלום"), server("emoji-🚀"), server("bell\u{7}")],
  [
    ready("日本語サーバー"), ready("e\u{301}le\u{300}ve"), ready("שלום"), ready("emoji-🚀"),
    troubled(
      "bell\u{7}", "app", .recovering, since: 20, SessionError(.connectRefused, detail: "拒否されました"), next: 3),
  ],
  [event(-2, 1, .serverMessage, .info, "日本語サーバー", "完了しました 🎉 done\u{202E}rtl")])

func typed(_ text: String) -> [Key] { text.map { .character($0) } }

private let goldenFolder =
  String(#filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/"))
  + "/Golden/"

private func read(_ path: String) throws -> String {
  let file = try #require(fopen(path, "r"))
  defer { fclose(file) }
  var bytes: [UInt8] = []
  while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
  return String(decoding: bytes, as: UTF8.self)
}

private func write(_ text: String, to path: String) throws {
  let file = try #require(fopen(path, "w"))
  fputs(text, file)
  fclose(file)
}

/// The lines that differ, the old above the new.
private func difference(_ old: String, _ new: String) -> String {
  let old = old.split(separator: "\n", omittingEmptySubsequences: false)
  let new = new.split(separator: "\n", omittingEmptySubsequences: false)
  return (0..<max(old.count, new.count)).compactMap { row in
    let before = row < old.count ? old[row] : "(nothing)"
    let after = row < new.count ? new[row] : "(nothing)"
    return before == after ? nil : "\(row + 1) - \(before)\n\(row + 1) + \(after)"
  }.joined(separator: "\n")
}
