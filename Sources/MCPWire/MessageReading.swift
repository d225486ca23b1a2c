// From JSON text to a message. Only members that are named here are looked at, so a result of a hundred
// thousand keys costs one scan.

/// Why bytes are not a message.
package enum MessageError: Error, Hashable, Sendable {
  case notJSON
  /// JSON, but not JSON-RPC 2.0; the text says what is missing.
  case notJSONRPC(String)
  /// More values, or more messages, than are read: each costs time and memory, however few bytes it has.
  case tooLarge

  /// In words, for a person.
  package var description: String {
    switch self {
    case .notJSON: "the answer is not JSON"
    case .notJSONRPC(let why): why
    case .tooLarge: "the answer holds too many values"
    }
  }
}

extension Message {
  /// More values than this in one text are not read.
  private static let valueLimit = 250_000
  /// Messages of one batch.
  private static let batchLimit = 256

  /// Reads one message, or the messages of a batch (revision 2025-03-26 has them).
  package static func read(_ bytes: some Collection<UInt8>) throws(MessageError) -> [Message] {
    let bytes = Array(bytes)
    guard !hasMoreValues(than: valueLimit, bytes) else { throw .tooLarge }
    var reader = JSONReader(bytes)
    var envelopes: [Envelope] = []
    if reader.next == .list {
      try reader.elements { (element) throws(MessageError) in
        guard envelopes.count < batchLimit else { throw .tooLarge }
        envelopes.append(try Envelope(&element))
      }
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
      case "jsonrpc": version = try value.name()
      case "method": method = try value.name()
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
  case tooLong
  case other

  init(_ reader: inout JSONReader) throws(MessageError) {
    switch reader.next {
    case .number:
      let digits = try reader.digits() ?? ""
      self = digits.utf8.count <= RequestID.limit ? .number(digits) : .tooLong
    case .text:
      let text = try reader.text(limit: RequestID.limit) ?? ""
      self = text.wasCut ? .tooLong : .text(text.text)
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
    case .tooLong: .tooLong
    case .other: .null
    }
  }

  /// What is asked of us is answered with just what was sent: 1.0 is not 1, and thirty digits are no number
  /// of ours.
  var exact: RequestID {
    guard case .number(let written) = self else { return meaning }
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
    var (code, message) = (0, CutText(whole: ""))
    var versions: [String] = []
    try reader.members { (name, value) throws(MessageError) in
      switch name {
      case "code":
        code = try value.digits().flatMap { Int($0) ?? Int(exactly: Double(json: $0)) } ?? 0
      case "message": message = try value.text() ?? ""
      case "data": versions = try Self.versions(&value)
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
  private static func versions(_ data: inout JSONReader) throws(MessageError) -> [String] {
    guard data.next == .object else { return try data.datesOrNothing() ?? [] }
    var lists: [String: [String]] = [:]
    try data.members { (name, value) throws(MessageError) in
      guard listNames.contains(name) else { return }
      lists[name] = value.next == .list ? try value.names() : try value.datesOrNothing()
    }
    return listNames.compactMap { lists[$0] }.first ?? []
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
      case "protocolVersion": protocolVersion = try value.name()
      case "level": level = try value.name()
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
      case "protocolVersion": protocolVersion = try value.name()
      case "supportedVersions": supportedVersions = try value.names()
      case "nextCursor": nextCursor = try value.text(limit: Self.cursorLimit)?.text
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
  private static func content(_ reader: inout JSONReader) throws(MessageError) -> [CutText]? {
    guard reader.next == .list else { return nil }
    var parts: [CutText] = []
    try reader.elements { (part) throws(MessageError) in
      guard parts.count < contentLimit else { return }
      guard part.next == .object else { return parts.append("[unknown]") }
      var (text, kind): (CutText?, CutText?)
      try part.members { (name, value) throws(MessageError) in
        switch name {
        case "text": text = try value.text(limit: contentBytes)
        case "type": kind = try value.text(limit: 64)
        default: break
        }
      }
      parts.append(text ?? CutText("[\(kind?.text ?? "unknown")]", wasCut: kind?.wasCut ?? false))
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
      found.append(Tool(definition, place: found.count + 1))
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
      case "name": name = try value.name()
      case "version": version = try value.name()
      default: break
      }
    }
  }
}

extension JSONReader {
  /// Reads a value: a scalar as text, of a structure only that it is one.
  fileprivate mutating func words() throws(MessageError) -> CutText {
    switch next {
    case .text: return try text() ?? ""
    case .flag: return try flag() == true ? "true" : "false"
    case .number: return CutText(whole: String(Double(json: try digits() ?? "")))
    case .list:
      var count = 0
      try elements { (element) throws(MessageError) in
        count += 1
        try element.skip()
      }
      return CutText(whole: "[\(count) values]")
    case .object:
      try skip()
      return "{...}"
    case .null, nil:
      try skip()
      return "null"
    }
  }
}

extension JSONReader {
  /// More texts of a list of names than this are not looked at.
  private static var nameLimit: Int { 64 }

  /// Reads a list of texts; nil of anything else, and where one is none. Of many the first are kept.
  fileprivate mutating func names() throws(MessageError) -> [String]? {
    guard next == .list else {
      try skip()
      return nil
    }
    var names: [String] = []
    var isOfTexts = true
    try elements { (element) throws(MessageError) in
      guard let name = try element.text(limit: 64) else { return isOfTexts = false }
      if names.count < Self.nameLimit { names.append(name.text) }
    }
    return isOfTexts ? names : nil
  }

  /// Reads a value: the dates in a text, as far as they may be revisions; nil of anything else.
  fileprivate mutating func datesOrNothing() throws(MessageError) -> [String]? {
    try text(limit: 65_536).map { Array(Revision.dates(in: $0.text).prefix(Self.nameLimit)) }
  }
}
