package import MCPWire

/// A server to be watched: what is asked of it, not how it is doing.
public struct Server: Hashable, Sendable {
  /// How reports and events call it; not empty, unique within an engine.
  package let name: String
  package let transport: Transport
  /// Absent for servers that are started as a process.
  package let endpoint: Endpoint?
  /// Extra headers in the order of the file, variables already in place.
  package let headers: [Header]
  /// How its sessions are kept.
  package var settings: SessionSettings
  package let availability: Availability
  /// The URL of its own proxy; absent means what the environment says. May hold a password.
  package let proxy: Secret?
  /// Values beyond headers and URL that came out of the environment and must not be shown.
  package let secrets: [Secret]
  /// Users with a session each, for a server whose url or headers hold values of a signed-in user; empty
  /// when all share one session.
  package let accounts: [Account]
  /// How it comes to be watched, where that is not plain; printable words of the configuration's reader.
  package let note: String?
  /// What is started to have it; absent for servers that are reached by an address.
  package let process: ServerProcess?
  /// What there is to see of it, in a line, for people; absent when nobody says.
  package var summary: String?

  package init(
    name: String, transport: Transport, endpoint: Endpoint?, headers: [Header] = [],
    settings: SessionSettings = SessionSettings(), availability: Availability = .automatic,
    proxy: Secret? = nil, secrets: [Secret] = [], accounts: [Account] = [], note: String? = nil,
    process: ServerProcess? = nil
  ) {
    self.name = name
    self.transport = transport
    self.endpoint = endpoint
    self.headers = headers
    self.settings = settings
    self.availability = availability
    self.proxy = proxy
    self.secrets = secrets
    self.accounts = accounts
    self.note = note
    self.process = process
  }
}

/// One user of a server that keeps a session for each: what stands in place of the server's own.
public struct Account: Hashable, Sendable {
  /// Who it is; any text that is not empty, unique within the server.
  package let user: String
  package let endpoint: Endpoint?
  package let headers: [Header]
  package let secrets: [Secret]

  package init(user: String, endpoint: Endpoint?, headers: [Header], secrets: [Secret]) {
    self.user = user
    self.endpoint = endpoint
    self.headers = headers
    self.secrets = secrets
  }
}

/// What others may also use to reach a server, and so lose together with it: whoever differs in any of this
/// may come through where another does not.
package struct Way: Hashable, Sendable {
  package let origin: Origin
  /// The server's own proxy; that of the environment is the same for all.
  let proxy: Secret?
  /// What decides whether a TLS handshake succeeds: whom we trust, and who we are.
  let trust: [String?]
}

extension Server {
  /// Who we say to it that we are.
  var client: ClientIdentity { settings.credentials.client }

  /// The same, to be told that we are `client`.
  package func known(as client: ClientIdentity) -> Server {
    var server = self
    server.settings.credentials.client = client
    return server
  }

  /// How it is reached; processes share this machine, and take turns there. Absent for what cannot be
  /// reached.
  var way: Way? {
    guard process == nil else { return Way(origin: .processes, proxy: nil, trust: []) }
    return endpoint.map {
      Way(
        origin: $0.origin, proxy: proxy,
        trust: [settings.caFile, settings.clientCertificate, settings.clientKey])
    }
  }

  /// What is to be kept: a session for each account, or the one that all share.
  var watched: [(key: SessionKey, server: Server)] {
    guard !accounts.isEmpty else { return [(SessionKey(server: name), self)] }
    return accounts.map { account in
      let own = Server(
        name: name, transport: transport, endpoint: account.endpoint, headers: account.headers,
        settings: settings, availability: availability, proxy: proxy, secrets: account.secrets,
        process: process)
      return (SessionKey(server: name, user: account.user), own)
    }
  }

  /// Whether a session with `other` is still the right one: only how it is kept differs, if anything.
  func isReached(as other: Server) -> Bool {
    name.isExactly(other.name) && transport == other.transport && endpoint == other.endpoint
      && sentHeaders == other.sentHeaders && proxy == other.proxy
      && settings.caFile == other.settings.caFile
      && settings.clientCertificate == other.settings.clientCertificate
      && settings.clientKey == other.settings.clientKey && settings.wire == other.settings.wire
      && process == other.process
      && (availability == other.availability || availability.isWatched && other.availability.isWatched)
  }
}

extension Server {
  /// What goes over the wire: names without capitals, in no order.
  private var sentHeaders: Set<Header> {
    Set(headers.map { Header(name: $0.name.lowercased(), value: $0.value.revealed) })
  }
}

extension Availability {
  fileprivate var isWatched: Bool { self == .automatic || self == .onDemand }
}

/// How a server is reached; raw values are the words of the configuration and of exports.
package enum Transport: String, CaseIterable, Sendable {
  case streamableHTTP = "streamable-http"
  case sse
  case stdio
  case websocket
}

extension Transport {
  /// Whether it is requests of HTTP, which take headers, a proxy and tokens.
  package var isHTTP: Bool {
    switch self {
    case .streamableHTTP, .sse: true
    case .stdio, .websocket: false
    }
  }

  /// Why nobody can be connected over it; absent where that is built.
  package var objection: String? {
    switch self {
    case .streamableHTTP, .sse, .stdio: nil
    case .websocket: "websocket servers are not monitored"
    }
  }
}

/// Whether a configured server is to be watched at all.
package enum Availability: Hashable, Sendable {
  /// Connect at start.
  case automatic
  /// Connect when the operator asks (`startup: false`).
  case onDemand
  /// Connect when the operator asks: the file switches it off, and the text says where.
  case switchedOff(String)
  /// Not watched, with the reason for people: a transport that is not built, values that are missing.
  case unmonitored(String)
  /// The entry cannot be used until a person changes it; the text says what is wrong.
  case broken(String)
}

/// How one server's sessions are kept. A value out of its range is refused when the server is made.
public struct SessionSettings: Hashable, Sendable {
  /// A way of speaking MCP; raw values are the words of the configuration.
  public enum Wire: String, CaseIterable, Sendable {
    /// What the server's own answers suggest.
    case automatic = "auto"
    /// Streamable HTTP with `initialize`, revisions 2025-03-26 to 2025-11-25.
    case session
    /// The sessionless revision 2026-07-28.
    case sessionless
    /// HTTP+SSE of revision 2024-11-05.
    case sse
  }

  /// How long a session may live without a successful exchange before it counts as expired; more than zero, 1
  /// hour.
  public var timeout: Duration
  /// Quick attempts after a loss, 0 or more, 3; slow ones, a minute apart, follow for ever.
  public var retryAttempts: Int
  /// Upper bound of the first quick delay, zero or more, 1 second; doubles with each attempt, up to a minute.
  public var retryDelay: Duration
  /// Time between probes, zero or more, 30 seconds; zero never probes, which lets a session expire naturally.
  public var pingInterval: Duration
  /// Every n-th probe is `tools/list`, 0 or more, 10; 0 never lists.
  public var listEvery: Int
  /// An answer to a probe that takes longer is slow, zero or more, 2 seconds; zero: only what takes ten times
  /// the usual is.
  public var slow = Duration.seconds(2)
  /// Whether the stream is held on which the server may speak by itself, where it offers one; it is.
  public var stream: Bool
  /// Limit of one request, more than zero; nil is the built-in limit of that kind of request.
  public var requestTimeout: Duration?
  /// Limit of connect and `initialize`, more than zero; nil is the built-in one.
  public var initTimeout: Duration?
  /// How we make ourselves known, beside headers as they are written.
  package var credentials = CredentialSettings()
  /// The path of a file of certificates (PEM) that are trusted beside the system's. That it cannot be read is
  /// a session's `cause`.
  public var caFile: String?
  /// The path of a file with the certificate (PEM) by which we make ourselves known to the server.
  public var clientCertificate: String?
  /// The path of a file with its key (PEM); nil when it stands in the file of the certificate.
  public var clientKey: String?
  /// Gets a DELETE as well when a session is ended, for servers whose own endpoint does not end it.
  package var terminateURL: Endpoint?
  /// Which way of speaking is tried, where the server's own answers are not to decide.
  public var wire = Wire.automatic

  /// Settings with the defaults that the properties name.
  public init(
    timeout: Duration = .seconds(3_600), retryAttempts: Int = 3, retryDelay: Duration = .seconds(1),
    pingInterval: Duration = .seconds(30), listEvery: Int = 10, stream: Bool = true,
    requestTimeout: Duration? = nil, initTimeout: Duration? = nil
  ) {
    self.timeout = timeout
    self.retryAttempts = retryAttempts
    self.retryDelay = retryDelay
    self.pingInterval = pingInterval
    self.listEvery = listEvery
    self.stream = stream
    self.requestTimeout = requestTimeout
    self.initTimeout = initTimeout
  }
}
