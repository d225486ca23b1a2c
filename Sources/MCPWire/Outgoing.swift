/// Who we say that we are, in handshakes and in `User-Agent`.
package struct ClientIdentity: Hashable, Sendable {
  package let name: String
  package let version: String

  /// What stands in `User-Agent`.
  package var userAgent: String { "\(name)/\(version)" }

  /// This program.
  package static let sessiontop = ClientIdentity(name: "sessiontop", version: Outgoing.clientVersion)

  package init(name: String, version: String) {
    (self.name, self.version) = (name, version)
  }
}

/// The messages that we send, as JSON text. One message a request: batches are never sent.
package enum Outgoing {
  /// Our own version, as servers and users see it.
  package static let clientVersion = "0.1.0"

  /// `initialize`, with no capabilities of our own: we watch, we do not serve.
  package static func initialize(id: Int64, version: Revision, client: ClientIdentity) -> String {
    request(id: id, method: "initialize") {
      $0.object("params") {
        $0.member("protocolVersion", version.rawValue)
        $0.object("capabilities") { _ in }
        $0.object("clientInfo") { addName(of: client, to: &$0) }
      }
    }
  }

  package static let initialized = message { $0.member("method", "notifications/initialized") }

  package static func ping(id: Int64) -> String {
    request(id: id, method: "ping") { _ in }
  }

  /// A page of the tools: the first one, or the one that begins at `cursor`.
  package static func listTools(id: Int64, cursor: String? = nil) -> String {
    request(id: id, method: "tools/list") {
      if let cursor { $0.object("params") { $0.member("cursor", cursor) } }
    }
  }

  /// Calls a tool with arguments that are the text of a JSON object; `isModern` adds the metadata of revision
  /// 2026-07-28.
  package static func callTool(
    id: Int64, name: String, arguments: String, client: ClientIdentity, isModern: Bool = false
  ) -> String {
    request(id: id, method: "tools/call") {
      $0.object("params") {
        $0.member("name", name)
        $0.member("arguments", json: arguments)
        if isModern { addMetadata(of: client, to: &$0) }
      }
    }
  }

  // MARK: - Revision 2026-07-28: every request says who asks and in which revision

  /// What a sessionless server is and offers.
  package static func discover(id: Int64, client: ClientIdentity) -> String {
    request(id: id, method: "server/discover") { $0.object("params") { addMetadata(of: client, to: &$0) } }
  }

  /// `tools/list`, with its metadata.
  package static func listToolsWithMetadata(
    id: Int64, cursor: String? = nil, client: ClientIdentity
  ) -> String {
    request(id: id, method: "tools/list") {
      $0.object("params") {
        $0.member("cursor", cursor)
        addMetadata(of: client, to: &$0)
      }
    }
  }

  /// Asks to hear of list changes for as long as the answer stays open.
  package static func listen(id: Int64, client: ClientIdentity) -> String {
    request(id: id, method: "subscriptions/listen") {
      $0.object("params") {
        addMetadata(of: client, to: &$0)
        $0.object("notifications") {
          $0.member("toolsListChanged", true)
          $0.member("promptsListChanged", true)
          $0.member("resourcesListChanged", true)
        }
      }
    }
  }

  private static func addMetadata(of client: ClientIdentity, to params: inout JSONWriter) {
    params.object("_meta") {
      $0.member("io.modelcontextprotocol/protocolVersion", Revision.v2026_07_28.rawValue)
      $0.object("io.modelcontextprotocol/clientCapabilities") { _ in }
      $0.object("io.modelcontextprotocol/clientInfo") { addName(of: client, to: &$0) }
    }
  }

  private static func addName(of client: ClientIdentity, to object: inout JSONWriter) {
    object.member("name", client.name)
    object.member("version", client.version)
  }

  // MARK: - Answers

  /// The answer to a server's `ping`.
  package static func emptyResult(for id: RequestID) -> String {
    message {
      $0.member("id", id)
      $0.object("result") { _ in }
    }
  }

  /// The answer to whatever else a server asks of us.
  package static func methodNotFound(for id: RequestID) -> String {
    message {
      $0.member("id", id)
      $0.object("error") {
        $0.member("code", RPCError.methodNotFound)
        $0.member("message", "Method not found")
      }
    }
  }

  private static func request(
    id: Int64, method: String, _ members: (inout JSONWriter) -> Void
  ) -> String {
    message {
      $0.member("id", id)
      $0.member("method", method)
      members(&$0)
    }
  }

  private static func message(_ members: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    writer.object {
      $0.member("jsonrpc", "2.0")
      members(&$0)
    }
    return writer.text
  }
}
