/// Writes one message of Protocol Buffers: the few kinds of fields that OpenTelemetry's messages have.
/// Fields in the order of their numbers give the bytes that other writers give.
///
///     var writer = ProtobufWriter()
///     writer.text(1, "ledger")
///     writer.message(2) { $0.varint(1, 404) }
///     writer.bytes  // 0A 06 "ledger" 12 03 08 94 03
package struct ProtobufWriter: Sendable {
  /// What is written so far.
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func varint(_ field: UInt32, _ value: UInt64) {
    key(field, 0)
    append(value)
  }

  package mutating func fixed64(_ field: UInt32, _ value: UInt64) {
    key(field, 1)
    appendFixed(value)
  }

  package mutating func double(_ field: UInt32, _ value: Double) { fixed64(field, value.bitPattern) }

  package mutating func text(_ field: UInt32, _ value: String) {
    key(field, 2)
    append(UInt64(value.utf8.count))
    bytes += value.utf8
  }

  /// Numbers of 64 bits side by side (`packed`).
  package mutating func fixed64s(_ field: UInt32, _ values: [UInt64]) {
    key(field, 2)
    append(UInt64(values.count) * 8)
    for value in values { appendFixed(value) }
  }

  package mutating func message(_ field: UInt32, _ content: (inout ProtobufWriter) -> Void) {
    var inner = ProtobufWriter()
    content(&inner)
    key(field, 2)
    append(UInt64(inner.bytes.count))
    bytes += inner.bytes
  }

  private mutating func key(_ field: UInt32, _ wireType: UInt64) { append(UInt64(field) << 3 | wireType) }

  private mutating func append(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  private mutating func appendFixed(_ value: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }
}
