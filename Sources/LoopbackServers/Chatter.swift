import MCPWire

/// The n-th log notification of a server that talks, over and over.
func chatterLine(_ number: Int) -> String {
  let lines = [
    ("info", "jobs", "job \(1_000 + number) started"),
    ("debug", "cache", "hit rate 0.93 over 412 reads"),
    ("info", "jobs", "job \(1_000 + number - 2) done in 1.8 s"),
    ("notice", "auth", "key rotated"),
    ("warning", "queue", "17 jobs wait, oldest 9 s"),
    ("info", "jobs", "job \(1_000 + number) started"),
    ("error", "backend", "no answer from the index within 2 s, trying again"),
  ]
  let (level, logger, text) = lines[number % lines.count]
  return logNotification(level: level, logger: logger, text)
}

/// A `notifications/message` (specification 2025-11-25, "Logging").
package func logNotification(level: String, logger: String, _ text: String) -> String {
  var writer = JSONWriter()
  writer.object {
    $0.member("jsonrpc", "2.0")
    $0.member("method", "notifications/message")
    $0.object("params") {
      $0.member("level", level)
      $0.member("logger", logger)
      $0.member("data", text)
    }
  }
  return writer.text
}
