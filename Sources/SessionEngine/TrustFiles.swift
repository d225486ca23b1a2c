import MCPSessions
import TopPlatform

/// Files with certificates and keys, each read on a thread that lasts no longer than that: a pipe, or a disk
/// that does not answer, holds up nobody but those who need this very file, and those not for ever.
///
/// Owned by one thread; libcurl is given bytes and never opens a file of these.
final class TrustFiles {
  /// What one request needs, whole.
  struct Content {
    var authorities: [UInt8]?
    var certificate: [UInt8]?
    var key: [UInt8]?
  }

  enum Look {
    case ready(Content)
    /// The descriptor tells when it is worth asking again.
    case notYet
    case unusable(TransferFailure)
  }

  /// Readable when files have been read.
  var descriptor: Int32 { news.descriptor }
  private let news: Mailbox<News>
  private var files: [String: File] = [:]
  /// Files that are to be read and are not yet, because many are just being read.
  private var waiting: [String] = []
  private var readers = 0

  /// Bytes of a file; the bundles of whole systems have a quarter of it.
  static let sizeLimit = 1 << 20
  /// What was read is good for so long: whoever changes a file finds the next connection made with it.
  private static let freshness = Duration.seconds(2)
  /// How long a disk may take before the request fails, or goes with what the file said before.
  static let patience = Duration.seconds(5)
  /// At once; those that a disk keeps for ever count.
  private static let readerLimit = 16

  private typealias Result = Swift.Result<[UInt8], PlainFileProblem>

  private struct File {
    var content: Result?
    var read: Instant?
    /// Since when it is being read, or waits to be.
    var asked: Instant?
  }

  private struct News: Mail {
    var results: [String: Result] = [:]
    var isEmpty: Bool { results.isEmpty }

    mutating func merge(_ later: News) { results.merge(later.results) { $1 } }
  }

  /// Throws when the process is out of descriptors.
  init() throws(ErrorNumber) {
    news = try Mailbox()
  }

  /// Takes in what has been read by `now`.
  func act(at now: Instant) {
    for (path, result) in news.drain().results {
      files[path] = File(content: result, read: now, asked: nil)
      readers -= 1
    }
    startReaders()
  }

  /// What a request needs of files, as far as it is known at `now`; what is not known is being read then.
  func content(for request: TransferRequest, at now: Instant) -> Look {
    let wanted = [
      ("caFile", request.caFile), ("clientCertificate", request.clientCertificate),
      ("clientKey", request.clientCertificate == nil ? nil : request.clientKey),
    ]
    var found: [String: [UInt8]] = [:]
    var isWhole = true
    for (setting, path) in wanted {
      guard let path else { continue }
      switch look(at: path, now) {
      case .success(let bytes): found[setting] = bytes
      case .failure(let problem):
        return .unusable(Self.failure(setting, path, problem.description))
      case nil:
        isWhole = false
        guard let asked = files[path]?.asked, asked + Self.patience <= now else { continue }
        return .unusable(
          Self.failure(
            setting, path, "its disk did not answer within \(Self.patience.components.seconds) s"))
      }
    }
    guard isWhole else { return .notYet }
    return .ready(
      Content(
        authorities: found["caFile"], certificate: found["clientCertificate"],
        // One file may hold both.
        key: found["clientKey"] ?? found["clientCertificate"]))
  }

  /// Absent while it is being read and nothing older may stand in.
  private func look(at path: String, _ now: Instant) -> Result? {
    let file = files[path] ?? File()
    if let content = file.content, let read = file.read, read + Self.freshness > now { return content }
    guard let asked = file.asked else {
      files[path, default: File()].asked = now
      waiting.append(path)
      startReaders()
      return nil
    }
    // What it said before is better than nothing, above all for the end of a session.
    return asked + Self.freshness <= now ? file.content : nil
  }

  private func startReaders() {
    while readers < Self.readerLimit, !waiting.isEmpty {
      let path = waiting.removeFirst()
      readers += 1
      if let error = Self.startReader(of: path, for: news) {
        var mail = News()
        mail.results[path] = .failure(.system(error))
        news.post(mail)
      }
    }
  }

  /// Why it could not be started.
  private static func startReader(of path: String, for news: Mailbox<News>) -> ErrorNumber? {
    do throws(ErrorNumber) {
      try startThread(named: "certificates") {
        var mail = News()
        mail.results[path] = TrustFiles.read(path)
        news.post(mail)
      }
      return nil
    } catch {
      return error
    }
  }

  private static func read(_ path: String) -> Result {
    do throws(PlainFileProblem) {
      return .success(try plainFile(path, limit: sizeLimit))
    } catch {
      return .failure(error)
    }
  }

  private static func failure(_ setting: String, _ path: String, _ why: String) -> TransferFailure {
    var failure = TransferFailure(.configError, words: "\(setting) \(path): \(why)")
    failure.flaw = setting == "caFile" ? .authorityFile : .ownCertificate
    return failure
  }
}

/// One thread has it.
@available(*, unavailable)
extension TrustFiles: Sendable {}

extension TrustFiles.Content {
  /// The same for a thread that may wait for a disk. Throws what is told instead.
  init(caFile: String?, clientCertificate: String? = nil, clientKey: String? = nil) throws(TrustFileProblem) {
    func read(_ setting: String, _ path: String?) throws(TrustFileProblem) -> [UInt8]? {
      guard let path else { return nil }
      do throws(PlainFileProblem) {
        return try plainFile(path, limit: TrustFiles.sizeLimit)
      } catch {
        throw TrustFileProblem(words: "\(setting) \(path): \(error)")
      }
    }
    let certificate = try read("clientCertificate", clientCertificate)
    self.init(
      authorities: try read("caFile", caFile), certificate: certificate,
      key: certificate == nil ? nil : try read("clientKey", clientKey) ?? certificate)
  }
}

/// Why a file of certificates is of no use.
struct TrustFileProblem: Error {
  let words: String
}
