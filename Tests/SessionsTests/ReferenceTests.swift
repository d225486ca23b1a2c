import Testing

@testable import MCPSessions

@Suite struct `A reference at an address` {
  /// RFC 3986 section 5.4, at a base of our kind; absent where another origin or no address is named.
  @Test(
    arguments: [
      ("g", "/b/c/g"), ("./g", "/b/c/g"), ("g/", "/b/c/g/"), ("/g", "/g"), ("?y", "/b/c/d?y"),
      ("g?y", "/b/c/g?y"),
      ("#s", "/b/c/d?q"), ("g#s", "/b/c/g"), ("", "/b/c/d?q"), (".", "/b/c/"), ("..", "/b/"),
      ("../g", "/b/g"),
      ("../../../../g", "/g"), ("/./g", "/g"), ("/../g", "/g"), ("g;x=1/../y", "/b/c/y"),
      ("g?y/../x", "/b/c/g?y/../x"),
      ("//a/x", "/x"), ("//A:80/x", "/x"), ("HTTP://a/x?z", "/x?z"), ("//evil/x", nil), ("https://a/x", nil),
      ("http:g", nil), ("mailto:x@a", nil), ("//a:81/", nil), ("http://", nil), ("//", nil),
    ] as [(String, String?)]) func `is what the standard says`(reference: String, path: String?) throws
  {
    let base = try Endpoint("http://u:p@a/b/c/d?q")
    #expect((try? base.resolving(reference))?.url.revealed == path.map { "http://u:p@a" + $0 })
  }

  @Test(arguments: ["http://a", "http://a?x=1", "http://a/", "http://a/sse", "http://u@a:80/x/?y#z"])
  func `never ends the program and never leaves the origin`(text: String) throws {
    let base = try Endpoint(text)
    let pieces = ["", "/", "//", "?", "#", ".", "..", ":", "a", "é", "@", "http:", "%2e", "\\", "[", " "]
    for first in pieces {
      for second in pieces {
        for third in pieces {
          let found = try? base.resolving(first + second + third)
          #expect(found == nil || found?.origin == base.origin)
        }
      }
    }
    #expect(try base.resolving("messages?session_id=1").url.revealed.hasSuffix("/messages?session_id=1"))
  }

  @Test(
    arguments: [
      (#"{"uri":"/messages"}"#, .noReference),
      (#""/messages""#, .noReference), ("<a href=/m>", .noReference), ("/messages\u{7F}", .noReference),
      ("/mess\tages", .noReference), ("http:///m", .noReference), ("//a:99999/m", .noReference),
      ("//b/m", .otherOrigin), ("https://a/m", .otherOrigin), ("http://a:81/m", .otherOrigin),
      ("mailto:x@a", .otherOrigin),
    ] as [(String, Endpoint.ReferenceProblem)])
  func `that leads nowhere says whether it is another's or none`(
    reference: String, problem: Endpoint.ReferenceProblem
  ) throws {
    let base = try Endpoint("http://a/sse")
    #expect(throws: problem) { try base.resolving(reference) }
    let words = endpointError(problem, reference, Gate(own: Redactor(), known: KnownSecrets())).detail.text
    #expect(
      words.contains(problem == .otherOrigin ? "names another origin: " : "is no address: "), "\(words)")
  }
}

@Suite struct `Time at its ends` {
  @Test func `stops there`() {
    let ends = [Instant(nanoseconds: .min), .zero, Instant(nanoseconds: .max)]
    let spans: [Duration] = [
      .seconds(Int64.min), .zero, .seconds(Int64.max), .nanoseconds(1), .nanoseconds(-1),
    ]
    for instant in ends {
      for span in spans {
        let (later, earlier) = (instant + span, instant - span)
        #expect(
          span < .zero ? later <= instant && earlier >= instant : later >= instant && earlier <= instant)
      }
      for other in ends { #expect((instant - other > .zero) == (instant > other)) }
    }
    #expect(Duration.seconds(Int64.max).inMilliseconds == .max)
  }

  @Test(arguments: [Int64.min, -1, 0, 1, .max]) func `is counted in as well`(nanoseconds: Int64) {
    var errors = ErrorCounters()
    let now = Instant(nanoseconds: nanoseconds)
    for _ in 0..<2 { errors.count(.dnsError, times: .max, at: now) }
    #expect(errors.total(.dnsError, over: .minute, at: now) == .max)
    errors.count(.dnsError, at: Instant(nanoseconds: .max))
    errors.count(.dnsError, at: Instant(nanoseconds: .min))
  }

  @Test(arguments: [
    "Sun, 06 Nov 2094 9223372036854775807:00:00 GMT", "Sun, 06 Nov 2094 24:00:00 GMT",
    "Sun, 06 Nov 2094 -1:00:00 GMT",
    "Sun, 06 Nov 9223372036854775807 00:00:00 GMT", "-1", "1.5.5",
  ]) func `in a header out of range is no time`(header: String) {
    #expect(retryAfter(header, now: WallTime(milliseconds: .min)) == nil)
    #expect(retryAfter("99999999999999999999999", now: WallTime(milliseconds: .max)) == .seconds(3_600))
  }
}
