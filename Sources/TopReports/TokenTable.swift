import MCPWire
package import MCPSessions

/// What is held of sign-ins as plain text, without a single secret, and without a final line break. No line
/// is longer than `width` characters.
package func tokenTable(_ grants: [StoredGrant], at now: WallTime, width: Int) -> String {
  guard !grants.isEmpty else { return "no sign-ins are kept" }
  let rows = grants.map { stored -> [String] in
    let grant = stored.grant
    return [
      line(stored.server), line(stored.user), line(grant.origin?.issuer ?? ""),
      line(grant.scopes.joined(separator: " ")), ends(grant, at: now), grant.refresh == nil ? "no" : "yes",
      age(grant.obtained, now), "\(stored.renewals)",
    ]
  }
  return tableLines(columns, rows, width: width).joined(separator: "\n")
}

/// The same as one JSON object of schema version 1.
package func tokenList(_ grants: [StoredGrant]) -> String {
  var writer = JSONWriter()
  writer.object { object in
    object.member("v", schemaVersion)
    object.member("type", "tokens")
    object.array("tokens") { list in
      for stored in grants {
        let grant = stored.grant
        list.object { token in
          token.member("server", line(stored.server))
          token.member("user", line(stored.user))
          token.member("issuer", grant.origin.map { line($0.issuer) })
          token.member("resource", grant.origin.map { line($0.resource) })
          token.member("client_id", grant.origin.map { line($0.client.id) })
          token.array("scopes") { for scope in grant.scopes { $0.element(line(scope)) } }
          token.member("obtained", grant.obtained.rfc3339)
          token.member("expires", grant.expires?.rfc3339)
          token.member("renewable", grant.refresh != nil)
          token.member("renewals", stored.renewals)
        }
      }
    }
  }
  return writer.text
}

private let columns = [
  Column("SERVER", .essential(atLeast: 16)), Column("USER", .dispensable(3)),
  Column("ISSUER", .elastic(1, atLeast: 12)), Column("SCOPES", .elastic(4, atLeast: 8)),
  Column("ENDS", .essential(atLeast: 6), alignsRight: true), Column("RENEWABLE", .dispensable(2)),
  Column("GOT", .dispensable(5), alignsRight: true), Column("RENEWED", .dispensable(6), alignsRight: true),
]

private func line(_ text: String) -> String { ForeignText(recorded: text, limit: 200).text }

private func ends(_ grant: Grant, at now: WallTime) -> String {
  guard let expires = grant.expires else { return "-" }
  let left = expires.milliseconds - now.milliseconds
  return left <= 0 ? "ended" : shortDuration(.milliseconds(left))
}

private func age(_ time: WallTime, _ now: WallTime) -> String {
  shortDuration(.milliseconds(max(0, now.milliseconds - time.milliseconds)))
}
