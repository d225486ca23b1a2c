import Glibc
import TopTestFolders
import Testing

/// Certificates of an authority that exists for the tests only.
struct Certificates: Sendable {
  private let place = TemporaryFolder()
  var folder: String { place.path }
  var authority: String { folder + "/ca.pem" }

  /// Made by the openssl program, once for all tests.
  static let made = Swift.Result { try Certificates() }

  private init() throws {
    let script = """
      set -e; cd \(folder)
      exec 2>/dev/null
      printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index\\nserial=serial\\nnew_certs_dir=.\\ndefault_md=sha256\\n\
      policy=p\\nunique_subject=no\\ncopy_extensions=copy\\n[p]\\ncommonName=supplied\\n' > conf
      touch index; echo 01 > serial
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem \
        -subj /CN=test-authority -days 30 -addext basicConstraints=critical,CA:TRUE
      leaf() {
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $1.key -out $1.csr \
          -subj /CN=$1 -addext subjectAltName=$2
        openssl ca -batch -config conf -cert ca.pem -keyfile ca.key -in $1.csr -out $1.crt -notext \
          -startdate $3 -enddate $4
        cat $1.crt $1.key > $1.pem
      }
      leaf good IP:127.0.0.1 20200101000000Z 20490101000000Z
      leaf expired IP:127.0.0.1 20190101000000Z 20200101000000Z
      leaf client DNS:client.example 20200101000000Z 20490101000000Z
      leaf other DNS:other.example 20200101000000Z 20490101000000Z
      """
    try #require(
      system("bash -c '\(script.replacing("'", with: "'\\''"))'") == 0, "openssl makes certificates")
  }
}

/// Something that listens before a loopback server: TLS, or what spoils it. A process of its own.
final class TLSFront {
  let port: Int
  private let pid: pid_t
  private let pipe: UnsafeMutablePointer<FILE>

  enum Kind: String, Sendable {
    /// TLS with the certificate, everything passed on.
    case good, expired, other
    /// The handshake is never answered.
    case stall
    /// The answer is cut, and the connection with it, without a close_notify.
    case truncated
    /// No TLS at all.
    case plain
    /// Who comes without a certificate of the authority is sent away.
    case mutual
  }

  init(_ kind: Kind, to port: Int, _ certificates: Certificates) throws {
    let arguments = "\(kind.rawValue) \(port) \(certificates.folder)"
    let command = "exec python3 -c '\(Self.script.replacing("'", with: "'\\''"))' \(arguments)"
    pipe = try #require(popen(command, "r"))
    var line = [CChar](repeating: 0, count: 64)
    try #require(fgets(&line, 64, pipe) != nil, "the front says its port")
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let numbers = text.split { $0 == " " || $0 == "\n" }.compactMap { Int($0) }
    try #require(numbers.count == 2)
    (pid, self.port) = (pid_t(numbers[0]), numbers[1])
  }

  func stop() {
    kill(pid, SIGKILL)
    pclose(pipe)
  }

  private static let script = """
    import os, socket, ssl, struct, sys, threading
    os.closerange(3, 4096)  # ports of other tests, which are not closed on exec
    kind, target, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    print(os.getpid(), listener.getsockname()[1], flush=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    name = kind if kind in ("good", "expired", "other") else "good"
    context.load_cert_chain(f"{folder}/{name}.pem")
    if kind == "mutual":
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(f"{folder}/ca.pem")
    held = []
    def pump(source, sink, limit=None):
        try:
            while data := source.recv(65536):
                if limit is not None:
                    sink.sendall(data[:limit])
                    break
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try: end.shutdown(socket.SHUT_RDWR)
            except OSError: pass
    def serve(client):
        if kind == "stall":
            held.append(client)
            return
        if kind == "plain":
            client.recv(65536)
            client.sendall(b"HTTP/1.1 400 Bad Request\\r\\nContent-Length: 0\\r\\n\\r\\n")
            client.close()
            return
        try:
            client = context.wrap_socket(client, server_side=True)
        except (OSError, ssl.SSLError):
            return
        server = socket.create_connection(("127.0.0.1", target))
        limit = 60 if kind == "truncated" else None
        threading.Thread(target=pump, args=(client, server), daemon=True).start()
        pump(server, client, limit)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client,), daemon=True).start()
    """
}
