/// The fields of one message of Protocol Buffers, as they came; whose meaning is not known are there as well.
package struct ProtobufMessage: Hashable, Sendable {
  package enum Value: Hashable, Sendable {
    case number(UInt64)
    case bytes([UInt8])
  }

  private var fields: [UInt64: Value] = [:]

  /// Nil when it is none, or not all of it.
  package init?(_ bytes: some Collection<UInt8>) {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      guard let key = Self.varint(&rest), key >> 3 > 0, key >> 3 < 1 << 29 else { return nil }
      let value: Value
      switch key & 7 {
      case 0:
        guard let number = Self.varint(&rest) else { return nil }
        value = .number(number)
      case 1:
        guard let number = Self.fixed(&rest, bytes: 8) else { return nil }
        value = .number(number)
      case 2:
        guard let length = Self.varint(&rest), length <= UInt64(rest.count) else { return nil }
        value = .bytes(Array(rest.prefix(Int(length))))
        rest.removeFirst(Int(length))
      case 5:
        guard let number = Self.fixed(&rest, bytes: 4) else { return nil }
        value = .number(number)
      default: return nil
      }
      // Of a field that comes twice the last counts.
      fields[key >> 3] = value
    }
  }

  package func number(_ field: UInt64) -> UInt64? {
    if case .number(let number) = fields[field] { number } else { nil }
  }

  /// Text; what is no UTF-8 of it is replaced.
  package func text(_ field: UInt64) -> String? {
    if case .bytes(let bytes) = fields[field] { String(decoding: bytes, as: UTF8.self) } else { nil }
  }

  package func message(_ field: UInt64) -> ProtobufMessage? {
    if case .bytes(let bytes) = fields[field] { ProtobufMessage(bytes) } else { nil }
  }

  private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      // Of the tenth byte one bit belongs to the number; more is cut off, as everywhere.
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }

  private static func fixed(_ rest: inout ArraySlice<UInt8>, bytes count: Int) -> UInt64? {
    guard rest.count >= count else { return nil }
    let value = rest.prefix(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    rest.removeFirst(count)
    return value
  }
}
