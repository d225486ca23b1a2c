// From JSON text to a message. Only members that are named here are looked at, so a result of a hundred
// thousand keys costs one scan.

/// Why bytes are not a message.
package enum MessageError: Error, Hashable, Sendable {
  case notJSON
  /// JSON, but not JSON-RPC 2.0; the text says what is missing.
  case notJSONRPC(String)

  /// In words, for a person.
  package var description: String {
    switch self {
    case .notJSON: "the answer is not JSON"
    case .notJSONRPC(let why): why
    }
  }
}

extension Message {
  /// Reads one message, or the messages of a batch (revision 2025-03-26 has them).
  package static func read(_ bytes: some Collection<UInt8>) throws(MessageError) -> [Message] {
    var reader = JSONReader(Array(bytes))
    var envelopes: [Envelope] = []
    if reader.next == .list {
      try reader.elements { (element) throws(MessageError) in envelopes.append(try Envelope(&element)) }
    } else {
      envelopes.append(try Envelope(&reader))
    }
    // Only what is JSON to its end is looked at.
    try reader.finish()
    guard !envelopes.isEmpty else { throw .notJSONRPC("the answer is an empty batch") }
    var messages: [Message] = []
    for envelope in envelopes { messages.append(try envelope.message()) }
    return messages
  }
}

/// The members of a message, as they came.
private struct Envelope {
  private var isObject = false
  private var version: String?
  private var id: WrittenID?
  private var method: String?
  private var parameters = Parameters()
  private var result: Result?
  private var failure: RPCError?

  init(_ reader: inout JSONReader) throws(MessageError) {
    guard reader.next == .object else {
      try reader.skip()
      return
    }
    isObject = true
    try reader.members { (name, value) throws(MessageError) in
      switch name {
      case "jsonrpc": version = try value.text()
      case "method": method = try value.text()
      case "id": id = try WrittenID(&value)
      case "params": parameters = try Parameters(&value)
      case "result": result = try Result(&value)
      case "error": failure = try RPCError(&value)
      default: break
      }
    }
  }

  func message() throws(MessageError) -> Message {
    guard isObject else { throw .notJSONRPC("the answer is JSON, but no object") }
    guard version == "2.0" else { throw .notJSONRPC("the answer has no \"jsonrpc\": \"2.0\"") }
    if let method {
      guard let id else { return Message(id: nil, content: .notification(method: method, parameters)) }
      return Message(id: id.exact, content: .request(method: method, parameters))
    }
    if let failure { return Message(id: id?.meaning, content: .failure(failure)) }
    if let result { return Message(id: id?.meaning, content: .result(result)) }
    throw .notJSONRPC("the answer has neither a result nor an error")
  }
}

/// An id, as it was written.
private enum WrittenID {
  case number(String)
  case text(String)
  case other

  /// The longest number that is sent back, in digits.
  private static let digitLimit = 1_024

  init(_ reader: inout JSONReader) throws(MessageError) {
    switch reader.next {
    case .number: self = .number(try reader.digits() ?? "")
    case .text: self = .text(try reader.text() ?? "")
    default:
      try reader.skip()
      self = .other
    }
  }

  /// What we ask is answered with a number, however it is spelled.
  var meaning: RequestID {
    switch self {
    case .number(let written):
      (Int64(written) ?? Int64(exactly: Double(json: written))).map { .number($0) } ?? .null
    case .text(let text): .string(text)
    case .other: .null
    }
  }

  /// What is asked of us is answered with just what was sent: 1.0 is not 1, and thirty digits are no number
  /// of ours.
  var exact: RequestID {
    guard case .number(let written) = self, written.utf8.count <= Self.digitLimit else { return meaning }
    return Int64(written).flatMap { $0.description == written ? .number($0) : nil } ?? .digits(written)
  }
}

extension RPCError {
  /// Of what is no object nothing can be told.
  fileprivate init?(_ reader: inout JSONReader) throws(MessageError) {
    guard reader.next == .object else {
      try reader.skip()
      return nil
    }
    var (code, message) = (0, "")
    var versions: [String] = []
    try reader.members { (name, value) throws(MessageError) in
      switch name {
      case "code":
        code = try value.digits().flatMap { Int($0) ?? Int(exactly: Double(json: $0)) } ?? 0
      case "message": message = try value.text() ?? ""
      case "data": versions = Self.versions(in: try value.value())
      default: break
      }
    }
    self.init(code: code, message: message, supportedVersions: versions)
  }

  /// The specification's name of the list, and what servers call it as well.
  private static let listNames = [
    "supported", "supportedVersions", "supportedProtocolVersions", "versions", "supported_versions",
    "protocol_versions",
  ]

  /// A list as it is; of a text, in the place of the list or of all the data, the dates.
  private static func versions(in data: JSONValue) -> [String] {
    if let words = data.text { return Revision.dates(in: words) }
    for name in listNames {
      if let list = data[name]?.texts { return list }
      if let words = data[name]?.text { return Revision.dates(in: words) }
    }
    return []
  }
}

extension Parameters {
  fileprivate init(_ reader: inout JSONReader) throws(MessageError) {
    self.init()
    guard reader.next == .object else {
      try reader.skip()
      return
    }
    try reader.members { (name, value) throws(MessageError) in
      switch name {
      case "protocolVersion": protocolVersion = try value.text()
      case "level": level = try value.text()
      case "logger": logger = try value.text()
      case "message": message = try value.text()
      case "data": data = try value.words()
      default: break
      }
    }
  }
}

extension Result {
  /// A result may be anything but absent; a null one is still an answer.
  fileprivate init(_ reader: inout JSONReader) throws(MessageError) {
    self.init()
    guard reader.next == .object else {
      try reader.skip()
      return
    }
    // Revision 2026-07-28 names the server among the metadata.
    var (server, serverInMetadata): (Named?, Named?)
    try reader.members { (name, value) throws(MessageError) in
      switch name {
      case "protocolVersion": protocolVersion = try value.text()
      case "supportedVersions": supportedVersions = try value.value().texts
      case "nextCursor": nextCursor = try value.text()
      case "isError": isError = try value.flag() ?? false
      case "content": content = try Self.content(&value)
      case "tools": try readTools(&value)
      case "capabilities": try readCapabilities(&value)
      case "serverInfo": server = try Named(&value)
      case "_meta":
        serverInMetadata = nil
        guard value.next == .object else { return }
        try value.members { (name, value) throws(MessageError) in
          if name == "io.modelcontextprotocol/serverInfo" { serverInMetadata = try Named(&value) }
        }
      default: break
      }
    }
    (serverName, serverVersion) = ((server ?? serverInMetadata)?.name, (server ?? serverInMetadata)?.version)
  }

  /// Nil when it is no list.
  private static func content(_ reader: inout JSONReader) throws(MessageError) -> [String]? {
    guard reader.next == .list else { return nil }
    var parts: [String] = []
    try reader.elements { (part) throws(MessageError) in
      guard parts.count < contentLimit else { return }
      let part = try part.value()
      parts.append(part["text"]?.text ?? "[\(part["type"]?.text ?? "unknown")]")
    }
    return parts
  }

  /// The tools of one page. An entry without a name counts, under its place.
  private mutating func readTools(_ reader: inout JSONReader) throws(MessageError) {
    (tools, hasMoreTools) = (nil, false)
    guard reader.next == .list else { return }
    var (found, hasMore): ([Tool], Bool) = ([], false)
    try reader.elements { (element) throws(MessageError) in
      guard found.count < Self.toolLimit else {
        hasMore = true
        return
      }
      let definition = try element.value()
      found.append(Tool(name: definition["name"]?.text ?? "#\(found.count + 1)", definition: definition))
    }
    (tools, hasMoreTools) = (found, hasMore)
  }

  private mutating func readCapabilities(_ reader: inout JSONReader) throws(MessageError) {
    (hasCapabilities, offersTools, tellsListChanges) = (false, false, false)
    guard reader.next == .object else { return }
    hasCapabilities = true
    var telling: Set<String> = []
    try reader.members { (name, value) throws(MessageError) in
      guard ["tools", "prompts", "resources"].contains(name) else { return }
      if name == "tools" { offersTools = true }
      telling.remove(name)
      guard value.next == .object else { return }
      try value.members { (member, flag) throws(MessageError) in
        guard member == "listChanged" else { return }
        if try flag.flag() == true { telling.insert(name) } else { telling.remove(name) }
      }
    }
    tellsListChanges = !telling.isEmpty
  }
}

/// What a server calls itself.
private struct Named {
  var name: String?
  var version: String?

  /// Nil when it is no object.
  init?(_ reader: inout JSONReader) throws(MessageError) {
    guard reader.next == .object else {
      try reader.skip()
      return nil
    }
    try reader.members { (member, value) throws(MessageError) in
      switch member {
      case "name": name = try value.text()
      case "version": version = try value.text()
      default: break
      }
    }
  }
}

extension JSONReader {
  /// Reads a value: a scalar as text, of a structure only that it is one.
  fileprivate mutating func words() throws(MessageError) -> String {
    switch next {
    case .text: return try text() ?? ""
    case .flag: return String(try flag() ?? false)
    case .number: return String(Double(json: try digits() ?? ""))
    case .list:
      var count = 0
      try elements { (element) throws(MessageError) in
        count += 1
        try element.skip()
      }
      return "[\(count) values]"
    case .object:
      try skip()
      return "{...}"
    case .null, nil:
      try skip()
      return "null"
    }
  }
}

extension JSONValue {
  /// The texts of a list of nothing else; nil of anything else.
  fileprivate var texts: [String]? {
    guard case .list(let values) = self else { return nil }
    let texts = values.compactMap(\.text)
    return texts.count == values.count ? texts : nil
  }
}
