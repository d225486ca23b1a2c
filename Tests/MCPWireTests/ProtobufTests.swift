import Testing

@testable import MCPWire

@Suite struct `Protocol Buffers` {
  /// What the official writer makes of these values.
  @Test func `are written as others write them`() {
    var writer = ProtobufWriter()
    writer.varint(1, 300)
    writer.varint(2, UInt64(bitPattern: -2))
    writer.fixed64(3, 1)
    writer.double(4, 0.5)
    writer.text(5, "é")
    writer.fixed64s(6, [1, 2])
    writer.message(16) { $0.text(1, "ledger") }
    let expected: [UInt8] =
      [0x08, 0xAC, 0x02, 0x10, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]
      + [0x19, 1, 0, 0, 0, 0, 0, 0, 0, 0x21, 0, 0, 0, 0, 0, 0, 0xE0, 0x3F, 0x2A, 2, 0xC3, 0xA9]
      + [0x32, 16, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0x82, 0x01, 8, 0x0A, 6]
      + Array("ledger".utf8)
    #expect(writer.bytes == expected)
    let message = ProtobufMessage(writer.bytes)
    #expect(message?.number(1) == 300 && message?.number(2) == UInt64(bitPattern: -2))
    #expect(message?.number(3) == 1 && message?.text(5) == "é")
    #expect(message?.message(16)?.text(1) == "ledger" && message?.text(1) == nil)
  }

  @Test(
    arguments: [
      // Cut anywhere, a length over the end, a number without end, field 0, groups.
      [0x08], [0x12, 5, 0x61], [0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1],
      [0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], [0x00, 0], [0x0B, 0x0C],
      [0x09, 1, 2, 3], [0x0D, 1],
    ] as [[UInt8]])
  func `that are none are not read`(bytes: [UInt8]) {
    #expect(ProtobufMessage(bytes) == nil)
  }

  @Test func `are passed over where a field is not known`() {
    let message = ProtobufMessage([0x0D, 1, 0, 0, 0, 0x72, 1, 0x61, 0x12, 1, 0x62] as [UInt8])
    #expect(message?.text(2) == "b" && message?.number(1) == 1 && message?.text(3) == nil)
  }
}
