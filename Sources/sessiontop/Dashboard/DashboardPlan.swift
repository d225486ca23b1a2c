import TopConfiguration
import TopConsole
import TopDisplay
import SessionEngine
import Glibc
import MCPSessions
import TopPlatform

/// What a dashboard is opened on.
struct DashboardPlan {
  var servers: [Server] = []
  var limits = Limits()
  var host = hostName
  /// The one to begin with.
  let theme: Theme
  /// Those that can be asked for, in the order in which they are offered; read when they are wanted.
  var themeNames: [String] = []
  var isReadOnly = false
  var glyphs = GlyphChoice.automatic
  /// Time between looks at the clock.
  var refresh = Duration.seconds(1)
  var duration: Duration?
  /// Where events and figures are kept; absent means nowhere.
  var keeping: TopConfiguration.Settings?
  /// When a browser may be opened for a server that wants a sign-in.
  var signIn = SignInPolicy.ask
  /// Absent when there are no files to follow.
  var reloader: Reloader?
  /// Where other programs see and act through this one; absent when they do not.
  var control: ControlSocket?
  /// The running instances that are shown instead of an engine of our own.
  var attachedTo: [LinkTarget] = []
  /// Shown instead of an engine's news.
  var recording: Recording?
  /// Of the recording; 1 is as it was.
  var speed = 1.0
  var filter: String?
  var keys = KeyChoices()
  var filters = SavedFilters()
  /// Columns as settings want them, or as they were left.
  var columns = ColumnChoices()
  /// Whether they were left so, and may be kept anew.
  var keepsColumns = true
  var rings = false
  var hasTitle = true
  /// Program and arguments to run for an alert.
  var onAlert: [String] = []
  /// Said at the start, until a key is pressed.
  var greeting: String?
  /// How the program was started, for the command that leads to what is seen.
  var invocation = "sessiontop"
}

extension DashboardPlan {
  /// How the command line and the settings want the dashboard; what it is opened on is added to it.
  init(_ screen: Screen, _ ui: UISettings) throws(CannotRun) {
    let named = environment["SESSIONTOP_THEME"].flatMap { name in name.allSatisfy { $0 == " " } ? nil : name }
    var chosen = screen.theme ?? named ?? ui.theme
    do {
      var theme: Theme
      var problem: String?
      do {
        theme = try Themes.load(chosen, environment: environment, currentDirectory: currentDirectory)
      } catch {
        // A slip in a theme must not keep anybody from seeing what is down; who names one wants that one.
        guard screen.theme == nil else { throw error }
        problem = "\(error); the built-in theme is used"
        chosen = "default"
        theme = try Themes.load(chosen, environment: environment, currentDirectory: currentDirectory)
      }
      self.init(theme: theme)
      greeting = problem
    } catch {
      throw CannotRun(description: "\(error)", exitCode: ExitCode.usage)
    }
    let others = Themes.names + Themes.userNames(environment).filter { !Themes.names.contains($0) }
    themeNames = [chosen] + others.filter { $0 != chosen }
    isReadOnly = screen.readOnly || ui.readOnly
    glyphs = screen.ascii ? .ascii : ui.glyphs
    refresh =
      screen.refresh.map { min(.seconds(60), max(.milliseconds(100), $0.duration)) } ?? ui.refresh
    duration = screen.duration?.duration
    filter = screen.filter
    rings = ui.bell
    hasTitle = ui.title
    onAlert = ui.onAlert
    keys = ui.keys
    filters = ui.filters
    keepsColumns = ui.columns.isEmpty
    columns = keepsColumns ? leftColumns() : ui.columns
    signIn = ui.signIn
  }
}

/// Opens the dashboard; returns the exit code.
@MainActor
func openDashboard(_ plan: DashboardPlan, signals: Signals) throws(CannotRun) -> Int32 {
  var monitor: (any Watching)?
  if !plan.attachedTo.isEmpty {
    monitor = RemoteMonitor(plan.attachedTo, isReadOnly: plan.isReadOnly, events: plan.limits.events)
  } else if plan.recording == nil {
    do {
      monitor = try Monitor(
        plan.servers, limits: plan.limits, keeping: plan.keeping, signIn: plan.signIn,
        journalFolder: plan.keeping == nil ? nil : stateFolder, reloader: plan.reloader, control: plan.control
      )
    } catch {
      throw CannotRun(
        description: "the engine cannot start: \(error)", exitCode: ExitCode.internalError)
    }
  }
  var dashboard: Dashboard
  do {
    dashboard = try Dashboard(plan, monitor)
  } catch {
    throw CannotRun(description: "the dashboard cannot open: \(error)", exitCode: ExitCode.terminal)
  }
  do {
    try dashboard.start()
  } catch {
    dashboard.close()
    throw CannotRun(description: "the engine cannot start: \(error)", exitCode: ExitCode.internalError)
  }
  dashboard.run(signals: signals)
  dashboard.close()
  return ExitCode.done
}
