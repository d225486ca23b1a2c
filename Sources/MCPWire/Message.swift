/// One JSON-RPC 2.0 message, reduced to what a session monitor looks at.
package struct Message: Hashable, Sendable {
  /// What the message is, told by the members that it has.
  package enum Content: Hashable, Sendable {
    /// Asks something: has a method and an id.
    case request(method: String, Parameters)
    /// Tells something: has a method and no id.
    case notification(method: String, Parameters)
    /// Answers a request.
    case result(Result)
    /// Answers a request with an error.
    case failure(RPCError)
  }

  /// Absent on notifications, and on answers of servers that leave it out.
  package let id: RequestID?
  package let content: Content

  package init(id: RequestID?, content: Content) {
    self.id = id
    self.content = content
  }
}

/// A JSON-RPC id. Ours are numbers; servers choose their own kind for what they ask.
package enum RequestID: Hashable, Sendable {
  case number(Int64)
  case string(String)
  /// Any other number, as it was written: JSON-RPC sets no bound to it, and who asked looks for just that.
  case digits(String)
  /// Longer than `limit`: nothing like that is sent back.
  case tooLong
  case null

  /// The longest id that is kept, in bytes.
  package static let limit = 1_024

  /// As JSON text.
  package var json: String {
    switch self {
    case .number(let number): String(number)
    case .string(let text): JSONWriter.quoted(text)
    case .digits(let text): text
    case .tooLong, .null: "null"
    }
  }
}

/// The error of an answer. The code may be any number, 0 too, and the message may be empty.
package struct RPCError: Hashable, Sendable {
  package let code: Int
  package let message: CutText
  /// Revisions that the server says it speaks, from the error's data.
  package let supportedVersions: [String]

  package init(code: Int, message: CutText, supportedVersions: [String] = []) {
    self.code = code
    self.message = message
    self.supportedVersions = supportedVersions
  }

  /// The method is not known: JSON-RPC 2.0 section 5.1.
  package static let methodNotFound = -32_601
  package static let invalidParams = -32_602
  package static let internalError = -32_603
  /// What SDKs answer to a session id that they do not know; no specification says so.
  package static let unknownSession = -32_001
  /// Revision 2026-07-28: headers and body of a request disagree, or one is missing.
  package static let headerMismatch = -32_020
  package static let missingCapability = -32_021
  /// Revision 2026-07-28: the version is not spoken; the data lists those that are.
  package static let unsupportedVersion = -32_022
}

/// The members of `params` that matter to us or to the servers of the demo.
package struct Parameters: Hashable, Sendable {
  /// `initialize`
  package var protocolVersion: String?
  /// `notifications/message`: level, logger and data as text.
  package var level: String?
  package var logger: CutText?
  package var data: CutText?
  /// `notifications/progress`, `notifications/cancelled`
  package var message: CutText?

  package init() {}
}

/// The members of `result` that matter to us, over all methods that we call.
package struct Result: Hashable, Sendable {
  /// `initialize`
  package var protocolVersion: String?
  package var serverName: String?
  package var serverVersion: String?
  package var hasCapabilities = false
  package var offersTools = false
  /// `tools/list`: those on this page, at most `toolLimit` of them.
  package var tools: [Tool]?
  /// There were more on the page than are looked at.
  package var hasMoreTools = false
  /// Lists: where the next page begins.
  package var nextCursor: String?
  /// `server/discover`
  package var supportedVersions: [String]?
  /// Some list tells when it changes, so that there is something to listen for.
  package var tellsListChanges = false

  /// `tools/call`: its texts; what is no text stands there as its kind, `[image]`. At most `contentLimit`.
  package var content: [CutText]?
  /// `tools/call`: the tool itself failed.
  package var isError = false

  /// More parts of one answer to `tools/call` than this are not looked at.
  package static let contentLimit = 64
  /// How much of each is kept, in bytes.
  package static let contentBytes = 16_384
  /// How much of a cursor is kept, in bytes: more than of any that is sent back.
  package static let cursorLimit = 8_192
  /// More tools of one page than this are not looked at.
  package static let toolLimit = 2_000

  package init() {}
}
