// The one file that reads JSON. Only members that are named here are looked at, so a result of a hundred
// thousand keys costs one scan; FoundationEssentials bounds the depth of nesting.
import FoundationEssentials

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
    let text = Array(bytes)[...]
    let isBatch = text.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "[")
    let batch: [Envelope]
    do {
      guard isUTF8Text(text) else { throw MessageError.notJSON }
      let decoder = JSONDecoder()
      let data = Data(text)
      batch =
        isBatch
        ? try decoder.decode([Envelope].self, from: data) : [try decoder.decode(Envelope.self, from: data)]
    } catch {
      throw .notJSON
    }
    guard !batch.isEmpty else { throw .notJSONRPC("the answer is an empty batch") }
    let texts = isBatch ? JSONWalk.elements(of: text) : [text]
    var messages: [Message] = []
    for (place, envelope) in batch.enumerated() {
      messages.append(try envelope.message(written: place < texts.count ? texts[place] : []))
    }
    return messages
  }
}

extension JSONValue {
  /// Reads any JSON text.
  package static func read(_ bytes: some Collection<UInt8>) throws(MessageError) -> JSONValue {
    do {
      let text = Array(bytes)[...]
      guard isUTF8Text(text) else { throw MessageError.notJSON }
      return try JSONDecoder().decode(JSONValue.self, from: Data(text))
    } catch {
      throw .notJSON
    }
  }
}

private struct Envelope: Decodable {
  let version: String?
  let id: RequestID?
  let method: String?
  let parameters: Parameters
  let result: Result?
  let failure: RPCError?
  let isObject: Bool

  enum Keys: String, CodingKey {
    case jsonrpc, id, method, params, result, error
  }

  init(from decoder: any Decoder) throws {
    guard let members = try? decoder.container(keyedBy: Keys.self) else {
      (version, id, method, parameters, result, failure) = (nil, nil, nil, Parameters(), nil, nil)
      isObject = false
      return
    }
    isObject = true
    version = members.text(.jsonrpc)
    method = members.text(.method)
    id = members.contains(.id) ? RequestID(members, .id) : nil
    parameters = (try? members.decode(ParametersReader.self, forKey: .params))?.value ?? Parameters()
    // A result may be anything but absent; a null one is still an answer.
    result =
      members.contains(.result)
      ? (try? members.decode(ResultReader.self, forKey: .result))?.value ?? Result() : nil
    failure =
      members.contains(.error) ? (try? members.decode(ErrorReader.self, forKey: .error))?.value : nil
  }

  /// The message; `text` is what it was read from.
  func message(written text: ArraySlice<UInt8>) throws(MessageError) -> Message {
    guard isObject else { throw .notJSONRPC("the answer is JSON, but no object") }
    guard version == "2.0" else { throw .notJSONRPC("the answer has no \"jsonrpc\": \"2.0\"") }
    if let method {
      guard let id else { return Message(id: nil, content: .notification(method: method, parameters)) }
      return Message(id: Self.exact(id, in: text), content: .request(method: method, parameters))
    }
    if let failure { return Message(id: id, content: .failure(failure)) }
    if let result { return Message(id: id, content: .result(result)) }
    throw .notJSONRPC("the answer has neither a result nor an error")
  }

  /// A number as it was written: 1.0 reads as 1, and a number of thirty digits as none.
  private static func exact(_ id: RequestID, in text: ArraySlice<UInt8>) -> RequestID {
    if case .string = id { return id }
    guard let written = JSONWalk.member("id", of: text).map({ String(decoding: $0, as: UTF8.self) }),
      written != id.json, let first = written.utf8.first,
      first == UInt8(ascii: "-") || (0x30...0x39).contains(first), written.utf8.count <= digitLimit
    else { return id }
    // Where the member stands twice, the last one counts, as with JavaScript and Python.
    return Int64(written).flatMap { $0.description == written ? .number($0) : nil } ?? .digits(written)
  }

  /// The longest number that is sent back.
  private static let digitLimit = 1_024
}

extension RequestID {
  fileprivate init<Key>(_ members: KeyedDecodingContainer<Key>, _ key: Key) {
    if let number = try? members.decode(Int64.self, forKey: key) {
      self = .number(number)
    } else if let text = members.text(key) {
      self = .string(text)
    } else {
      self = .null
    }
  }
}

private struct ErrorReader: Decodable {
  let value: RPCError

  enum Keys: String, CodingKey { case code, message, data }
  /// The specification's name of the list, and what servers call it as well.
  enum DataKeys: String, CodingKey, CaseIterable {
    case supported, supportedVersions, supportedProtocolVersions, versions
    case supportedInSnakes = "supported_versions"
    case protocolVersionsInSnakes = "supported_protocol_versions"
  }

  init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: Keys.self)
    value = RPCError(
      code: (try? members.decode(Int.self, forKey: .code)) ?? 0, message: members.text(.message) ?? "",
      supportedVersions: Self.versions(in: members))
  }

  /// A list as it is; of a text, in the place of the list or of all the data, the dates.
  private static func versions(in members: KeyedDecodingContainer<Keys>) -> [String] {
    if let words = members.text(.data) { return Revision.dates(in: words) }
    guard let data = try? members.nestedContainer(keyedBy: DataKeys.self, forKey: .data) else { return [] }
    for key in DataKeys.allCases {
      if let list = try? data.decode([String].self, forKey: key) { return list }
      if let words = data.text(key) { return Revision.dates(in: words) }
    }
    return []
  }
}

private struct ParametersReader: Decodable {
  var value = Parameters()

  enum Keys: String, CodingKey { case protocolVersion, level, logger, data, message }

  init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: Keys.self)
    value.protocolVersion = members.text(.protocolVersion)
    value.level = members.text(.level)
    value.logger = members.text(.logger)
    value.message = members.text(.message)
    value.data = members.contains(.data) ? members.anyText(.data) : nil
  }
}

private struct ResultReader: Decodable {
  var value = Result()

  enum Keys: String, CodingKey {
    case protocolVersion, serverInfo, capabilities, tools, nextCursor, supportedVersions, content, isError
    case metadata = "_meta"
  }
  /// Revision 2026-07-28 names the server among the metadata.
  enum MetadataKeys: String, CodingKey { case serverInfo = "io.modelcontextprotocol/serverInfo" }
  enum ListKeys: String, CodingKey { case listChanged }
  enum InfoKeys: String, CodingKey { case name, version }
  enum CapabilityKeys: String, CodingKey { case tools, resources, prompts }

  init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: Keys.self)
    value.protocolVersion = members.text(.protocolVersion)
    value.supportedVersions = try? members.decode([String].self, forKey: .supportedVersions)
    value.nextCursor = members.text(.nextCursor)
    value.isError = (try? members.decode(Bool.self, forKey: .isError)) ?? false
    if let parts = try? members.decode([JSONValue].self, forKey: .content) {
      value.content = parts.prefix(Result.contentLimit).map { part in
        part["text"]?.text ?? "[\(part["type"]?.text ?? "unknown")]"
      }
    }
    if let list = try? members.decode(ToolsReader.self, forKey: .tools) {
      (value.tools, value.hasMoreTools) = (list.tools, list.hasMore)
    }
    let metadata = try? members.nestedContainer(keyedBy: MetadataKeys.self, forKey: .metadata)
    let named =
      (try? members.nestedContainer(keyedBy: InfoKeys.self, forKey: .serverInfo))
      ?? (try? metadata?.nestedContainer(keyedBy: InfoKeys.self, forKey: .serverInfo))
    if let info = named {
      value.serverName = info.text(.name)
      value.serverVersion = info.text(.version)
    }
    if let offers = try? members.nestedContainer(keyedBy: CapabilityKeys.self, forKey: .capabilities) {
      value.hasCapabilities = true
      value.offersTools = offers.contains(.tools)
      value.tellsListChanges = [CapabilityKeys.tools, .prompts, .resources].contains { key in
        let list = try? offers.nestedContainer(keyedBy: ListKeys.self, forKey: key)
        return (try? list?.decode(Bool.self, forKey: .listChanged)) == true
      }
    }
  }
}

/// The tools of one page. An entry without a name counts, under its place.
private struct ToolsReader: Decodable {
  private(set) var tools: [Tool] = []
  private(set) var hasMore = false

  init(from decoder: any Decoder) throws {
    var list = try decoder.unkeyedContainer()
    while !list.isAtEnd {
      guard tools.count < Result.toolLimit else {
        hasMore = true
        return
      }
      let definition = try list.decode(JSONValue.self)
      tools.append(Tool(name: definition["name"]?.text ?? "#\(tools.count + 1)", definition: definition))
    }
  }
}

/// A value that is counted and not looked at.
private struct Anything: Decodable {
  init(from decoder: any Decoder) throws {}
}

extension KeyedDecodingContainer {
  /// The text of a member, absent when it is missing or of another type.
  fileprivate func text(_ key: Key) -> String? {
    try? decode(String.self, forKey: key)
  }

  /// A scalar as text; of a structure only that it is one.
  fileprivate func anyText(_ key: Key) -> String {
    if let text = text(key) { return text }
    if let flag = try? decode(Bool.self, forKey: key) { return String(flag) }
    if let number = try? decode(Double.self, forKey: key) { return String(number) }
    if let list = try? decode([Anything].self, forKey: key) { return "[\(list.count) values]" }
    return (try? decodeNil(forKey: key)) == true ? "null" : "{...}"
  }
}
