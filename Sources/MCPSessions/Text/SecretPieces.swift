/// Values to be found in texts, in pieces of at most 64 bytes, so that the work on a text depends on its
/// length alone: neither on how many values there are, nor on how long they are, nor on how much they and the
/// text are alike.
///
/// A value of more than one piece is found piece by piece, and as far as a text holds whole pieces of it.
struct SecretPieces: Sendable {
  /// The longest piece, in bytes.
  static let length = 64
  /// What is shorter is not looked for in this way.
  static let shortest = 4

  /// How often each value was learnt.
  private var values: [UInt64: Int] = [:]
  /// How often each piece was.
  private var pieces: [UInt64: Int] = [:]
  /// With which four bytes the longest pieces begin, and how many do.
  private var longBeginnings: [UInt32: Int] = [:]
  /// How long the shorter ones are that begin with these.
  private var lengths: [UInt32: [(length: Int, count: Int)]] = [:]
  /// How many values begin with the same bytes, as many as are telling.
  private var starts: [UInt64: Int] = [:]
  /// The first piece of each value, and those that follow it.
  private var beginnings = SortedTexts()
  private var continuations = SortedTexts()

  var isEmpty: Bool { values.isEmpty }

  /// Takes in a value of at least `shortest` bytes once more, or once less.
  mutating func add(_ value: [UInt8], _ times: Int) {
    let name = TextSums(value).name
    let before = values[name, default: 0]
    let after = max(0, before + times)
    values[name] = after > 0 ? after : nil
    guard (before == 0) != (after == 0) else { return }
    let change = after > 0 ? 1 : -1
    if value.count >= Self.telling {
      let start = TextSums(Array(value.prefix(Self.telling))).name
      let count = starts[start, default: 0] + change
      starts[start] = count > 0 ? count : nil
    }
    let parts = stride(from: 0, to: value.count, by: Self.length).map {
      Array(value[$0..<min($0 + Self.length, value.count)])
    }
    for (number, part) in parts.enumerated() {
      if number == 0 { beginnings.add(part, change) } else { continuations.add(part, change) }
      if part.count == Self.length || number == 0 { count(part, change) }
    }
    // The rest of a long value is found with what stands before it: alone it may be a word.
    if value.count > Self.length, value.count % Self.length != 0 {
      count(Array(value.suffix(Self.length)), change)
    }
  }

  private mutating func count(_ piece: [UInt8], _ change: Int) {
    let name = TextSums(piece).name
    let sum = pieces[name, default: 0] + change
    pieces[name] = sum > 0 ? sum : nil
    let key = Self.key(piece, at: 0)
    guard piece.count < Self.length else {
      let count = longBeginnings[key, default: 0] + change
      return longBeginnings[key] = count > 0 ? count : nil
    }
    var found = lengths[key] ?? []
    if let index = found.firstIndex(where: { $0.length == piece.count }) {
      found[index].count += change
      if found[index].count <= 0 { found.remove(at: index) }
    } else if change > 0 {
      found.append((piece.count, change))
    }
    lengths[key] = found.isEmpty ? nil : found
  }

  private static func key(_ bytes: [UInt8], at place: Int) -> UInt32 {
    UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]) << 16
      | UInt32(bytes[place + 3]) << 24
  }

  // MARK: - Finding

  /// So much of the beginning of a value at the end of a text is the value, cut by whoever wrote the text.
  private static let telling = 16

  /// Where in a text values stand, and beginnings of them at its end: with `isCut` however short.
  func matches(in text: [UInt8], isCut: Bool) -> [Range<Int>] {
    guard !isEmpty, text.count >= Self.shortest else { return [] }
    var ranges: [Range<Int>] = []
    var covered = 0
    var sums: TextSums?
    for place in 0...text.count - Self.shortest {
      let key = Self.key(text, at: place)
      let isLong = place + Self.length <= text.count && longBeginnings[key] != nil
      let shorter = lengths[key] ?? []
      guard isLong || !shorter.isEmpty else { continue }
      let read = sums ?? TextSums(text)
      sums = read
      if place >= covered, place + Self.telling <= text.count,
        starts[read.name(of: place, Self.telling)] != nil
      {
        let size = beginning(at: place, of: text)
        ranges.append(place..<place + size)
        covered = place + size
      }
      // What is masked already need not be found again; of a long value the rest may follow.
      var longest = isLong && pieces[read.name(of: place, Self.length)] != nil ? Self.length : 0
      for (length, _) in shorter where length > longest && place + length <= text.count {
        guard place + length > covered else { continue }
        if pieces[read.name(of: place, length)] != nil { longest = length }
      }
      guard longest > 0 else { continue }
      ranges.append(place..<place + longest)
      covered = max(covered, place + longest)
    }
    let least = isCut ? Self.shortest : Self.telling
    for size in stride(from: min(Self.length - 1, text.count), through: least, by: -1)
    where beginnings.hasOne(beginningWith: text.suffix(size)) {
      ranges.append(text.count - size..<text.count)
      break
    }
    for end in Set(ranges.map(\.upperBound)) where (1..<Self.length).contains(text.count - end) {
      if continuations.hasOne(beginningWith: text[end...]) { ranges.append(end..<text.count) }
    }
    return ranges
  }
}

extension SecretPieces {
  /// How much of the beginning of a value stands there, of which a telling part does: who repeats a key that
  /// is too long for him leaves its end out.
  private func beginning(at place: Int, of text: [UInt8]) -> Int {
    var size = Self.telling
    var limit = min(Self.length, text.count - place)
    // What begins a value in its whole length does so in every shorter one.
    while size < limit {
      let middle = size + (limit - size + 1) / 2
      if beginnings.hasOne(beginningWith: text[place..<place + middle]) {
        size = middle
      } else {
        limit = middle - 1
      }
    }
    return size
  }
}

/// Texts in the order of their bytes, each with how often it was put in.
private struct SortedTexts: Sendable {
  private var texts: [(bytes: [UInt8], count: Int)] = []

  mutating func add(_ bytes: [UInt8], _ change: Int) {
    let place = place(of: bytes[...])
    if place < texts.count, texts[place].bytes == bytes {
      texts[place].count += change
      if texts[place].count <= 0 { texts.remove(at: place) }
    } else if change > 0 {
      texts.insert((bytes, change), at: place)
    }
  }

  func hasOne(beginningWith start: ArraySlice<UInt8>) -> Bool {
    let place = place(of: start)
    return place < texts.count && texts[place].bytes.starts(with: start)
  }

  /// Where the first stands that is not before `bytes`.
  private func place(of bytes: ArraySlice<UInt8>) -> Int {
    var (low, high) = (0, texts.count)
    while low < high {
      let middle = (low + high) / 2
      if texts[middle].bytes.lexicographicallyPrecedes(bytes) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// Numbers for the parts of a text, each to be had in a few steps however long the part is. That two parts
/// of a text and a value have the same one and differ, somebody could bring about who knows the value; he
/// would only have more of his own text masked.
private struct TextSums {
  private var sums: [UInt64] = [0]

  private static let base: UInt64 = 0x9E37_79B9_7F4A_7C15
  private static let powers: [UInt64] = {
    var powers: [UInt64] = [1]
    for _ in 0..<SecretPieces.length { powers.append(powers[powers.count - 1] &* base) }
    return powers
  }()

  init(_ bytes: [UInt8]) {
    sums.reserveCapacity(bytes.count + 1)
    var sum: UInt64 = 0
    for byte in bytes {
      sum = sum &* Self.base &+ UInt64(byte) &+ 1
      sums.append(sum)
    }
  }

  /// That of all of it.
  var name: UInt64 { sums[sums.count - 1] &+ UInt64(sums.count - 1) << 40 }

  /// That of a piece.
  func name(of start: Int, _ length: Int) -> UInt64 {
    (sums[start + length] &- sums[start] &* Self.powers[length]) &+ UInt64(length) << 40
  }
}
