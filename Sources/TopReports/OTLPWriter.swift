import MCPWire
import MCPSessions

/// Writes a document of OTLP in the encoding that its collector takes. Each member has its name, which JSON
/// says, and its number, which Protocol Buffers says: so that both say the same, it is written once.
///
/// The JSON encoding has names in camel case, 64-bit numbers as text and enumerations as numbers
/// (OpenTelemetry Protocol 1.x, "JSON Protobuf Encoding").
struct OTLPWriter {
  private let encoding: Collector.Encoding
  private var json = JSONWriter()
  private var protobuf = ProtobufWriter()

  /// The document whose members `content` adds.
  static func document(_ encoding: Collector.Encoding, _ content: (inout OTLPWriter) -> Void) -> [UInt8] {
    var writer = OTLPWriter(encoding: encoding)
    switch encoding {
    case .protobuf:
      content(&writer)
      return writer.protobuf.bytes
    case .json:
      writer.json.object { fill(&$0, content) }
      return Array(writer.json.text.utf8)
    }
  }

  private init(encoding: Collector.Encoding) { self.encoding = encoding }

  /// A text; one of several that exclude each other is there also when it is empty.
  mutating func text(_ name: String, _ number: UInt32, _ value: String, isChoice: Bool = false) {
    switch encoding {
    case .json: json.member(name, value)
    case .protobuf: if isChoice || !value.isEmpty { protobuf.text(number, value) }
    }
  }

  /// A number of 64 bits that takes as little space as it needs (`int64`), one of several that exclude each
  /// other.
  mutating func integer(_ name: String, _ number: UInt32, _ value: Int) {
    switch encoding {
    case .json: json.member(name, String(value))
    case .protobuf: protobuf.varint(number, UInt64(bitPattern: Int64(value)))
    }
  }

  /// A number of 64 bits in eight bytes (`fixed64`).
  mutating func fixed(_ name: String, _ number: UInt32, _ value: UInt64) {
    switch encoding {
    case .json: json.member(name, String(value))
    case .protobuf: if value != 0 { protobuf.fixed64(number, value) }
    }
  }

  /// The same with a sign (`sfixed64`), one of several that exclude each other.
  mutating func signed(_ name: String, _ number: UInt32, _ value: Int) {
    switch encoding {
    case .json: json.member(name, String(value))
    case .protobuf: protobuf.fixed64(number, UInt64(bitPattern: Int64(value)))
    }
  }

  /// A number that is there also when it is 0.
  mutating func real(_ name: String, _ number: UInt32, _ value: Double) {
    switch encoding {
    case .json: json.member(name, json: Self.text(of: value))
    case .protobuf: protobuf.double(number, value)
    }
  }

  /// An enumeration.
  mutating func choice(_ name: String, _ number: UInt32, _ value: UInt32) {
    switch encoding {
    case .json: json.member(name, value)
    case .protobuf: if value != 0 { protobuf.varint(number, UInt64(value)) }
    }
  }

  mutating func flag(_ name: String, _ number: UInt32, _ value: Bool) {
    switch encoding {
    case .json: json.member(name, value)
    case .protobuf: if value { protobuf.varint(number, 1) }
    }
  }

  mutating func fixed(_ name: String, _ number: UInt32, _ values: [UInt64]) {
    switch encoding {
    case .json: json.array(name) { for value in values { $0.element(String(value)) } }
    case .protobuf: if !values.isEmpty { protobuf.fixed64s(number, values) }
    }
  }

  mutating func reals(_ name: String, _ number: UInt32, _ values: [Double]) {
    switch encoding {
    case .json: json.member(name, json: "[\(values.map(Self.text).joined(separator: ","))]")
    case .protobuf: if !values.isEmpty { protobuf.fixed64s(number, values.map(\.bitPattern)) }
    }
  }

  mutating func message(_ name: String, _ number: UInt32, _ content: (inout OTLPWriter) -> Void) {
    switch encoding {
    case .json: json.object(name) { Self.fill(&$0, content) }
    case .protobuf: protobuf.message(number) { Self.fill(&$0, content) }
    }
  }

  /// A message for each of `elements`.
  mutating func messages<Element>(
    _ name: String, _ number: UInt32, _ elements: some Sequence<Element>,
    _ content: (inout OTLPWriter, Element) -> Void
  ) {
    switch encoding {
    case .json:
      json.array(name) { array in
        for element in elements {
          array.object { object in Self.fill(&object) { content(&$0, element) } }
        }
      }
    case .protobuf: for element in elements { message(name, number) { content(&$0, element) } }
    }
  }

  /// The text moves in and out, so that it is never there twice.
  private static func fill(_ json: inout JSONWriter, _ content: (inout OTLPWriter) -> Void) {
    var writer = OTLPWriter(encoding: .json)
    swap(&writer.json, &json)
    content(&writer)
    swap(&writer.json, &json)
  }

  private static func fill(_ protobuf: inout ProtobufWriter, _ content: (inout OTLPWriter) -> Void) {
    var writer = OTLPWriter(encoding: .protobuf)
    swap(&writer.protobuf, &protobuf)
    content(&writer)
    swap(&writer.protobuf, &protobuf)
  }

  /// A number of JSON, or a word where it has none.
  private static func text(of value: Double) -> String {
    guard value.isFinite else {
      return value.isNaN ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\""
    }
    return "\(value)"
  }
}
