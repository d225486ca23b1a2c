import Glibc

/// Reads a file line by line within a bound: a line that is longer is passed over, however long it is.
package struct LineReader: ~Copyable {
  private let descriptor: Int32
  private let limit: Int
  private var buffer: [UInt8] = []
  private var place = 0
  private var isAtEnd = false
  /// Lines that were passed over because they were too long.
  package private(set) var passedOver = 0

  /// The descriptor stays its owner's. `limit` bounds a line, in bytes.
  package init(_ descriptor: Int32, limit: Int) {
    self.descriptor = descriptor
    self.limit = max(1, limit)
  }

  /// The next line without its end; absent at the end of the file, or when it cannot be read any further.
  package mutating func next() -> ArraySlice<UInt8>? {
    var isTooLong = false
    while true {
      if let end = buffer[place...].firstIndex(of: 0x0A) {
        let line = buffer[place..<end]
        place = end + 1
        guard !isTooLong, line.count <= limit else {
          isTooLong = false
          passedOver += 1
          continue
        }
        return line
      }
      if buffer.count - place > limit {
        isTooLong = true
        buffer = []
        place = 0
      }
      guard !isAtEnd else { return last(isTooLong) }
      fill()
    }
  }

  private mutating func last(_ isTooLong: Bool) -> ArraySlice<UInt8>? {
    guard !isTooLong else {
      passedOver += 1
      return nil
    }
    guard place < buffer.count else { return nil }
    defer { place = buffer.count }
    return buffer[place...]
  }

  private mutating func fill() {
    buffer.removeFirst(place)
    place = 0
    let old = buffer.count
    buffer += [UInt8](repeating: 0, count: 65_536)
    var count: Int
    repeat {
      count = buffer.withUnsafeMutableBytes { bytes in
        read(descriptor, bytes.baseAddress?.advanced(by: old), 65_536)
      }
    } while count < 0 && errno == EINTR
    buffer.removeLast(65_536 - max(0, count))
    isAtEnd = count <= 0
  }
}
