import CTopLinux
import Glibc
import TopPlatform
package import MCPSessions

/// Sign-ins and registrations on disk, one file each, for this user alone. Everything here waits for the
/// disk.
package struct CredentialStore: Sendable {
  private let folder: String

  private static let grantPrefix = "grant-"
  private static let clientPrefix = "client-"
  private static let keyPrefix = "key-"
  private static let keySuffix = ".pem"
  private static let suffix = ".json"
  private static let lockSuffix = ".lock"
  /// More files than this are not looked at, and longer ones are not ours.
  private static let fileLimit = 4_096
  private static let sizeLimit = 256 * 1_024

  /// The store in a folder of the program's state; the folder is made when something is kept.
  package init(stateFolder: String) {
    folder = stateFolder + "/credentials"
  }

  /// A name in the folder, to be told of changes there.
  var probe: String { folder + "/grants" }

  /// Whether anything was ever kept: one look, so that whoever keeps nothing pays nothing.
  var exists: Bool { access(folder, F_OK) == 0 }

  /// All sign-ins, the newest first.
  package func grants() -> [StoredGrant] {
    texts(Self.grantPrefix).compactMap { StoredGrant($0) }
      .sorted { $0.grant.obtained > $1.grant.obtained }
  }

  /// Who we are to an issuer, where that was registered.
  func client(of issuer: String) -> Client? { registration(at: issuer)?.client }

  /// All that is kept of that.
  func registration(at issuer: String) -> StoredClient? {
    guard let text = text(of: path(Self.clientPrefix, issuer)) else { return nil }
    return StoredClient(text).flatMap { $0.issuer == issuer ? $0 : nil }
  }

  /// Our key to an issuer's tokens as PEM text, made the first time; absent while another process makes it,
  /// and when none can be made. Throws what keeps it from being kept, in words for people.
  func proofKey(of issuer: String, making key: () -> Secret?) throws(FolderProblem) -> Secret? {
    let path = path(Self.keyPrefix, issuer, Self.keySuffix)
    if let text = text(of: path) { return Secret(String(decoding: text, as: UTF8.self)) }
    let lock: Lock
    switch self.lock(server: issuer, user: Self.keyPrefix) {
    case .held(let held): lock = held
    case .busy: return nil
    case .impossible(let problem): throw problem
    }
    defer { withExtendedLifetime(lock) {} }
    if let text = text(of: path) { return Secret(String(decoding: text, as: UTF8.self)) }
    guard let made = key() else { return nil }
    try replace(path, with: made.revealed)
    return made
  }

  /// Keeps a sign-in, in place of older ones of the same user at the same server. Throws what went wrong in
  /// words for people.
  func save(_ stored: StoredGrant) throws(FolderProblem) {
    try replace(path(Self.grantPrefix, stored.name), with: stored.text)
    for other in grants()
    where other.server.isExactly(stored.server) && other.user.isExactly(stored.user)
      && !other.name.isExactly(stored.name)
    {
      erase(other)
    }
  }

  func save(_ client: StoredClient) throws(FolderProblem) {
    try replace(path(Self.clientPrefix, client.issuer), with: client.text)
  }

  /// Forgets a registration at an issuer, or one for a server where no issuer is named, unless a sign-in that
  /// is kept lives by it. Returns what was forgotten.
  func eraseClient(issuer: String?, id: String?, server: String) -> StoredClient? {
    let found = texts(Self.clientPrefix).compactMap { StoredClient($0) }.first { client in
      guard let issuer, let id else { return client.server.isExactly(server) }
      return client.issuer.isExactly(issuer) && client.client.id.isExactly(id)
    }
    let isUsed = grants().contains { grant in
      guard let found, let origin = grant.grant.origin else { return false }
      return origin.issuer.isExactly(found.issuer) && origin.client.id.isExactly(found.client.id)
    }
    guard let found, !isUsed else { return nil }
    unlink(path(Self.clientPrefix, found.issuer))
    return found
  }

  /// Forgets a sign-in.
  package func erase(_ stored: StoredGrant) { unlink(path(Self.grantPrefix, stored.name)) }

  private func replace(_ path: String, with text: String) throws(FolderProblem) {
    try makePrivateFolder(folder)
    do {
      try replaceFile(path, with: text)
    } catch {
      throw .notMade(error)
    }
  }

  private func path(_ prefix: String, _ name: String, _ suffix: String = suffix) -> String {
    let digits = Cryptography.sha256(name).prefix(16).map { byte in
      let text = String(byte, radix: 16)
      return byte < 16 ? "0" + text : text
    }
    return "\(folder)/\(prefix)\(digits.joined())\(suffix)"
  }

  // MARK: - One process at a time

  /// The right to change one user's sign-in at one server. It ends with the value, and with the process.
  final class Lock {
    private let descriptor: Int32

    fileprivate init(_ descriptor: Int32) {
      self.descriptor = descriptor
    }

    deinit {
      close(descriptor)
    }
  }

  /// What came of asking for a lock.
  enum Locking {
    case held(Lock)
    /// Another process has it.
    case busy
    /// There can be none: the folder is not to be written.
    case impossible(FolderProblem)
  }

  /// Asks once for the lock of a user at a server, and does not wait.
  func lock(server: String, user: String) -> Locking {
    do {
      try makePrivateFolder(folder)
    } catch {
      return .impossible(error)
    }
    let path = path("lock-", server + "\n" + user, Self.lockSuffix)
    // The file stays: whoever removed it could leave two holders of one name.
    let file = clinux_open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { return .impossible(.notMade(ErrorNumber.current)) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      return .busy
    }
    return .held(Lock(file))
  }

  // MARK: - Reading

  private func texts(_ prefix: String) -> [[UInt8]] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var found: [[UInt8]] = []
    while let entry = readdir(directory), found.count < Self.fileLimit {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard name.hasPrefix(prefix), name.hasSuffix(Self.suffix) else { continue }
      if let text = text(of: "\(folder)/\(name)") { found.append(text) }
    }
    return found
  }

  /// The text of a file of ours; absent when it is somebody else's, or others may have written it.
  private func text(of path: String) -> [UInt8]? {
    let file = clinux_open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
      status.st_mode & 0o077 == 0
    else { return nil }
    return readAll(file, limit: Self.sizeLimit)
  }
}

/// All that a descriptor has, up to `limit` bytes; absent when there is more, or it cannot be read.
func readAll(_ file: Int32, limit: Int) -> [UInt8]? {
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 16_384)
  while true {
    let count = read(file, &buffer, buffer.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0, bytes.count + count <= limit else { return nil }
    guard count > 0 else { return bytes }
    bytes += buffer.prefix(count)
  }
}

/// One thread has it.
@available(*, unavailable)
extension CredentialStore.Lock: Sendable {}
