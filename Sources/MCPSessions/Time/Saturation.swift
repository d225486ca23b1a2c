// Numbers that come from a server, a file, a clock or a command line may be anything. Arithmetic on them
// stops at the ends of their range; the plain operators would end the program there.

extension FixedWidthInteger {
  /// The sum, or the end of the range that it is beyond.
  package func addingSaturated(_ other: Self) -> Self {
    let (sum, isOver) = addingReportingOverflow(other)
    return isOver ? (other < 0 ? .min : .max) : sum
  }

  /// The difference, or the end of the range that it is beyond.
  package func subtractingSaturated(_ other: Self) -> Self {
    let (difference, isOver) = subtractingReportingOverflow(other)
    return isOver ? (other < 0 ? .max : .min) : difference
  }

  /// The product, or the end of the range that it is beyond.
  package func multipliedSaturated(by other: Self) -> Self {
    let (product, isOver) = multipliedReportingOverflow(by: other)
    return isOver ? ((self < 0) == (other < 0) ? .max : .min) : product
  }
}

extension FixedWidthInteger {
  /// The whole part, or the end of the range that it is beyond; 0 of what is no number.
  package init(saturating number: Double) {
    if let exact = Self(exactly: number.rounded(.towardZero)) {
      self = exact
    } else {
      self = number.isNaN ? 0 : number < 0 ? .min : .max
    }
  }
}
