import MCPWire

/// What the answers of collectors say, in the encoding in which they come: that of what was sent, unless
/// something else answers in their place.
enum CollectorWords {
  /// How much of what it got it does not want, and why (Export…PartialSuccess).
  static func partialSuccess(_ body: [UInt8], _ mediaType: String?) -> (rejected: Int, why: String)? {
    if isProtobuf(mediaType) {
      // Of metrics and of logs: partial_success, and in it how many and the words.
      guard let partial = ProtobufMessage(body)?.message(1) else { return nil }
      let rejected = partial.number(1).map { Int(clamping: Int64(truncatingIfNeeded: $0)) } ?? 0
      return (rejected, partial.text(2) ?? "")
    }
    guard let partial = (try? JSONValue.read(body))?["partialSuccess"] else { return nil }
    let rejected =
      ["rejectedLogRecords", "rejectedDataPoints"].compactMap { partial[$0] }
      .compactMap { $0.whole ?? $0.text.flatMap { Int($0) } }.first ?? 0
    return (rejected, partial["errorMessage"]?.text ?? "")
  }

  /// Why it refuses: the message of a Status, else what there is to read.
  static func message(_ body: [UInt8], _ mediaType: String?) -> String {
    if isProtobuf(mediaType) { return ProtobufMessage(body)?.text(2) ?? "" }
    return (try? JSONValue.read(body))?["message"]?.text
      ?? Page.words(of: String(decoding: body.prefix(512), as: UTF8.self))
  }

  private static func isProtobuf(_ mediaType: String?) -> Bool {
    mediaType?.lowercased().hasPrefix(Collector.Encoding.protobuf.mediaType) == true
  }
}
