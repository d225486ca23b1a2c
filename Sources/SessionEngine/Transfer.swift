import CTopCurl
import Glibc
import MCPWire
import TopPlatform
import MCPSessions

/// One HTTP exchange: the easy handle that it owns as long as it lives, and what it has received. Callbacks
/// only append; the loop reads what they left when libcurl is not on the stack.
final class Transfer {
  let request: TransferRequest
  /// Its own until it ends; nobody else keeps it, what is to be asked of it is asked here.
  private let handle: EasyHandle
  let proxy: Proxy?
  /// What all requests of its session have in common.
  let share: SessionShare
  /// Where its cookies came from and where new ones go.
  private let conversation: Conversation
  /// The answer is known; the transfer may end by itself within a moment, and nothing more of it is told.
  var isReleased = false
  /// The last turn in which something of it was read, by the number that its keeper gives to turns.
  var lastTurn = 0

  let errorBuffer: UnsafeMutablePointer<CChar>
  var headers: UnsafeMutablePointer<curl_slist>?
  /// The number of the error that kept a socket from being opened; 0 while none did.
  var openError: Int32 = 0
  /// In the TLS handshake the server asked who we are.
  var wasAskedForCertificate = false

  private let handles: SpareHandles
  private let noted: NewsList
  private let limits: Limits
  /// What the request was sent with.
  private let cookies: CookieJar
  private var isNoted = false
  /// Why this side ended the transfer from within a callback.
  var refusal: TransferFailure?
  private var heads: HeadReader
  /// What a proxy says to CONNECT, before anything of ours goes out.
  private var proxyHeads: HeadReader
  private var inbox = Inbox()
  /// libcurl was told to hold what comes until there is room.
  private var isPaused = false
  /// How it ended, while what came before the end is still to be read.
  private var conclusion: CURLcode?
  private var isHeadTold = false
  private var isSendingTold = false
  /// When the head of an answer that refuses was there.
  private(set) var refusedSince: Instant?
  private(set) var url: String
  private var redirects = 0
  /// Where the answer sends us; known once the head is complete.
  private var target: String?
  /// How often libcurl began to send the request.
  private var sendings = 0
  private var isSecondTry = false

  /// Redirects that one request follows (the specification is silent, browsers follow 20).
  private static let redirectLimit = 3
  private static let proxyWantsPassword = 407

  /// Prepares the request on a handle of its own; what it hears of is noted in `noted`. Absent when the
  /// process lacks memory.
  init?(
    _ request: TransferRequest, handles: SpareHandles, limits: Limits, share: SessionShare,
    proxies: ProxyEnvironment, trust: TrustFiles.Content, noted: NewsList
  ) {
    guard let handle = handles.take() else { return nil }
    self.handle = handle
    self.request = request
    self.handles = handles
    self.limits = limits
    self.noted = noted
    self.share = share
    conversation = share.conversation(request.conversation)
    cookies = conversation.cookies
    url = conversation.address(of: request)
    let origin = request.origin ?? (try? Endpoint(url))?.origin
    proxy = origin.flatMap { proxies.proxy(for: $0, own: request.proxy) }
    heads = HeadReader(limit: limits.headBytes)
    proxyHeads = HeadReader(limit: limits.headBytes)
    errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    configure(cookies: cookies, trust: trust)
  }

  deinit {
    handles.giveBack(handle)
    curl_slist_free_all(headers)
    errorBuffer.deallocate()
  }

  /// For the length of a call.
  var easy: UnsafeMutableRawPointer { handle.pointer }

  // MARK: - From libcurl: only record

  /// Whether the request may go out: once. On a kept connection that turns out dead libcurl would send it
  /// anew at once, and a POST could be done twice.
  func maySend() -> Bool {
    sendings += 1
    guard sendings > 1 else {
      if request.grace > .zero { note() }
      return true
    }
    refusal = TransferFailure(
      .connectionReset, words: "a kept connection was closed by the server as the request was sent")
    return false
  }

  func headLine(_ bytes: UnsafeRawBufferPointer) -> Bool {
    do {
      if sendings == 0, proxy != nil {
        _ = try proxyHeads.take(bytes)
      } else if try heads.take(bytes) {
        note()
      }
      return true
    } catch {
      refusal = error.error
      return false
    }
  }

  /// Takes in a part of the body, or has libcurl hold it until what is here has been read.
  func body(_ bytes: UnsafeRawBufferPointer) -> Bool {
    note()
    guard inbox.hasRoom else {
      isPaused = true
      return false
    }
    inbox.append(bytes)
    return true
  }

  private func note() {
    guard !isNoted else { return }
    isNoted = true
    inbox.note(at: Instant(nanoseconds: monotonic()))
    noted.ids.append(request.id)
  }

  // MARK: - From the loop: what came in since the last look

  /// What arrived since the last call, in order, as far as the session's budget goes at `now`. What is over
  /// it waits: the transfer is noted once more.
  func news(at now: Instant) -> [TransferEvent] {
    isNoted = false
    defer {
      if isUnread { note() }
      if isPaused, inbox.hasRoom {
        isPaused = false
        curl_easy_pause(easy, CURLPAUSE_CONT)
      }
    }
    var events: [TransferEvent] = []
    if request.grace > .zero, sendings > 0, !isSendingTold {
      isSendingTold = true
      events.append(.sent(true))
    }
    if let head = heads.head, !isHeadTold {
      // Only a proxy asks so: its answer is told as its failure, at the end.
      let isProxys = proxy != nil && head.status == Self.proxyWantsPassword
      if redirects < Self.redirectLimit { target = redirectTarget(head, from: url) }
      // What is sent on is as if it had been sent there at once.
      guard !isProxys, target == nil else {
        inbox.clear()
        return events
      }
      isHeadTold = true
      conversation.note(head, of: request)
      inbox.begin(head, limits)
      var told = head
      told.isDowngrade =
        url.lowercased().hasPrefix("https:") && head.location?.lowercased().hasPrefix("http:") == true
      told.route = request.isMeasured ? route : nil
      events.append(.head(told))
    }
    guard !isReleased else {
      inbox.clear()
      return []
    }
    // Of what failed or was refused there is no document, only as much of a stream as came.
    if conclusion == CURLE_OK, refusal == nil { inbox.complete() }
    events += inbox.read(&share.budget, at: now)
    if share.budget.takeNotice(at: now) { events.append(.heldBack) }
    return events
  }

  /// Whether something came that is not told yet.
  private var isUnread: Bool { inbox.isUnread && !isReleased }

  /// Takes over what the answer did to the cookies, once its head is complete: as soon as that, because a
  /// stream lasts and what goes out beside it needs its cookies.
  func keepCookies() {
    guard heads.hasNewCookies, heads.head != nil else { return }
    heads.forgetCookies()
    conversation.cookies.apply(cookies.change(in: easy))
  }

  /// Whether libcurl is done and all that came is told.
  var isOver: Bool { conclusion != nil && !isUnread }

  /// Whether the request is to be sent once more, elsewhere at its origin; the handle is ready for it then.
  func redirect() -> Bool {
    guard let target, conclusion != nil else { return false }
    (conclusion, refusal, refusedSince) = (nil, nil, nil)
    redirects += 1
    url = target
    conversation.note(request, movedTo: target)
    self.target = nil
    heads = HeadReader(limit: limits.headBytes)
    inbox = Inbox()
    sendings = 0
    isPaused = false
    _ = ccurl_setopt_string(easy, CURLOPT_URL, target)
    return true
  }

  /// Whether the request may be sent once more after a moment, on a new connection, because a kept one was
  /// closed; the handle is ready for it then. Sessions ask again what they asked themselves, and a handshake
  /// that reached the server in spite of all would leave a session there.
  func tryAgain() -> Bool {
    guard lostKeptConnection, !isSecondTry, !isReleased,
      [.initialized, .reply, .delete].contains(request.purpose)
    else { return false }
    isSecondTry = true
    (conclusion, refusal, sendings) = (nil, nil, 0)
    _ = ccurl_setopt_long(easy, CURLOPT_FRESH_CONNECT, 1)
    return true
  }

  private var lostKeptConnection: Bool { sendings > 1 }

  /// libcurl reported the end.
  func conclude(_ code: CURLcode) {
    conclusion = code
    // Of a stream only the whole head says that it is one.
    if code != CURLE_OK { heads.close(unlessSuccess: request.isLasting) }
    note()
  }

  /// Whether the answer refuses, in a head that is there, and its body is still to come.
  var isRefusing: Bool { conclusion == nil && heads.head?.isRefusal == true }

  /// Notes at `now` that it does; whether that is news.
  func beginsToRefuse(at now: Instant) -> Bool {
    guard isRefusing, refusedSince == nil else { return false }
    refusedSince = now
    return true
  }

  /// The rest of its body is not waited for.
  func cutOff() {
    refusal = TransferFailure(.sessionTimeout, words: "the answer was not whole in time")
    conclude(CURLE_ABORTED_BY_CALLBACK)
  }

  /// The last word, once `isOver`.
  func end() -> [TransferEvent] {
    let code = conclusion ?? CURLE_OK
    let head = isHeadTold ? heads.head : nil
    var end = TransferEnd(head: head, excerpt: inbox.excerpt, lastEventID: inbox.lastEventID)
    end.lostKeptConnection = lostKeptConnection
    end.route = request.isMeasured ? route : nil
    if let proxy, !isHeadTold, heads.head?.status == Self.proxyWantsPassword {
      end.fail(
        TransferFailure(
          .proxyError, status: Self.proxyWantsPassword,
          words: "\(proxy.words) wants other credentials (407): put them into its address as user:password@"))
    } else if let refusal {
      end.fail(refusal)
    } else if code != CURLE_OK {
      end.fail(failure(code))
    }
    return [.ended(end)]
  }

  private func failure(_ code: CURLcode) -> TransferFailure {
    var connected: curl_off_t = 0
    _ = ccurl_getinfo_off_t(easy, CURLINFO_PRETRANSFER_TIME_T, &connected)
    if connected == 0, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(openError) {
      let remedy = [EMFILE, ENFILE].contains(openError) ? "; raise the limit of open files (ulimit -n)" : ""
      return TransferFailure(
        .resourceError, curlCode: Int(code.rawValue),
        words: "no socket for another connection: \(String(cString: strerror(openError)))\(remedy)")
    }
    var evidence = TransferEvidence(of: easy, url: url, words: String(cString: errorBuffer), proxy: proxy)
    evidence.hasClientCertificate = request.clientCertificate != nil
    evidence.wasAskedForCertificate = wasAskedForCertificate && heads.head == nil
    var failure = transferFailure(code, evidence)
    if failure.type == .proxyError { failure.retryAfter = proxyHeads.head?.retryAfter }
    return failure
  }
}

/// One thread has it.
@available(*, unavailable)
extension Transfer: Sendable {}
