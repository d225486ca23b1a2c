import CTopCurl
import Glibc
import MCPSessions
import MCPWire
import Synchronization
import TopPlatform

/// Whom the system trusts, as libcurl was built to look it up.
enum SystemAuthorities {
  /// What was read is good for so long: who has an authority added finds it trusted a minute later.
  static let freshness = Duration.seconds(60)

  /// Where they are found by the hashes of their names; absent on systems that have one bundle only.
  static let folder: String? = hashedCount() == 0 ? nil : path

  /// Whether the bundle, one file with all of them, holds as many as the folder, which then adds nothing:
  /// both are made of the same ones, unless somebody put another into the folder by hand.
  static func areInBundle(at now: Instant) -> Bool {
    last.withLock { last in
      if let known = last, known.read + freshness > now { return known.areInBundle }
      let bundled = bundledCount()
      let found = bundled > 0 && bundled >= hashedCount()
      last = (now, found)
      return found
    }
  }

  private static let last = Mutex<(read: Instant, areInBundle: Bool)?>(nil)
  private static let path = "/etc/ssl/certs"

  private static func bundledCount() -> Int {
    guard let bundle = curl_version_info(CURLVERSION_SEVENTH)?.pointee.cainfo,
      let content = try? plainFile(String(cString: bundle), limit: TrustFiles.sizeLimit)
    else { return 0 }
    return content.split(separator: UInt8(ascii: "\n")).count {
      $0.starts(with: "-----BEGIN CERTIFICATE-----".utf8)
    }
  }

  private static func hashedCount() -> Int {
    guard let directory = opendir(path) else { return 0 }
    defer { closedir(directory) }
    var count = 0
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      let isHash = name.count >= 10 && name[8] == UInt8(ascii: ".")
      if isHash, name.prefix(8).allSatisfy({ hexDigit($0) != nil }) { count += 1 }
    }
    return count
  }
}
