import MCPWire
package import MCPSessions

/// All that a look at a server has found as one line of JSON, schema version 1, without its line break.
package func probeLine(_ report: ProbeReport) -> String {
  var writer = JSONWriter()
  writer.object {
    $0.member("v", schemaVersion)
    $0.member("type", "probe")
    $0.member("time", report.began.wall.rfc3339)
    $0.member("server", report.server.text)
    $0.member("user", report.user)
    $0.member("transport", report.transport.rawValue)
    $0.member("url", report.url)
    $0.member("well", report.isWell)
    $0.member("complete", report.isComplete)
    $0.member("interruption", report.interruption?.text)
    $0.member("kind", report.kind?.rawValue)
    $0.member("protocol", report.revision)
    $0.member("session", report.session)
    if let identity = report.identity {
      $0.object("server_info") {
        $0.member("name", identity.name.text)
        $0.member("version", identity.version.text)
      }
    }
    $0.member("address", report.address?.text)
    if let certificate = report.certificate {
      $0.object("certificate") {
        $0.member("subject", certificate.subject.text)
        $0.member("issuer", certificate.issuer.text)
        $0.member("ends", certificate.ends?.rfc3339)
      }
    }
    if !report.issuers.isEmpty || report.scopes != nil {
      $0.object("authorization") { object in
        object.array("issuers") { for issuer in report.issuers { $0.element(issuer.text) } }
        object.member("scopes", report.scopes?.text)
      }
    }
    $0.member("tools", report.tools)
    if report.steps.contains(where: { $0.name == .call }) {
      $0.array("content") { for part in report.content { $0.element(part.text) } }
    }
    $0.array("steps") { list in for step in report.steps { list.step(step) } }
    $0.array("troubleshooting") { list in
      for one in report.troubleshooting {
        list.object {
          $0.member("question", one.question.rawValue)
          if let isFound = one.isFound { $0.member("found", isFound) }
          $0.member("answer", one.answer.text)
        }
      }
    }
    $0.object("sessions") {
      $0.member("opened", report.opened)
      $0.member("ended", report.ended)
      $0.member("left_behind", report.leftBehind)
    }
  }
  return writer.text
}

extension JSONWriter {
  fileprivate mutating func step(_ step: ProbeStep) {
    object {
      $0.member("step", step.name.rawValue)
      $0.member("result", step.verdict.rawValue)
      $0.member("duration_ms", step.took?.inMilliseconds1, places: 3)
      $0.member("message", step.finding.text)
      $0.error("error", step.error)
      $0.member("remedy", step.remedy?.text)
    }
  }
}
