import Glibc
import SessionEngine
import LoopbackServers
import MCPSessions
import Testing

@testable import SessionEngine

/// Certificates are verified, and what is wrong with one is told.
@Suite struct `TLS` {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let front: TLSFront.Kind
    var isTrusted = true
    /// The files of our own certificate and its key.
    var client: (certificate: String, key: String?)?
    let states: Set<SessionState>
    let errors: Set<ErrorType>
    var testDescription: String { name }
  }

  @Test(arguments: [
    Case(name: "tls-ok", front: .good, states: [.ready], errors: []),
    Case(
      name: "tls-unknown-authority", front: .good, isTrusted: false, states: [.failed], errors: [.tlsError]),
    Case(name: "tls-expired", front: .expired, states: [.failed], errors: [.tlsError]),
    Case(name: "tls-wrong-name", front: .other, states: [.failed], errors: [.tlsError]),
    Case(
      name: "tls-client-certificate", front: .mutual, client: ("client.crt", "client.key"), states: [.ready],
      errors: []),
    Case(
      name: "tls-client-certificate-in-one-file", front: .mutual, client: ("client.pem", nil),
      states: [.ready], errors: []),
    Case(
      name: "tls-no-client-certificate", front: .mutual, states: [.failed, .recovering],
      errors: [.tlsError]),
    Case(
      name: "tls-stall", front: .stall, states: [.recovering],
      errors: [.connectTimeout, .sessionTimeout, .tlsError]),
    Case(
      name: "tls-truncated-body", front: .truncated, states: [.recovering],
      errors: [.connectionReset, .tlsError, .protocolError, .emptyReply]),
    Case(
      name: "tls-to-plain", front: .plain, states: [.recovering, .failed],
      errors: [.tlsError, .protocolError]),
  ]) func `ends as it should`(_ fault: Case) throws {
    let certificates = try Certificates.made.get()
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let front = try TLSFront(fault.front, to: server.port, certificates)
    defer { front.stop() }
    var settings = SessionSettings()
    settings.pingInterval = .milliseconds(200)
    settings.caFile = fault.isTrusted ? certificates.authority : nil
    settings.clientCertificate = fault.client.map { "\(certificates.folder)/\($0.certificate)" }
    settings.clientKey = fault.client?.key.map { "\(certificates.folder)/\($0)" }
    let watch = try Watch([
      Server(
        name: "a", transport: .streamableHTTP, endpoint: try Endpoint("https://127.0.0.1:\(front.port)/mcp"),
        settings: settings)
    ])
    let key = SessionKey(server: "a")
    let row = watch.wait { store -> SessionReport? in
      guard let row = store.sessions[key], fault.states.contains(row.state) else { return nil }
      return fault.errors.isEmpty && row.latency == nil ? nil : row
    }
    #expect(row != nil, "\(String(describing: watch.store.sessions[key]?.cause))")
    let errors = Set((row?.errors ?? [:]).keys)
    #expect(fault.errors.isEmpty ? errors.isEmpty : !errors.isDisjoint(with: fault.errors), "\(errors)")
    if fault.name == "tls-no-client-certificate" {
      #expect(
        row?.cause?.detail.text.contains("the server wants a client certificate") == true,
        "\(String(describing: row?.cause))")
    }
    if ![.good, .mutual].contains(fault.front) || !fault.isTrusted, fault.front != .truncated {
      #expect(server.log.contents.entries.isEmpty, "nothing is told to whom we cannot trust")
    }
    watch.stop()
  }

  @Test(arguments: ["caFile", "clientCertificate", "clientKey"])
  func `A pipe in place of a file of certificates holds up nobody and is told`(setting: String) throws {
    let certificates = try Certificates.made.get()
    let pipe = "\(certificates.folder)/pipe-\(setting)"
    try #require(mkfifo(pipe, 0o600) == 0)
    let server = try LoopbackServer.start()
    defer { server.stop() }
    var settings = SessionSettings()
    settings.pingInterval = .milliseconds(200)
    let healthy = Server(
      name: "healthy", transport: .streamableHTTP, endpoint: try Endpoint(server.url), settings: settings)
    settings.caFile = setting == "caFile" ? pipe : nil
    settings.clientCertificate = setting == "caFile" ? nil : "\(certificates.folder)/client.crt"
    if setting == "clientCertificate" { settings.clientCertificate = pipe }
    settings.clientKey = setting == "clientKey" ? pipe : nil
    let watch = try Watch([
      Server(
        name: "a", transport: .streamableHTTP, endpoint: try Endpoint("https://127.0.0.1:9/mcp"),
        settings: settings),
      healthy,
    ])
    let cause = watch.wait { $0.sessions[SessionKey(server: "a")]?.cause }
    #expect(cause?.type == .configError && cause?.detail.text.contains("\(setting) ") == true)
    #expect(cause?.detail.text.contains("it is no regular file") == true, "\(String(describing: cause))")
    #expect(watch.wait { $0.sessions[SessionKey(server: "healthy")]?.latency } != nil)
    watch.stop()
  }

  @Test func `A file of authorities that changes is read anew`() throws {
    let certificates = try Certificates.made.get()
    let path = "\(certificates.folder)/changing.pem"
    // Trusted at first is somebody else.
    try #require(symlink("other.crt", path) == 0)
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let front = try TLSFront(.good, to: server.port, certificates)
    defer { front.stop() }
    var settings = SessionSettings()
    settings.pingInterval = .milliseconds(200)
    settings.retryDelay = .milliseconds(200)
    settings.caFile = path
    let watch = try Watch([
      Server(
        name: "a", transport: .streamableHTTP, endpoint: try Endpoint("https://127.0.0.1:\(front.port)/mcp"),
        settings: settings)
    ])
    let key = SessionKey(server: "a")
    #expect(watch.wait { $0.sessions[key]?.errors[.tlsError] } != nil)
    try #require(unlink(path) == 0 && symlink("ca.pem", path) == 0)
    let isReady = watch.wait { store -> Bool? in
      if store.sessions[key]?.state == .failed {
        watch.engine.send(.act(.reconnect, on: [key], by: Operator(user: "tester", origin: "")))
      }
      return store.sessions[key]?.state == .ready ? true : nil
    }
    #expect(isReady == true, "\(String(describing: watch.store.sessions[key]?.cause))")
    watch.stop()
  }
}
