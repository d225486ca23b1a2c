import Glibc
import TopTestFolders

/// A small Python program that listens before other servers: replicas in turn, or TLS.
final class Front {
  var port: Int { ports[0] }
  let ports: [Int]
  private let process: ChildProcess

  /// Passes each new connection to the next of `ports`.
  init(inTurnTo ports: [Int]) throws {
    process = try ChildProcess(
      "/usr/bin/env", ["python3", "-u", "-c", Self.script, ""] + ports.map(String.init))
    self.ports = try Self.ports(process)
  }

  /// TLS with the certificate of `file` (PEM, with its key) before `port`, at as many ports as are wanted.
  init(tls file: String, to port: Int, ports count: Int = 1) throws {
    process = try ChildProcess(
      "/usr/bin/env", ["python3", "-u", "-c", Self.script, file, "\(port)"],
      environment: ["PORTS": "\(count)"])
    ports = try Self.ports(process)
  }

  private static func ports(_ process: ChildProcess) throws -> [Int] {
    try process.wait(for: "the front's ports") { $0.contains("\n") }
    let ports = process.output.prefix { $0 != "\n" }.split(separator: " ").compactMap { Int($0) }
    guard !ports.isEmpty else { throw ChildProcess.Failure(description: "no port: \(process.output)") }
    return ports
  }

  private static let script = """
    import itertools, os, socket, ssl, sys, threading
    certificate, targets = sys.argv[1], itertools.cycle(int(port) for port in sys.argv[2:])
    count = int(os.environ.get("PORTS", "1"))
    listeners = [socket.create_server(("127.0.0.1", 0), backlog=64) for _ in range(count)]
    print(*(listener.getsockname()[1] for listener in listeners))
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    def pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try: end.shutdown(socket.SHUT_RDWR)
            except OSError: pass
    def serve(client, target):
        try:
            if certificate:
                client = context.wrap_socket(client, server_side=True)
            server = socket.create_connection(("127.0.0.1", target))
        except OSError:
            return
        threading.Thread(target=pump, args=(client, server), daemon=True).start()
        pump(server, client)
    def listen(listener):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=serve, args=(client, next(targets)), daemon=True).start()
    for listener in listeners[1:]:
        threading.Thread(target=listen, args=(listener,), daemon=True).start()
    listen(listeners[0])
    """
}

/// Makes a certificate for 127.0.0.1 that signs itself and lasts `days` from now (below zero: it has ended);
/// gives the path of its file, which holds its key as well.
func certificate(lasting days: Int, in folder: TemporaryFolder) throws -> String {
  let file = folder.path + "/server-\(days).pem"
  func day(_ offset: Int) throws -> String {
    let program = try ChildProcess("/usr/bin/env", ["date", "-u", "-d", "\(offset) days", "+%Y%m%d%H%M%SZ"])
    try program.end()
    return String(program.output.prefix { $0 != "\n" })
  }
  let script = """
    set -e; cd \(folder.path)
    printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index\\nserial=serial\\nnew_certs_dir=.\\ndefault_md=sha256\\n\
    policy=p\\nunique_subject=no\\ncopy_extensions=copy\\n[p]\\ncommonName=supplied\\n' > conf
    touch index; echo 01 > serial
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key -out csr \
      -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1
    openssl ca -batch -selfsign -config conf -keyfile key -in csr -out crt -notext \
      -startdate \(try day(days - 300)) -enddate \(try day(days))
    cat crt key > \(file)
    """
  let program = try ChildProcess("/usr/bin/env", ["bash", "-c", script])
  guard try program.end() == 0 else { throw ChildProcess.Failure(description: program.output) }
  return file
}
