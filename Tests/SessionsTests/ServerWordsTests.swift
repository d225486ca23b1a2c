import Testing

@testable import MCPSessions

@Suite struct `A body of an error` {
  @Test(
    arguments: [
      (
        #"{"error":"invalid_token","error_description":"access token expired at 2026-11-20"}"#,
        "access token expired at 2026-11-20"
      ),
      (
        #"{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"Bad \"Request\"\nnow"}}"#,
        #"Bad "Request" now"#
      ),
      (#" {"title":"Forbidden","detail":"no such tenant"}"#, "no such tenant"),
      (#"{"error":"invalid_request"}"#, "invalid_request"),
      (#"{"error_description":"cut off in the mid"#, "cut off in the mid"),
      (#"{"error_description":5,"error":"x"}"#, "x"), ("{\"error\": ", nil), ("not found", nil), ("{}", nil),
      ("", nil),
      (#"[{"error":"x"}]"#, nil), (#"{"error":""}"#, nil),
    ] as [(String, String?)]) func `is told by what says most`(body: String, words: String?)
  {
    #expect(tellingMember(of: body) == words)
  }
}
