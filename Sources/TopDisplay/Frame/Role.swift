package import MCPSessions

/// What a piece of the screen means. Colours are chosen by themes alone; raw values are the names in theme
/// files.
package enum Role: String, CaseIterable, Sendable {
  case text
  case muted
  case header
  case title
  case border
  case column
  case selected
  case marked
  case alert
  case banner
  case key
  case dialog
  case input
  case stateIdle = "state.idle"
  case stateConnecting = "state.connecting"
  case stateReady = "state.ready"
  case stateDegraded = "state.degraded"
  case statePaused = "state.paused"
  case stateRecovering = "state.recovering"
  case stateUnstable = "state.unstable"
  case stateDown = "state.down"
  case stateUnauthorized = "state.unauthorized"
  case stateFailed = "state.failed"
  case stateClosing = "state.closing"
  case stateClosed = "state.closed"
  case stateUnmonitored = "state.unmonitored"
  case levelDebug = "level.debug"
  case levelInfo = "level.info"
  case levelWarning = "level.warning"
  case levelError = "level.error"
  case operatorAction = "operator"

  /// The role that shows a session's state.
  package init(_ state: SessionState) {
    switch state {
    case .idle: self = .stateIdle
    case .connecting: self = .stateConnecting
    case .ready: self = .stateReady
    case .degraded: self = .stateDegraded
    case .paused: self = .statePaused
    case .recovering: self = .stateRecovering
    case .unstable: self = .stateUnstable
    case .down: self = .stateDown
    case .unauthorized: self = .stateUnauthorized
    case .failed: self = .stateFailed
    case .closing: self = .stateClosing
    case .closed: self = .stateClosed
    case .unmonitored: self = .stateUnmonitored
    }
  }
}
