/// Where a configuration says something: counted from one, as editors do.
package struct Mark: Hashable, Comparable, Sendable {
  package let line: Int
  /// In characters (Unicode scalars), not bytes.
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  package static func < (left: Mark, right: Mark) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}
