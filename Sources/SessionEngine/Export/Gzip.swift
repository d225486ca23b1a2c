import CTopZlib

/// These bytes as gzip (RFC 1952). Nil where that does not go, for want of memory, or makes them no smaller.
func gzip(_ bytes: [UInt8]) -> [UInt8]? {
  guard let length = UInt32(exactly: bytes.count) else { return nil }
  let packed = [UInt8](unsafeUninitializedCapacity: bytes.count) { room, count in
    count = Int(czlib_gzip(bytes, length, room.baseAddress, length))
  }
  return packed.isEmpty ? nil : packed
}
