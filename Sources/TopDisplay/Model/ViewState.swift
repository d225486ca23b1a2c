import MCPSessions

/// The four lists.
enum Pane: Int, CaseIterable, Hashable, Sendable {
  case servers, sessions, events, errors

  func next(by step: Int) -> Pane {
    Pane(rawValue: (rawValue + step + Pane.allCases.count) % Pane.allCases.count) ?? .servers
  }
}

/// What the operator chose: never what is known, which is in the store.
package struct ViewState: Hashable, Sendable {
  /// What takes the keys instead of the panes.
  enum Overlay: Hashable, Sendable {
    case none
    /// With the number of lines scrolled past, and what is looked for in it.
    case help(top: Int, search: LineEditor?)
    /// Being typed; the filter before it comes back with Esc.
    case filter(LineEditor, before: Filter, choices: [String])
    case prompt(Prompt)
    /// What is looked for in the open detail, being typed.
    case search(LineEditor)
    case dialog(Dialog)
    case signIn(SignInDialog)
    /// The fields to sort by, and which one is offered.
    case sortMenu(Int)
    case page(Page, top: Int)
    /// The columns to choose from, and which one is offered.
    case columnMenu(Int)
  }

  /// A text over the panes.
  enum Page: Hashable, Sendable {
    /// What operators did.
    case actions
    /// When servers could not be used; of one, or of all.
    case outages(of: ExactText?)
    case comparison(SessionKey, SessionKey)
    case groups(Grouping)
    case text(title: String, lines: [String])
  }

  /// What servers and sessions have in common.
  enum Grouping: String, CaseIterable, Hashable, Sendable {
    /// The beginning of their names.
    case family
    case host, user
  }

  /// Where in the events the operator stands.
  enum EventPlace: Hashable, Sendable {
    /// At the newest, whatever comes.
    case following
    /// At an event, by its number; `top` is the first visible one's.
    case held(at: UInt64, top: UInt64)
  }

  /// The size of the screen, so that pages are as long as what is seen.
  package var size = Size(columns: 80, rows: 24)
  var pane = Pane.servers
  var overlay = Overlay.none
  var isDetailOpen = false
  var detailTop = 0
  /// What is looked for in the open detail, and the line that was found last.
  var detailSearch = ""
  var detailMatch: Int?
  var servers = Selection<ExactText>()
  var sessions = Selection<SessionKey>()
  var errors = Selection<ErrorType>()
  var events = EventPlace.following
  var marks: Set<SessionKey> = []
  var filter = Filter("")
  var sort = Sort()
  /// Columns that are always shown, or never.
  package var columns = ColumnChoices()
  /// The order of rows when the operator chose one of them; held while they are at it.
  var heldServers: [ExactText]?
  var heldSessions: [SessionKey]?
  /// When the operator moved in a list last.
  var lastMove: Instant?
  /// What fell together is one row of the servers.
  var foldsIncidents = true
  /// Only what is not well is listed.
  var showsProblemsOnly = false
  /// Events that matter less are not listed; `debug` lists all, and each attempt for itself.
  var leastLevel = EventLevel.info
  /// One pane over the whole screen, however large it is.
  var isZoomed = false
  /// Somebody else looks at the screen: hosts, users and ids are not readable.
  var isPrivate = false
  /// Times of day as they are at Greenwich.
  var usesUTC = false
  /// What was done last, for its result and for taking it back.
  var deed: Deed?
  /// Commands that were given here so far.
  var lastCommand: UInt64 = 0
  var alerts = Alerts()
  package internal(set) var isMuted = false
  /// Lines of the command line, the newest last.
  var history: [String] = []
  /// nil: of all servers where the list of servers is not seen beside it.
  var scopeChoice: Bool?
  var frozen: Frozen?
  /// What can be pressed on the screen that was drawn last: whoever presses has seen that one.
  var shown: [Hotspot] = []
  /// The answer to a key that could do nothing; gone with the next key.
  package var notice: String?

  /// A picture held still.
  struct Frozen: Hashable, Sendable {
    let store: Store
    let moment: Moment
  }

  package init() {}

  /// Takes note of the screen that is seen from now on.
  package mutating func drew(_ frame: Frame) { shown = frame.hotspots }

  /// Shows a sentence until the next key.
  package mutating func say(_ sentence: String) { notice = PrintableText.line(sentence, limit: 400) }

  /// What was asked for last does not happen: says so, and nothing of it is shown as done or to be undone.
  package mutating func takeBack(saying sentence: String) {
    deed = nil
    say(sentence)
  }

  /// Whether the sessions of all servers are listed, not those of the selected one.
  var listsAllSessions: Bool { scopeChoice ?? (layout.form != .wide) }

  /// Whether an open detail is searched for something.
  var isSearchingDetail: Bool { isDetailOpen && !detailSearch.isEmpty }

  var layout: Layout { Layout(size, pane: pane, isZoomed: isZoomed, isDetailOpen: isDetailOpen) }

  /// How long the order of rows is held after the last move.
  static let holdTime = Duration.seconds(5)

  /// Whether rows keep their order at `now`: the operator moves among them.
  func holdsOrder(at now: Instant) -> Bool { lastMove.map { now - $0 < Self.holdTime } ?? false }

  /// Begins with a filter that was asked for.
  package mutating func start(filter: String) {
    self.filter = Filter(filter)
  }

  /// Shows a text over the panes until a key is pressed.
  package mutating func show(page title: String, _ lines: [String]) {
    overlay = .page(.text(title: title, lines: lines), top: 0)
  }
}
