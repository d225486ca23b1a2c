/// Where a configuration says something: counted from one, as editors do.
public struct Mark: Hashable, Comparable, Sendable {
  public let line: Int
  /// In characters (Unicode scalars), not bytes.
  public let column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  public static func < (left: Mark, right: Mark) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}
