import TopConfiguration
import MCPSessions
import Testing

/// Every field of LibreChat's schema with what may be wrong with it. Each entry is line 2 of a file.
struct SchemaTests {
  @Test(arguments: [
    (
      "type: http, url: 'http://h/', title: a-b, description: 3, startup: 1, chatMenu: x, iconPath: [a]",
      """
      warning: title: may hold letters, digits and spaces only; LibreChat refuses the whole file
      error: description: must be text, not a whole number; put it in quotes (LibreChat refuses the whole file)
      error: startup: must be true or false, not a whole number; write true or false without quotes (LibreChat \
      refuses the whole file)
      error: chatMenu: must be true or false, not text; write true or false without quotes (LibreChat refuses the \
      whole file)
      error: iconPath: must be text, not a list; write one text (LibreChat refuses the whole file)
      """
    ),
    (
      "type: http, url: 'http://h/', timeout: -1, initTimeout: 1.5, sseReadTimeout: 0, serverInstructions: [a]",
      """
      error: timeout: must be a whole number of milliseconds from 0 to 31536000000, not -1; write a number of that \
      range (LibreChat refuses the whole file)
      error: initTimeout: must be a whole number of milliseconds; write digits only (LibreChat refuses the whole \
      file)
      error: sseReadTimeout: must be a whole number of milliseconds from 1 to 31536000000, not 0; write a number of \
      that range (LibreChat refuses the whole file)
      error: serverInstructions: must be true, false or text, not a list; write one of them (LibreChat refuses \
      the whole file)
      """
    ),
    (
      "type: http, url: 'http://h/', proxy: 'ftp://p', obo: {scopes: [a]}, customUserVars: {A: 3, B: {title: t}}",
      """
      error: proxy: must start with http://, https://, socks:// or socks5://; write http://HOST:PORT (LibreChat \
      refuses the whole file)
      error: obo.scopes: must be text, not a list; write one text (LibreChat refuses the whole file)
      error: customUserVars.A: must be a mapping, not a whole number; write 'name: value' lines below it, indented \
      (LibreChat refuses the whole file)
      error: customUserVars.B: has no description; add it (LibreChat refuses the whole file)
      """
    ),
    (
      "type: http, url: 'http://h/', requiresOAuth: no, oauth: {clientId: x, client_secret: '${NONE}', scope: 3}",
      """
      error: requiresOAuth: must be true or false, not text; write true or false without quotes (LibreChat refuses \
      the whole file)
      warning: oauth.clientId: unknown key, LibreChat drops it unread; did you mean client_id?
      error: oauth.client_secret: stands without client_id, authorization_url, token_url; add what is missing \
      (LibreChat refuses the whole file)
      warning: oauth.client_secret: the variable NONE is not set; set it in the environment (LibreChat would pass on \
      the characters ${NONE})
      error: oauth.scope: must be text, not a whole number; put it in quotes (LibreChat refuses the whole file)
      """
    ),
    (
      "type: http, url: 'http://h/', oauth: {authorization_url: nowhere, token_url: idp.example.com/token, "
        + "redirect_uri: 'app:/back', revocation_endpoint: 'http://idp.example.com/revoke'}",
      """
      error: oauth.authorization_url: has no scheme; start it with https:// or http:// (LibreChat refuses the whole \
      file)
      error: oauth.token_url: has no scheme; start it with https:// or http:// (LibreChat refuses the whole file)
      warning: oauth.revocation_endpoint: is not encrypted, and no token is asked for there; write https://HOST/PATH
      """
    ),
    (
      "type: http, url: 'http://h/', apiKey: {source: user, type: bearer, authorization_type: token, key: 5}",
      """
      warning: apiKey.type: unknown key, LibreChat drops it unread
      error: apiKey.authorization_type: must be basic, bearer or custom; write one of these words (LibreChat \
      refuses the whole file)
      error: apiKey.key: must be text, not a whole number; put it in quotes (LibreChat refuses the whole file)
      """
    ),
    (
      "type: http, url: 'http://h/', apiKey: {source: admin, authorization_type: bearer, key: '${NONE}'}",
      """
      error: apiKey.key: the variable NONE is not set; set it in the environment (LibreChat would send the characters \
      ${NONE})
      """
    ),
    (
      "command: npx, args: [1, '${NONE}'], env: {A: true}, stderr: out, cwd: 3",
      """
      error: args[0]: must be text, not a whole number; put it in quotes (LibreChat refuses the whole file)
      warning: args[1]: the variable NONE is not set; set it in the environment (LibreChat would pass on the \
      characters ${NONE})
      error: env.A: must be text, not true or false; put it in quotes (LibreChat refuses the whole file)
      error: stderr: must be pipe, ignore, inherit or the number of a descriptor; write one of them (LibreChat \
      refuses the whole file)
      error: cwd: must be text, not a whole number; put it in quotes (LibreChat refuses the whole file)
      """
    ),
    (
      "type: stdio, args: []",
      "error: command: is missing; write the program to start (LibreChat refuses the whole file)"
    ),
    (
      "command: npx",
      "error: args: is missing; write 'args: []' (LibreChat refuses the whole file)"
    ),
    (
      "type: websocket, url: 'http://h/', headers: {A: b}",
      """
      error: url: must start with ws:// or wss:// for the type websocket; or write another type (LibreChat refuses \
      the whole file)
      warning: headers: unknown key, LibreChat drops it unread
      """
    ),
    (
      "type: http, url: 'wss://h/'",
      """
      error: url: starts with wss://, but the type is streamable-http; write http:// or https://, or 'type: \
      websocket' (LibreChat refuses the whole file)
      """
    ),
    ("type: http", "error: url: is missing; add 'url: https://...' (LibreChat refuses the whole file)"),
    (
      "type: http, url: 'http://:80/'",
      "error: url: has no host; write https://HOST/PATH (LibreChat refuses the whole file)"
    ),
    (
      "type: http, url: 'http://h:x/'",
      """
      error: url: the port must be a number from 1 to 65535; mend or remove what stands behind the host's colon \
      (LibreChat refuses the whole file)
      """
    ),
    (
      "type: http, url: 'ftp://h/'", "error: url: the scheme ftp cannot be used; use https:// or http://"
    ),
    (
      "type: http, url: 'http://h/', headers: {Host: a, Accept: b, content-type: c, MCP-Protocol-Version: d, TE: e}",
      """
      warning: headers.Host: belongs to the protocol and is not taken from the file; remove it
      warning: headers.Accept: belongs to the protocol and is not taken from the file; remove it
      warning: headers.content-type: belongs to the protocol and is not taken from the file; remove it
      warning: headers.MCP-Protocol-Version: belongs to the protocol and is not taken from the file; remove it
      warning: headers.TE: belongs to the protocol and is not taken from the file; remove it
      """
    ),
    (
      "type: http, url: 'http://h/', headers: {X-Name: \"名\", X-Latin: \"é\", X-Name2: \"a\\0b\", x-latin: f}",
      """
      error: headers.X-Name: holds a character beyond U+00FF, which no header can carry; remove it, the request \
      would be refused
      error: headers.X-Name2: holds a control character; remove it, the request would be refused
      warning: headers.x-latin: replaces the same header of line 2; keep one of the two
      """
    ),
    (
      "type: http, url: 'http://h/', headers: {A: '${NONE}', B: '${EMPTY}', C: '${JWT_SECRET}', D: '${NONE:-x}'}",
      """
      warning: headers.A: the variable NONE is not set, so the header is left out; set it in the environment \
      (LibreChat would send the characters ${NONE})
      warning: headers.B: the variable EMPTY is empty, so the header is left out; give it a value (LibreChat \
      would send the characters ${EMPTY})
      warning: headers.C: the variable JWT_SECRET is never given out by LibreChat, so the header is left out; use \
      another name (LibreChat would send the characters ${JWT_SECRET})
      warning: headers.D: the variable NONE is not set, and LibreChat knows no ':-' defaults, so the header is left \
      out; set it and write ${NONE} (LibreChat would send the characters ${NONE})
      """
    ),
    (
      "type: streamablehttp, url: 'http://h/'",
      """
      error: type: must be streamable-http, http, sse, websocket or stdio; did you mean streamable-http? \
      (LibreChat refuses the whole file)
      """
    ),
    (
      "type: http, url: 'http://h/', sessionconfig: {}, Headers: {}, timeOut: 5, ulr: x",
      """
      warning: sessionconfig: unknown key, LibreChat drops it unread; did you mean sessionConfig?
      warning: Headers: unknown key, LibreChat drops it unread; did you mean headers?
      warning: timeOut: unknown key, LibreChat drops it unread; did you mean timeout?
      warning: ulr: unknown key, LibreChat drops it unread; did you mean url?
      """
    ),
    (
      "type: http, url: 'http://h/', sessionConfig: {retry_attempts: 3, retryDelay: 0, timeout: 5s}",
      """
      warning: sessionConfig.retry_attempts: unknown key, nothing reads it; did you mean retryAttempts?
      error: sessionConfig.retryDelay: must be a whole number of milliseconds from 1 to 3600000, not 0; write a \
      number of that range
      error: sessionConfig.timeout: must be a whole number of milliseconds, not text; write digits without quotes \
      and without a unit
      """
    ),
  ])
  func `Whatever is wrong with a field is told where it stands, with what LibreChat does`(
    entry: String, expected: String
  ) {
    let loaded = loadText(
      "mcpServers:\n  a: {\(entry)}\n", environment: ["EMPTY": "", "JWT_SECRET": "planted-jwt"])
    let told = loaded.diagnostics.map { diagnostic in
      "\(diagnostic.severity.rawValue): "
        + "\(diagnostic.path.dropFirst("mcpServers.a.".count)): \(diagnostic.message)"
    }
    #expect(told.joined(separator: "\n") == expected)
    #expect(loaded.diagnostics.allSatisfy { $0.mark?.line == 2 })
    let hasErrors = loaded.diagnostics.contains { $0.severity == .error }
    #expect(loaded.isUsable == !hasErrors)
  }
}
