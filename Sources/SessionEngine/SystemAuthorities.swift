import CTopCurl
import Glibc
import TopPlatform

/// Whom the system trusts, as libcurl was built to look it up.
enum SystemAuthorities {
  /// Where they are found by the hashes of their names; absent on systems that have one bundle only.
  static let folder: String? = hashedCount == 0 ? nil : path

  /// Whether the bundle, one file with all of them, holds as many as the folder, which then adds nothing:
  /// both are made of the same ones, unless somebody put another into the folder by hand.
  static let areInBundle: Bool = {
    guard let bundle = curl_version_info(CURLVERSION_SEVENTH)?.pointee.cainfo,
      let content = try? plainFile(String(cString: bundle), limit: TrustFiles.sizeLimit)
    else { return false }
    let count = content.split(separator: UInt8(ascii: "\n")).count {
      $0.starts(with: "-----BEGIN CERTIFICATE-----".utf8)
    }
    return count > 0 && count >= hashedCount
  }()

  private static let path = "/etc/ssl/certs"

  private static let hashedCount: Int = {
    guard let directory = opendir(path) else { return 0 }
    defer { closedir(directory) }
    var count = 0
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name.count >= 10, name[8] == UInt8(ascii: "."), name.prefix(8).allSatisfy(isHexDigit) { count += 1 }
    }
    return count
  }()
}

private func isHexDigit(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
}
