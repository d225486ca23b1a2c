import MCPWire

// The data that is valid in each state of a sign-in.

/// A token is held.
struct Holding: Hashable, Sendable {
  let grant: Grant
  /// When the next one is asked for, or a person is told that none can be had; absent when nothing is to be
  /// done.
  var renewal: Instant?
  /// What is begun then, where it is not the clock that asks for it.
  var next: Work?
  /// It is only looked at the clock then: the time for that is further away.
  var isOnlyLook = false
  /// The server took it, or it was taken in an earlier run.
  var isProven: Bool
  /// Renewals in a row that found nobody.
  var setbacks = 0

  /// It is time for the next one.
  func isDue(at now: Instant) -> Bool { !isOnlyLook && renewal.map { $0 <= now } ?? false }
}

/// The next token is being got.
struct Work: Hashable, Sendable {
  var step: Step
  /// What is held meanwhile.
  var held: Grant?
  /// A person asked for it; absent when the machine began by itself.
  var manner: SignInManner?
  /// What the server said.
  var demand: SignIn.Demand?
  /// A refresh token may be used.
  var mayRefresh = false
  /// The issuer's number for the next proof of possession; asked for once.
  var nonce: String?
  /// Attempts in a row that found nobody.
  var setbacks = 0
  /// What one of the places of a document answered, where that was neither a document nor a plain no.
  var oddAnswer: IssuerAnswer?

  func noting(_ answer: IssuerAnswer) -> Work {
    guard oddAnswer == nil, answer.isOdd else { return self }
    var work = self
    work.oddAnswer = answer
    return work
  }

  var isStepUp: Bool { demand?.wantsMore ?? false }

  enum Step: Hashable, Sendable {
    case start
    /// The file or the program is asked.
    case provider
    /// The file with the assertion that somebody signed for us is read.
    case vouching(Discovery)
    /// An identity provider is asked for what the issuer takes.
    case vouched(Discovery, request: Int)
    case resource(left: [String], request: Int)
    case issuer(String, ProtectedResource?, left: [String], request: Int)
    /// Another sign-in is with the person.
    case queued(Discovery)
    case opening(Discovery)
    case registering(Discovery, SignIn.Opening, redirect: String, request: Int)
    case browser(Discovery, BrowserVisit, until: Instant)
    case deviceRequest(Discovery, Client, request: Int)
    case device(Discovery, Client, DeviceWait)
    /// The store is locked and read, so that no two processes use one refresh token.
    case lock(Grant.Origin)
    case token(TokenPurpose, Grant.Origin, scopes: [String], request: Int)

    var deadline: Instant? {
      switch self {
      case .browser(_, _, let until): until
      case .device(_, _, let wait): wait.request == nil ? min(wait.next, wait.until) : nil
      default: nil
      }
    }

    var isWithPerson: Bool {
      switch self {
      case .queued, .browser, .device: true
      default: false
      }
    }

    var request: Int? {
      switch self {
      case .resource(_, let request), .issuer(_, _, _, let request), .registering(_, _, _, let request),
        .deviceRequest(_, _, let request), .token(_, _, _, let request), .vouched(_, let request):
        request
      case .device(_, _, let wait): wait.request
      default: nil
      }
    }
  }
}

/// A person types a code elsewhere; the issuer is asked now and then whether that is done.
struct DeviceWait: Hashable, Sendable {
  let code: DeviceCode
  let until: Instant
  var interval: Duration
  var next: Instant
  var request: Int?
}

/// Who gives tokens for the server, and for what.
struct Discovery: Hashable, Sendable {
  let metadata: IssuerMetadata
  let resource: String
  let scopes: [String]
  /// The server wants tokens that are bound to a key of ours.
  let isBound: Bool

  func origin(_ client: Client) -> Grant.Origin {
    Grant.Origin(
      issuer: metadata.issuer, tokenEndpoint: metadata.tokenEndpoint ?? "",
      revocationEndpoint: metadata.revocationEndpoint, client: client, resource: resource,
      isBound: isBound)
  }
}

/// No token can be had for now.
struct Refusal: Hashable, Sendable {
  let error: SessionError
  /// What is held all the same: enough for some requests, or known to be useless.
  let held: Grant?
  /// When it began.
  let since: Instant
  /// When asking again makes sense; absent when only a person can change anything.
  let retry: Instant?
  /// What is begun again then.
  var again: Work?
  /// What the server refused; absent where it was not asked.
  var purpose: Purpose?
  /// The server took the token before, so that its refusal may be a slip.
  var wasGood = false

  func mayTryAgain(at now: Instant) -> Bool { retry.map { $0 <= now } ?? false }

  /// Whether a server that still asks for a token is a reason to ask the issuer once more: whatever was odd
  /// about its answer may be over, and no person is needed, or what the server took before is refused for
  /// good. After the first of `failures` in a row half a minute has to pass, then twice as long each time:
  /// issuers lock out who insists.
  func mayBeOver(at now: Instant, worksAlone: Bool, failures: Int) -> Bool {
    let isRenewable = worksAlone || held?.refresh != nil
    let isWorthIt =
      switch error.type {
      case .signInFailed: isRenewable
      case .tokenRefused: isRenewable || wasGood
      default: false
      }
    guard retry == nil, isWorthIt else { return false }
    let pause = min(Self.firstPause * (1 << min(max(failures - 1, 0), 8)), Self.longestPause)
    return now - since >= pause
  }

  static let firstPause = Duration.seconds(30)
  private static let longestPause = Duration.seconds(300)
}

/// What a file or a program gave.
package enum ProvidedToken: Hashable, Sendable {
  case text([UInt8])
  case failed(String)
}
